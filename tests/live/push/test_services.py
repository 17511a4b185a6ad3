"""From a notice to a browser that is closed: once, encrypted, when it is due, and nothing more."""

import datetime as dt
import logging
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from live.notices import services as notices
from live.notices.models import Notice, NoticeKind
from live.push import queries, services
from live.push.keys import KeyUnreadableError, opened
from live.push.models import PushBrowser, PushSending, PushService, PushSetting
from lms.core import clock
from lms.members.models import Member
from tests.factories.members import PASSWORD, BranchTree, make_branch_tree, make_member
from tests.support.push_service import Browser, Service, push_service

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 7, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


class Clock:
    """The school's clock, moved by hand."""

    def __init__(self) -> None:
        self.moment = NOON

    def on(self, **span: float) -> None:
        self.moment += dt.timedelta(**span)


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(clock, "now", lambda: moved.moment)
    return moved


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    with push_service() as found:
        settings.PUSH_SERVICES = [found.origin]
        yield found


@pytest.fixture
def member(tree: BranchTree, service: Service) -> Member:
    services.turn_on(by=make_member(tree.first))
    return make_member(tree.first)


def asks(member: Member, browser: Browser, *, session: str = "s1") -> PushBrowser:
    said = browser.said()
    return services.remember_browser(
        by=member,
        session_key=session,
        endpoint=said["endpoint"],
        public_key=said["keys"]["p256dh"],
        secret=said["keys"]["auth"],
        agent="Mozilla/5.0 (Windows NT 10.0) Chrome/156.0",
    )


def tell(member: Member, once: str, kind: NoticeKind = NoticeKind.ANSWER) -> Notice:
    notices.notify(
        member_ids=[member.pk], kind=kind, title="王芳 回复了《不公开的标题》", url="/x/", once=once
    )
    return Notice.objects.get(member=member, once=once)


def run() -> list[str]:
    """What the worker would do now; the states that came of it."""
    services.send_due()
    waiting = (
        PushSending.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True)
    )
    return [str(services.send_one(sending_id=pk)) for pk in list(waiting)]


def test_a_notice_comes_to_its_browser_alone_without_its_words(
    member: Member, service: Service, time: Clock
) -> None:
    browser, other = Browser(service), Browser(service, "b2")
    asks(member, browser)
    asks(make_member(member.memberships.get().branch), other)
    time.on(seconds=5)
    notice = tell(member, "a")
    assert run() == ["sent"]
    assert browser.shown() == [
        {
            "title": "网上党校",
            "text": "有人回复了您",
            "url": f"/notices/{notice.pk}/",
            "tag": f"n{notice.pk}",
        }
    ]
    assert other.shown() == []
    ((_path, headers, body),) = service.posts
    assert service.signers() == [True]
    assert (headers["ttl"], headers["content-encoding"]) == ("86400", "aes128gcm")
    assert "不公开".encode() not in body
    assert PushBrowser.objects.get(member=member).told_at == clock.now()
    # However often the worker comes by.
    assert run() == []
    assert services.send_one(sending_id=PushSending.objects.get().pk) is None
    assert len(service.posts) == 1


def test_each_browser_of_a_member_is_told_once_and_none_of_what_was_before_it(
    member: Member, service: Service, time: Clock
) -> None:
    first, second, late = (Browser(service, name) for name in ("b1", "b2", "b3"))
    asks(member, first)
    asks(member, second, session="s2")
    time.on(seconds=5)
    tell(member, "a")
    assert run() == ["sent", "sent"]
    time.on(seconds=5)
    asks(member, late, session="s3")
    assert run() == []
    time.on(seconds=5)
    tell(member, "b")
    assert run() == ["sent"] * 3
    assert [len(each.shown()) for each in (first, second, late)] == [2, 2, 1]


def test_what_was_read_meanwhile_or_before_asking_is_no_news(
    member: Member, service: Service, time: Clock
) -> None:
    tell(member, "before")
    time.on(seconds=5)
    asks(member, Browser(service))
    time.on(seconds=5)
    tell(member, "read")
    services.send_due()
    notices.read_all(by=member)
    assert run() == ["dropped"]
    assert service.posts == []


