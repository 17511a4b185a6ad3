"""A discussion in real browsers: asked at a second, answered live, hidden, appealed, restored."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from live.discussion.models import Draft, Hiding, Post, Thread
from live.notices.models import Notice
from live.writings.models import Writing
from live.writings.services import make_archive
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.discussion import make_answer, make_board, make_thread
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)
from tests.factories.writings import PDF, TEXT
from tests.journeys.test_study_hour import sign_in
from tests.live.discussion.test_writing import XSS
from tests.support.browser import PC, PHONE, Watch
from tests.support.processes import wait_until

pytestmark = pytest.mark.slow

SECONDS = 20_000


@pytest.fixture
def tree(school_server: str) -> BranchTree:
    return make_branch_tree()


def test_a_question_is_asked_answered_hidden_and_restored(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
    page_watch: Watch,
) -> None:
    by = editor()
    part = lesson(chapter=chapter(course=course(by=by, audience=tree.general), by=by), by=by)
    zhang = make_member(tree.first, name="张秀英")
    wang = make_member(tree.second, name="王强")
    li = make_member(tree.first, name="李文")
    teacher = make_instructor(tree.general, name="李教授")
    secretary, above = make_secretary(tree.second), make_secretary(tree.general)

    # Asked at a second of the video, on a telephone.
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, zhang, to=f"/discussion/lessons/{part.pk}/new/?at=75")
    phone.get_by_label("标题").fill("三会一课的记录由谁来写？")
    phone.get_by_label("内容").fill("视频里说要写明应到实到人数。\n请教：列席的同志算不算？")
    expect(phone.get_by_text("草稿已保存")).to_be_visible(timeout=SECONDS)
    assert_accessible(phone)
    shoot(phone, "discussion-new")
    phone.reload()
    expect(phone.get_by_label("标题")).to_have_value("三会一课的记录由谁来写？")
    phone.get_by_label("提问", exact=True).check()
    phone.get_by_role("button", name="发出").click()
    expect(phone.get_by_role("heading", name="三会一课的记录由谁来写？")).to_be_visible()
    thread = Thread.objects.get()
    assert (thread.kind, thread.at_seconds) == ("question", 75)
    expect(phone.locator("lms-thread")).to_have_attribute("data-line", "open", timeout=SECONDS)

    # Another answers, and it is there without a reload.
    pc = open_page(**PC)
    sign_in(pc, wang, to=f"/discussion/{thread.pk}/")
    pc.locator("textarea").fill("列席的同志另外写，不算在应到里。见 /help/ 。\n@张秀英")
    pc.get_by_role("button", name="发出回复").click()
    expect(phone.get_by_text("列席的同志另外写")).to_be_visible(timeout=SECONDS)
    assert_accessible(phone)
    shoot(phone, "discussion-live")
    phone.get_by_role("button", name="采纳为回答").click()
    expect(phone.get_by_text("已采纳这条回答")).to_be_visible()
    expect(pc.locator("#post-2").get_by_text("采纳的回答")).to_be_visible(timeout=SECONDS)

    # Where sockets are blocked the page looks by itself.
    blocked = open_page(**PC)
    blocked.route_web_socket("**/socket*", lambda line: line.close())
    sign_in(blocked, li, to=f"/discussion/{thread.pk}/")
    expect(blocked.get_by_text("实时连接不通")).to_be_visible(timeout=SECONDS)
    make_answer(thread, by=teacher, text="补充：记录人由支部委员会指定。")
    expect(blocked.get_by_text("补充：记录人由支部委员会指定。")).to_be_visible(timeout=SECONDS)
    assert_accessible(blocked)
    shoot(blocked, "discussion-thread")

    # A third reports; the secretary of the author hides.
    answer = thread.posts.get(number=2)
    blocked.locator("#post-2").get_by_role("link", name="举报").click()
    blocked.get_by_label("内容有误").check()
    assert_accessible(blocked)
    shoot(blocked, "discussion-report")
    blocked.get_by_role("button", name="举报", exact=True).click()
    expect(blocked.get_by_text("已收到举报")).to_be_visible()
    office = open_page(**PC)
    sign_in(office, secretary, to="/discussion/desk/")
    assert_accessible(office)
    shoot(office, "discussion-desk")
    office.get_by_role("link", name="隐藏").click()
    office.get_by_label("隐藏的原因").fill("说法与规定不一致，请核对后再发。")
    assert_accessible(office)
    shoot(office, "discussion-hide")
    office.get_by_role("button", name="隐藏这条发言").click()
    expect(phone.get_by_text("这条发言已由管理人隐藏")).to_be_visible(timeout=SECONDS)

    # The author appeals; the branch above restores.
    pc.goto(f"/discussion/{thread.pk}/")
    pc.get_by_role("link", name="不同意？可以申诉一次").click()
    pc.get_by_label("申诉理由").fill("支部工作条例就是这样写的。")
    assert_accessible(pc)
    shoot(pc, "discussion-appeal")
    pc.get_by_role("button", name="提交申诉").click()
    expect(pc.get_by_text("申诉已提交")).to_be_visible()
    upper = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(upper, above, to="/discussion/desk/")
    assert_accessible(upper)
    shoot(upper, "discussion-desk")
    upper.get_by_role("link", name="三会一课的记录由谁来写？").click()
    upper.get_by_label("答复").fill("符合条例，恢复显示。")
    assert_accessible(upper)
    shoot(upper, "discussion-decide")
    upper.get_by_role("button", name="恢复显示").click()
    expect(phone.get_by_text("列席的同志另外写")).to_be_visible(timeout=SECONDS)
    upper.goto("/discussion/log/")
    assert_accessible(upper)
    shoot(upper, "discussion-log")
    answer.refresh_from_db()
    assert (answer.state, Hiding.objects.get().decided_by) == ("shown", above)

    # Who is concerned was told; reading it is noted.
    phone.goto("/notices/")
    expect(phone.get_by_text("王强 在《三会一课的记录由谁来写？》里叫您")).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "notices")
    pc.goto("/notices/")
    pc.get_by_role("link", name="您的发言恢复显示").click()
    expect(pc.get_by_text("符合条例，恢复显示。")).to_be_visible()
    read = Notice.objects.filter(member=wang).exclude(read_at=None)
    assert [notice.kind for notice in read] == ["moderation"]
    pc.goto("/notices/choices/")
    assert_accessible(pc)
    shoot(pc, "notices-choices")

    # The lesson's page has the question at its second; it leads back to that second.
    phone.goto(f"/lessons/{part.pk}/")
    beside = phone.get_by_role("region", name="讨论（1）")
    expect(beside.get_by_role("link", name="1:15")).to_have_attribute("href", "?t=75")
    shoot(phone, "discussion-lesson")
    beside.get_by_role("link", name="三会一课的记录由谁来写？").click()
    expect(phone.get_by_role("link", name="从视频 1:15 处看起")).to_be_visible()
    for expected in ("hls", "404", "WebSocket"):
        page_watch.expect(expected)  # the lecture has no files; sockets were blocked


def test_a_draft_survives_and_what_is_written_stays_text(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
    page_watch: Watch,
) -> None:
    page_watch.expect("Failed to load resource")  # the line is cut on purpose
    page_watch.expect("net::ERR_")
    secretary = make_secretary(tree.general, name="<b>书记</b>")
    board = make_board(
        tree.general, by=secretary, title="热点讨论", introduction="每周一题，欢迎发言"
    )
    make_board(tree.committee, title="理论研讨")
    zhang = make_member(tree.first, name='<img src=x onerror="alert(1)">')
    thread = make_thread(board, by=zhang, title=XSS[0], text="\n".join(XSS))
    for number in range(3):
        make_thread(board, by=secretary, title=f"学习体会之{number + 1}", kind="question")
    make_answer(thread, by=secretary, text="\n\n".join(XSS))

    pc = open_page(**PC)
    alerts: list[str] = []
    pc.on("dialog", lambda dialog: alerts.append(dialog.message))
    sign_in(pc, zhang, to="/discussion/")
    assert_accessible(pc)
    shoot(pc, "discussion-home")
    pc.goto(f"/discussion/{thread.pk}/")
    expect(pc.locator("lms-thread")).to_have_attribute("data-line", "open", timeout=SECONDS)
    assert pc.locator(".talk-text a, .talk-text img, .talk-text script").count() == 0
    text = pc.locator("textarea")
    text.fill("写到一半的话")
    expect(pc.get_by_text("草稿已保存")).to_be_visible(timeout=SECONDS)
    pc.context.set_offline(True)
    text.fill("写到一半的话，又断了网")
    expect(pc.get_by_text("草稿存在这台设备上")).to_be_visible(timeout=SECONDS)
    pc.context.set_offline(False)
    pc.reload()
    expect(pc.locator("textarea")).to_have_value("写到一半的话，又断了网")
    wait_until(lambda: Draft.objects.get().text == "写到一半的话，又断了网", what="the draft")
    assert_accessible(pc)
    shoot(pc, "discussion-hostile")

    # Another device goes on with it; what was posted leaves no draft behind.
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, zhang, to=f"/discussion/{thread.pk}/")
    expect(phone.locator("textarea")).to_have_value("写到一半的话，又断了网")
    shoot(phone, "discussion-thread")
    phone.get_by_role("button", name="发出回复").click()
    expect(phone.locator("#post-3")).to_contain_text("写到一半的话，又断了网")
    expect(phone.locator("textarea")).to_have_value("")
    expect(pc.locator("#post-3")).to_contain_text("写到一半的话，又断了网", timeout=SECONDS)
    phone.goto("/discussion/")
    assert_accessible(phone)
    shoot(phone, "discussion-home")
    phone.get_by_role("searchbox", name="搜索讨论").fill("断了网")
    phone.get_by_role("button", name="搜索").click()
    expect(phone.get_by_text("找到 1 条")).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "discussion-search")
    phone.goto(f"/discussion/boards/{board.pk}/")
    assert_accessible(phone)
    shoot(phone, "discussion-board")
    assert (alerts, Post.objects.filter(text="写到一半的话，又断了网").count()) == ([], 1)


def test_a_reflection_goes_back_and_forth_until_it_is_accepted(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    zhang = make_member(tree.first, name="张秀英")
    secretary = make_secretary(tree.first, name="王书记")
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, zhang, to="/writings/new/")
    phone.get_by_label("标题").fill("学习党章的体会")
    phone.get_by_label("正文").fill(TEXT)
    phone.get_by_label("附件").set_input_files(
        {"name": "笔记.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    assert_accessible(phone)
    shoot(phone, "writing-new")
    phone.get_by_role("button", name="保存").click()
    phone.get_by_role("button", name="提交审阅").click()
    expect(phone.get_by_text("已提交，审阅结果会告诉您")).to_be_visible()
    pc = open_page(**PC)
    sign_in(pc, secretary, to="/writings/desk/")
    assert_accessible(pc)
    shoot(pc, "writing-desk")
    pc.get_by_role("link", name="学习党章的体会").click()
    pc.get_by_label("意见").fill("请联系本支部的实际再写一段。")
    assert_accessible(pc)
    pc.get_by_role("button", name="退回修改").click()
    expect(pc.get_by_text("已告诉作者")).to_be_visible()
    phone.reload()
    phone.get_by_role("link", name="修改").click()
    phone.get_by_label("正文").fill(TEXT * 2)
    phone.get_by_role("button", name="保存").click()
    phone.get_by_role("button", name="提交审阅").click()
    pc.reload()
    shoot(pc, "writing-review")
    pc.get_by_role("button", name="通过", exact=True).click()
    expect(pc.get_by_text("已告诉作者")).to_be_visible()
    make_archive(writing_id=Writing.objects.get().pk)
    phone.reload()
    expect(phone.get_by_role("link", name="下载存档 PDF")).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "writing-accepted")
