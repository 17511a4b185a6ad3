"""The pages of attendance and of a meeting room, looked at."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from live.classroom import services as classes
from live.hours import services
from tests.factories.live import make_live_class
from tests.factories.live_hours import happened, make_held, make_venue, was_there
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PC, PHONE
from tests.support.live_sockets import end_carriers

pytestmark = pytest.mark.slow

NAMES = ("张秀英", "王强", "李桂兰", "刘建国", "陈玉梅", "杨志明")


@pytest.fixture
def tree(school_server: str) -> Iterator[BranchTree]:
    yield make_branch_tree()
    end_carriers()


def test_who_was_there_and_why_it_counts(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    teacher = make_instructor(tree.general, name="李教授")
    held = make_held(tree.general, by=teacher, minutes=90, title="三会一课实务")
    happened(held, ("on_air", 0), ("lost", 30), ("back", 33), ("closed", 90))
    people = [make_member(tree.first, name=name) for name in NAMES]
    for place, member in enumerate(people[:5]):
        was_there(held, member, (place * 4, 30.2), (33.1, 60), (60.3, 90 - place * place))
    host = make_secretary(tree.second, name="赵书记")
    was_there(held, host, (0, 90))
    make_venue(held, tree.second, by=host, members=people[5:], closed_at=held.ended_at, heads=2,
        confirmed_at=held.ended_at, confirmed_by=make_secretary(tree.second))  # fmt: skip
    services.credit_class(live_class_id=held.pk)
    address = f"/live/{held.pk}/attendance/"
    pc, phone = open_page(**PC), open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(pc, teacher, to=address)
    expect(pc.get_by_role("heading", name="每分钟在课人数")).to_be_visible()
    assert_accessible(pc)
    shoot(pc, "live-attendance")
    sign_in(phone, people[0], to=address)
    expect(phone.get_by_role("heading", name="我的到课")).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "live-attendance-own")
    phone.goto("/archive/")
    phone.get_by_role("link", name="三会一课实务").first.click()
    expect(phone.get_by_text("这节直播课")).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "live-entry")
    pc.set_viewport_size(PHONE)
    assert_accessible(pc)
    shoot(pc, "live-attendance")


def test_a_meeting_room_from_the_door_to_the_list(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    teacher = make_instructor(tree.general, name="李教授")
    secretary = make_secretary(tree.first, name="赵书记")
    people = [make_member(tree.first, name=name) for name in NAMES]
    live_class = make_live_class(tree.general, by=teacher, title="三会一课实务")
    classes.go_on_air(by=teacher, live_class=live_class)
    screen = open_page(**PC)
    sign_in(screen, secretary, to=f"/live/{live_class.pk}/")
    screen.get_by_role("link", name="在会场一起听").click()
    screen.get_by_label("地点").fill("三楼会议室")
    assert_accessible(screen)
    screen.get_by_role("button", name="打开大屏").click()
    code = screen.get_by_role("link", name="扫码签到")
    expect(code).to_be_visible()
    assert_accessible(screen)
    shoot(screen, "live-venue-screen")
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, people[0], to="/live/")
    phone.goto(str(code.get_attribute("href")))
    phone.get_by_role("button", name="我已到场，签到").click()
    expect(phone.get_by_role("heading", name="已签到")).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "live-venue-in")
    expect(screen.get_by_text("张秀英")).to_be_visible(timeout=20_000)
    screen.get_by_role("link", name="名单和清点").click()
    for name in NAMES[1:4]:
        screen.get_by_label(name).check()
    screen.get_by_role("button", name="登记到场").click()
    screen.get_by_label("现场清点人数").fill("4")
    screen.get_by_role("button", name="记下来").click()
    expect(screen.get_by_role("heading", name="已到 4 人")).to_be_visible()
    assert_accessible(screen)
    shoot(screen, "live-venue-list")
    screen.set_viewport_size(PHONE)
    assert_accessible(screen)
    shoot(screen, "live-venue-list")
    screen.get_by_role("button", name="课已结束，交名单").click()
    screen.get_by_role("button", name="确定交名单").click()
    expect(
        screen.get_by_text("名单已交，等另一位书记、管理员或见证人确认，确认后学时自动入账。")
    ).to_be_visible()
