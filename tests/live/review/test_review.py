"""What contains a word of the school's list waits: seen by its author and by who reviews it."""

from typing import Any

import pytest
from django.test import Client

from live.chat import services as chat
from live.chat.models import ChatMessage, MessageState
from live.classroom.models import LiveEvent
from live.classroom.services import open_waiting
from live.discussion import moderation_queries, moderation_services, queries, services
from live.discussion.errors import NotYoursError, TalkMovedError
from live.discussion.models import ModerationEntry, Post, PostState, Thread
from live.notices.models import Notice
from live.review import services as review
from live.review.models import ReviewWord
from lms.members.models import Member
from tests.factories.discussion import make_answer, make_board, make_thread
from tests.factories.live import make_live_class
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

DESK_QUERIES = 8


@pytest.fixture
def tree() -> BranchTree:
    made = make_branch_tree()
    by = make_administrator(made.committee)
    review.lay_down(by=by, school=made.committee, text="加微信\n内部资料")
    return made


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def told(member: Member) -> list[str]:
    return list(Notice.objects.filter(member=member).order_by("pk").values_list("kind", flat=True))


# --- Chat -----------------------------------------------------------------------------------------


def test_in_a_class_it_waits_for_who_leads(tree: BranchTree) -> None:
    teacher, member = make_instructor(tree.general), make_member(tree.first)
    live_class = make_live_class(tree.general, by=teacher)
    open_waiting(by=teacher, live_class=live_class)

    def say(by: Member, text: str, *, leads: bool = False) -> ChatMessage:
        return chat.say(
            by=by, leads=leads, live_class_id=live_class.pk, text=text, once=f"{by.pk}:{text}"
        )

    held = say(member, "老师，能 加 微 信 吗")
    assert held.state == MessageState.WAITING
    assert say(member, "老师好").state == MessageState.SHOWN
    assert say(teacher, "请勿加微信", leads=True).state == MessageState.SHOWN
    assert not LiveEvent.objects.filter(body__text__contains="加 微 信").exists()
    assert chat.release(by=teacher, live_class_id=live_class.pk, message_ids=[held.pk]) == 1
    held.refresh_from_db()
    assert held.state == MessageState.SHOWN


def test_the_words_of_one_school_are_no_other_schools(tree: BranchTree) -> None:
    other = make_branch_tree("other")
    author = make_member(other.first)
    assert make_thread(make_board(other.first), by=author, text="加微信").is_hidden is False


# --- Discussion -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_answer_waits_and_nobody_is_told_of_it_before_it_is_shown(tree: BranchTree) -> None:
    asker, author = make_member(tree.first), make_member(tree.first, name="王强")
    secretary = make_secretary(tree.first)
    thread = make_thread(make_board(tree.first), by=asker)
    before = Thread.objects.get().last_at
    post = make_answer(thread, by=author, text="我有内部资料")
    found = Thread.objects.get()
    assert (post.state, found.answers, found.last_at) == (PostState.WAITING, 0, before)
    assert (told(asker), told(secretary)) == ([], ["desk"])
    address = f"/discussion/{thread.pk}/"
    for reader, is_read in ((author, True), (secretary, True), (asker, False)):
        page = of(reader).get(address).content.decode()
        assert ("我有内部资料" in page) is is_read
        assert ("王强的发言" in page) is is_read
        assert "待审核" in page
    assert queries.found_posts(asker, "内部资料").count() == 0
    assert ModerationEntry.objects.get().words == "内部资料"
    with pytest.raises(NotYoursError):
        moderation_services.release_post(by=author, post=post)
    moderation_services.release_post(by=secretary, post=post)
    with pytest.raises(TalkMovedError):
        moderation_services.release_post(by=secretary, post=post)
    found.refresh_from_db()
    assert (found.answers, found.last_at > before) == (1, True)
    assert told(asker) == ["answer"]
    assert "我有内部资料" in of(asker).get(address).content.decode()


@pytest.mark.slow
def test_a_thread_that_waits_is_there_for_its_author_and_who_looks_after_it(
    tree: BranchTree,
) -> None:
    author, other = make_member(tree.first), make_member(tree.first)
    secretary = make_secretary(tree.first)
    thread = make_thread(make_board(tree.first), by=author, title="请加微信", text="大家好")
    assert thread.is_hidden is True
    address = f"/discussion/{thread.pk}/"
    seen = [of(each).get(address).status_code for each in (author, other, secretary)]
    assert seen == [200, 404, 200]
    (post,) = moderation_queries.waiting_posts(secretary)
    moderation_services.release_post(by=secretary, post=post)
    assert of(other).get(address).status_code == 200


