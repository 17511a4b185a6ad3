"""Push in a browser: asked for by a press, shown by the worker, taken away; and its screens.

A browser here reaches no maker's push service, so that the registration with it is stood in for by
a script; the worker, the notice it shows and everything of the school's are real.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from live.push import services
from live.push.models import PushBrowser
from tests.factories.discussion import make_answer, make_board, make_thread
from tests.factories.live_hours import make_held, make_venue, was_there
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PC, PHONE
from tests.support.push_service import Browser, Service, push_service

pytestmark = pytest.mark.slow

SUBSCRIBES = """(said) => {
    let mine = null;
    const made = {
        toJSON: () => said,
        unsubscribe: async () => { mine = null; sessionStorage.removeItem('asked'); return true; },
    };
    PushManager.prototype.getSubscription = async () =>
        sessionStorage.getItem('asked') ? made : mine;
    PushManager.prototype.subscribe = async (options) => {
        if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw Error();
        sessionStorage.setItem('asked', '1');
        return made;
    };
}"""


@pytest.fixture
def tree(school_server: str) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    with push_service() as found:
        settings.PUSH_SERVICES = [found.origin]
        yield found


def test_a_member_turns_it_on_is_told_and_turns_it_off(
    tree: BranchTree,
    service: Service,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    member = make_member(tree.first, name="张秀英")
    services.turn_on(by=make_administrator(tree.committee))
    page = open_page(**PC)
    page.context.grant_permissions(["notifications"])
    said = json.dumps(Browser(service).said())
    page.add_init_script(f"({SUBSCRIBES})({said})")
    sign_in(page, member, to="/notices/choices/")
    page.get_by_role("button", name="在这个浏览器开启推送").click()
    expect(page.get_by_role("heading", name="我的浏览器")).to_be_visible()
    expect(page.get_by_role("button", name="关闭这个浏览器的推送")).to_be_visible()
    assert_accessible(page)
    shoot(page, "push-on")
    assert PushBrowser.objects.get().member == member
    # What the push service would bring.
    line = page.context.new_cdp_session(page)
    seen: list[dict[str, Any]] = []
    line.on("ServiceWorker.workerRegistrationUpdated", lambda told: seen.append(told))
    line.send("ServiceWorker.enable")
    page.wait_for_function("() => navigator.serviceWorker.getRegistration('/notices/')")
    scopes = page.evaluate(
        "async () => (await navigator.serviceWorker.getRegistrations()).map((each) => each.scope)"
    )
    assert [scope.rsplit("/", 2)[1] for scope in scopes] == ["notices"]
    (registration,) = seen[0]["registrations"]
    message = {"title": "网上党校", "text": "有人回复了您", "url": "/notices/1/", "tag": "n1"}
    for _twice in range(2):
        line.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": page.url.split("/notices")[0],
                "registrationId": registration["registrationId"],
                "data": json.dumps(message),
            },
        )
    shown = page.evaluate(
        """async () => {
            const worker = await navigator.serviceWorker.getRegistration('/notices/');
            for (;;) {
                const found = await worker.getNotifications();
                if (found.length) return found.map(({title, body, tag}) => [title, body, tag]);
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    assert shown == [["网上党校", "有人回复了您", "n1"]]
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    shoot(page, "push-on")
    page.get_by_role("button", name="关闭这个浏览器的推送").click()
    expect(page.get_by_role("button", name="在这个浏览器开启推送")).to_be_visible()
    assert PushBrowser.objects.count() == 0


def test_where_the_maker_is_not_reached_or_push_is_off_it_says_so(
    tree: BranchTree,
    service: Service,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    member = make_member(tree.first, name="王强")
    page = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(page, member, to="/notices/choices/")
    expect(page.get_by_text("本校没有开启浏览器推送，消息照常在站内提醒。")).to_be_visible()
    shoot(page, "push-none")
    services.turn_on(by=make_administrator(tree.committee))
    page.context.grant_permissions(["notifications"])
    page.add_init_script(
        "PushManager.prototype.subscribe = async () => { throw new DOMException('far'); }"
    )
    page.goto("/notices/choices/")
    page.get_by_role("button", name="在这个浏览器开启推送").click()
    expect(page.get_by_text("浏览器连不上它的推送服务，没有开启")).to_be_visible()
    assert_accessible(page)
    shoot(page, "push-far")
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": "presentation", "value": "mode:elder", "url": page.url.split("/notices")[0]}]
    )
    sign_in(page, member, to="/notices/choices/")
    assert_accessible(page)
    shoot(page, "push-elder")


def test_the_schools_screens(
    tree: BranchTree,
    service: Service,
    open_page: Callable[..., Page],
    shoot: Callable[[Page, str], Any],
) -> None:
    page = open_page(**PC)
    sign_in(page, make_administrator(tree.committee, name="陈书宁"), to="/admin/push/")
    page.get_by_role("button", name="开启", exact=True).click()
    expect(page.get_by_text("已开启", exact=True)).to_be_visible()
    shoot(page, "push-office")
    page.goto("/admin/review-words/")
    page.get_by_label("提醒词，一行一个").first.fill("加微信\n内部资料")
    page.get_by_role("button", name="保存").first.click()
    expect(page.get_by_text("已保存：新增 2 个，去掉 0 个。")).to_be_visible()
    shoot(page, "review-words")
    author = make_member(tree.first, name="张秀英")
    thread = make_thread(make_board(tree.first), by=make_member(tree.first), title="怎样记会议")
    make_answer(thread, by=author, text="我整理了一份，需要的同志可以加微信。")
    page.context.clear_cookies()
    sign_in(page, author, to=f"/discussion/{thread.pk}/")
    shoot(page, "review-own")
    page.context.clear_cookies()
    sign_in(page, make_secretary(tree.first, name="赵书记"), to="/discussion/desk/")
    shoot(page, "review-desk")
    page.set_viewport_size(PHONE)
    shoot(page, "review-desk")
    page.get_by_role("button", name="显示", exact=True).click()
    expect(page.get_by_text("已显示。")).to_be_visible()


def test_a_second_person_confirms_a_meeting_rooms_list(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    teacher = make_instructor(tree.general, name="李教授")
    held = make_held(tree.general, by=teacher, minutes=90, title="三会一课实务")
    host, second = (make_secretary(tree.first, name=name) for name in ("赵书记", "钱书记"))
    was_there(held, host, (0, 90))
    people = [make_member(tree.first, name=name) for name in ("张秀英", "王强", "李桂兰")]
    venue = make_venue(held, tree.first, by=host, members=people, heads=4, heads_at=held.ended_at)
    page, phone = open_page(**PC), open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(page, host, to=f"/live/venue/{venue.pk}/")
    page.get_by_label("见证人").select_option(label="张秀英")
    page.get_by_role("button", name="记下来").click()
    page.get_by_role("button", name="课已结束，交名单").click()
    page.get_by_role("button", name="确定交名单").click()
    expect(page.get_by_text("等待另一位书记、管理员或见证人确认")).to_be_visible()
    assert_accessible(page)
    shoot(page, "venue-waits")
    sign_in(phone, second, to="/notices/")
    phone.get_by_role("link", name="会场名单等您确认：三会一课实务").click()
    assert_accessible(phone)
    shoot(phone, "venue-confirm")
    phone.get_by_text("有不对的地方，退回").click()
    phone.get_by_label("哪里不对").fill("现场多一位")
    phone.get_by_role("button", name="退回更正").click()
    expect(phone.get_by_text("钱书记退回：现场多一位")).to_be_visible()
    page.reload()
    expect(page.get_by_text("钱书记退回：现场多一位")).to_be_visible()
    assert_accessible(page)
    shoot(page, "venue-back")
    page.set_viewport_size(PHONE)
    shoot(page, "venue-back")
    page.get_by_role("button", name="改好了，重新提交").click()
    page.get_by_role("button", name="确定交名单").click()
    phone.reload()
    phone.set_viewport_size(PC)
    assert_accessible(phone)
    shoot(phone, "venue-confirm")
    phone.get_by_role("button", name="情况属实，确认 3 人").click()
    expect(phone.get_by_text("已确认 3 人，课后学时自动入账。")).to_be_visible()