def test_quiet_hours_hold_it_until_they_end(member: Member, service: Service, time: Clock) -> None:
    browser = Browser(service)
    asks(member, browser)
    time.on(hours=11)
    tell(member, "at night")
    assert run() == []
    time.on(hours=7, minutes=59)
    assert run() == []
    time.on(minutes=1)
    assert run() == ["sent"]
    assert len(browser.shown()) == 1


@pytest.mark.parametrize(("way", "days"), [("daily", 1), ("weekly", 5)])
def test_a_round_up_is_one_message_with_what_is_unread(
    member: Member, service: Service, time: Clock, way: str, days: int
) -> None:
    browser = Browser(service)
    asks(member, browser)
    notices.choose(
        by=member,
        ways=dict.fromkeys(NoticeKind.values, way),
        quiet_from=dt.time(22),
        quiet_until=dt.time(7),
    )
    first = tell(member, "a")
    for once in ("b", "c"):
        tell(member, once, NoticeKind.MENTION)
    assert run() == []
    time.on(days=days, hours=-4)
    notices.read_notice(by=member, notice=first)
    assert run() == ["sent"]
    due = int(clock.now().timestamp())
    assert browser.shown() == [
        {
            "title": "网上党校", "text": "您有 2 条未读消息", "url": "/notices/", "tag": f"r{due}",
        }
    ]  # fmt: skip
    assert run() == []


def test_a_service_that_is_busy_is_asked_again_later_and_not_for_ever(
    member: Member, service: Service, time: Clock
) -> None:
    browser = Browser(service)
    asks(member, browser)
    tell(member, "a")
    service.answers = [(429, "600"), (503, "")]
    assert run() == ["waiting"]
    time.on(minutes=9)
    assert services.send_due() == 0
    time.on(minutes=1)
    assert run() == ["waiting"]
    time.on(minutes=6)
    assert run() == ["sent"]
    assert len(browser.shown()) == 3
    assert {message["tag"] for message in browser.shown()} == {browser.shown()[0]["tag"]}
    assert len({headers["topic"] for _path, headers, _body in service.posts}) == 1
    tell(member, "b")
    service.answers = [(500, "")] * 6
    for _try in range(6):
        run()
        time.on(hours=3)
    assert PushSending.objects.order_by("pk").last().state == "dropped"  # type: ignore[union-attr]
    assert len(browser.shown()) == 9


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(member: Member, service: Service, status: int) -> None:
    asks(member, Browser(service))
    tell(member, "a")
    service.answers = [(status, "")]
    assert run() == ["dropped"]
    assert PushBrowser.objects.count() == 0


def test_what_the_service_refuses_is_not_repeated(member: Member, service: Service) -> None:
    asks(member, Browser(service))
    tell(member, "a")
    service.answers = [(403, "")]
    assert (run(), run()) == (["dropped"], [])
    assert PushBrowser.objects.count() == 1


def test_a_redirect_leads_nowhere(member: Member, service: Service) -> None:
    asks(member, Browser(service))
    tell(member, "a")
    service.answers = [(307, "")]
    assert run() == ["dropped"]
    assert len(service.posts) == 1