def test_what_is_not_shown_has_a_reason_and_can_be_appealed(tree: BranchTree) -> None:
    author, secretary = make_member(tree.first), make_secretary(tree.first)
    above = make_secretary(tree.general)
    thread = make_thread(make_board(tree.first), by=make_member(tree.first))
    post = make_answer(thread, by=author, text="加微信")
    hiding = moderation_services.hide_post(by=secretary, post=post, reason="广告")
    assert Post.objects.get(pk=post.pk).state == PostState.HIDDEN
    assert told(author) == ["moderation"]
    moderation_services.appeal_hiding(by=author, hiding=hiding, words="不是广告")
    moderation_services.decide_appeal(by=above, hiding=hiding, is_lifted=True, words="可以")
    assert Thread.objects.get(pk=thread.pk).answers == 1


def test_its_author_may_write_it_anew_or_take_it_back(tree: BranchTree) -> None:
    author = make_member(tree.first)
    thread = make_thread(make_board(tree.first), by=author, text="加微信")
    post = thread.posts.get()
    services.change_post(by=author, post=post, text="不加了", title="标题")
    # Once it waits, somebody has to look, or it could be changed to and fro.
    assert Post.objects.get().state == PostState.WAITING
    services.withdraw_post(by=author, post=post)
    assert (Post.objects.get().state, Thread.objects.get().is_hidden) == ("withdrawn", False)


def test_a_shown_post_that_is_given_such_a_word_waits_again(tree: BranchTree) -> None:
    author, asker = make_member(tree.first), make_member(tree.first)
    secretary = make_secretary(tree.first)
    thread = make_thread(make_board(tree.first), by=asker)
    post = make_answer(thread, by=author)
    services.change_post(by=author, post=post, text="改成内部资料")
    assert Post.objects.get(pk=post.pk).state == PostState.WAITING
    assert Thread.objects.get().answers == 0
    moderation_services.release_post(by=secretary, post=Post.objects.get(pk=post.pk))
    assert Thread.objects.get().answers == 1
    assert told(asker) == ["answer"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_costs_the_same_for_one_and_for_three(
    tree: BranchTree, django_assert_num_queries: Any, count: int
) -> None:
    board = make_board(tree.first)
    for _each in range(count):
        make_thread(board, by=make_member(tree.first), text="加微信")
    client = of(make_secretary(tree.first))
    client.get("/discussion/desk/")
    with django_assert_num_queries(DESK_QUERIES):
        page = client.get("/discussion/desk/")
    assert len(page.context["waiting"]) == count


@pytest.mark.slow
def test_the_button_shows_it_and_only_for_who_looks_after_it(tree: BranchTree) -> None:
    post = make_thread(
        make_board(tree.first), by=make_member(tree.first), text="加微信"
    ).posts.get()
    address = f"/discussion/posts/{post.pk}/release/"
    assert of(make_member(tree.first)).post(address).status_code == 404
    assert of(post.author).post(address).status_code == 404
    client = of(make_secretary(tree.first))
    assert "已显示。" in client.post(address, follow=True).content.decode()
    assert "已经处理过了" in client.post(address, follow=True).content.decode()


# --- The list -------------------------------------------------------------------------------------


def test_the_list_is_laid_down_by_who_administers_the_school(tree: BranchTree) -> None:
    school, branch = make_administrator(tree.committee), make_administrator(tree.first)
    said = {"school": tree.committee.pk, "words": "加微信\n刷 单\n刷单"}
    assert of(branch).post("/admin/review-words/", said).status_code in (302, 403, 404)
    assert ReviewWord.objects.count() == 2
    client = of(school)
    saved = client.post("/admin/review-words/", said, follow=True).content.decode()
    assert "已保存：新增 1 个，去掉 1 个。" in saved
    assert list(ReviewWord.objects.order_by("pk").values_list("word", flat=True)) == [
        "加微信", "刷 单",
    ]  # fmt: skip
    wrong = client.post("/admin/review-words/", {**said, "words": "党\n刷单"})
    assert wrong.status_code == 422
    assert "“党”要有 2 到 30 个字" in wrong.content.decode()
    assert "刷单</textarea>" in wrong.content.decode()
    elsewhere = {**said, "school": tree.first.pk}
    assert client.post("/admin/review-words/", elsewhere).status_code == 404
    assert client.post("/admin/review-words/", {**said, "words": ""}).status_code == 302
    assert ReviewWord.objects.count() == 0