def test_a_network_without_the_service_hangs_nothing_and_says_so(
    member: Member, service: Service, time: Clock, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(service)
    asks(member, browser)
    gone = Browser(Service("http://127.0.0.1:9"))
    settings.PUSH_SERVICES = [service.origin, "http://127.0.0.1:9"]
    asks(member, gone)
    first, second = tell(member, "a"), tell(member, "b")
    with caplog.at_level(logging.DEBUG):
        assert sorted(run()) == ["sent", "sent", "waiting", "waiting"]
    row = PushService.objects.get()
    # The second message did not even try: one failure a pause.
    assert (row.origin, row.failures) == ("http://127.0.0.1:9", 1)
    assert queries.is_out_of_reach() is False
    PushBrowser.objects.update(told_at=None)
    assert queries.is_out_of_reach() is True
    time.on(minutes=1)
    run()
    assert PushService.objects.get().failures == 2
    said = caplog.text
    for secret in (gone.endpoint, gone.said()["keys"]["auth"], str(first.pk) * 9, second.title):
        assert secret not in said


def test_who_was_killed_while_sending_is_followed_by_another(
    member: Member, service: Service, time: Clock
) -> None:
    asks(member, Browser(service))
    tell(member, "a")
    services.send_due()
    PushSending.objects.update(state="sending")
    assert run() == []
    time.on(minutes=2)
    assert run() == ["sent"]


@pytest.mark.slow
def test_a_new_password_leaving_and_a_year_end_it(
    member: Member, service: Service, time: Clock
) -> None:
    def after(change: Any) -> list[str]:
        time.on(seconds=1)
        asks(member, Browser(service))
        time.on(seconds=1)
        tell(member, f"{clock.now()}")
        change()
        return run()

    def new_password() -> None:
        member.set_password("another-Passw0rd")
        member.save()

    def leaves() -> None:
        Member.objects.filter(pk=member.pk).update(is_active=False)

    assert after(lambda: None) == ["sent"]
    assert after(new_password) == ["dropped"]
    assert PushBrowser.objects.count() == 0
    assert after(leaves) == ["dropped"]
    Member.objects.filter(pk=member.pk).update(is_active=True)
    asks(member, Browser(service))
    time.on(days=366)
    tell(member, "after a year")
    assert run() == ["dropped"]
    asks(member, Browser(service))
    time.on(days=366)
    assert services.forget_old() >= 1
    assert PushBrowser.objects.count() == 0


@pytest.mark.slow
def test_signing_out_takes_the_browser_away_also_next_week(
    member: Member, service: Service, time: Clock
) -> None:
    client, browser = Client(), Browser(service)
    who = {"login": member.number, "password": PASSWORD}
    client.post("/sign-in/", who)
    answer = client.post("/notices/push/", browser.said(), content_type="application/json")
    made = PushBrowser.objects.get()
    assert answer.json() == {"id": made.pk}
    # The session runs out; the member signs in anew, and out.
    del client.cookies["sessionid"]
    time.on(days=7)
    client.post("/sign-in/", who)
    made.refresh_from_db()
    assert made.session_key == client.session.session_key
    client.post("/sign-out/")
    assert PushBrowser.objects.count() == 0


def test_who_signs_in_after_somebody_else_ends_that_ones_push(
    member: Member, service: Service
) -> None:
    client, browser = Client(), Browser(service)
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    client.post("/notices/push/", browser.said(), content_type="application/json")
    del client.cookies["sessionid"]
    other = make_member(member.memberships.get().branch)
    client.force_login(other, backend="lms.members.backends.NumberOrPhoneBackend")
    client.post("/sign-in/", {"login": other.number, "password": PASSWORD})
    client.post("/notices/push/", browser.said(), content_type="application/json")
    assert [each.member for each in PushBrowser.objects.all()] == [other]


def test_off_it_asks_nobody_and_forgets_everybody(
    member: Member, service: Service, settings: Any, django_assert_num_queries: Any
) -> None:
    asks(member, Browser(service))
    tell(member, "a")
    before = PushSetting.objects.get()
    services.turn_off(by=member)
    with django_assert_num_queries(1):
        assert services.send_due() == 0
    after = PushSetting.objects.get()
    assert (PushBrowser.objects.count(), after.is_on) == (0, False)
    assert before.public_key != after.public_key
    settings.PUSH_SERVICES = ["http://127.0.0.1:9"]
    with pytest.raises(services.NoPushError):
        services.turn_on(by=member)
    with pytest.raises(services.NoPushError):
        asks(member, Browser(service))
    assert queries.is_on() is False


def test_the_private_key_is_not_readable_where_it_is_kept(member: Member, settings: Any) -> None:
    row = PushSetting.objects.get()
    key = opened(row.public_key, bytes(row.sealed))
    assert key.private_numbers().private_value.to_bytes(32, "big") not in bytes(row.sealed)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert opened(row.public_key, bytes(row.sealed)).private_numbers() == key.private_numbers()
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(KeyUnreadableError):
        opened(row.public_key, bytes(row.sealed))
