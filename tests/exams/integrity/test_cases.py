"""From a month's sittings to a case, to a person's word, to what the member is told."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.progress import browsers
from courses.progress.models import WatchSession
from exams.credit.models import StudyHourEntry
from exams.integrity import services
from exams.integrity.errors import CaseError
from exams.integrity.models import CaseState, ReviewCase
from exams.integrity.queries import branch_above, closed_about, entries_behind, visible_cases
from exams.integrity.signals import Kind
from exams.integrity.tasks import find_suspicions
from exams.integrity.words import signal_sentences
from lms.core.states import StateMovedError
from lms.members.models import Member
from tests.factories import courses, progress
from tests.factories.hours import make_entry
from tests.factories.integrity import NOVEMBER, make_case
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

EVENING = dt.datetime(2026, 11, 16, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def members(tree: BranchTree) -> list[Member]:
    return [make_member(tree.first, name=name) for name in ("王建国", "李淑芬", "赵德厚")]


def sat_in_turn(members: list[Member], *, haste: int, evenings: int = 3) -> None:
    """One browser, one account after the other, some seconds between them."""
    _course, lessons = courses.course_with_lessons(by=courses.editor(), lessons=evenings)
    for number, lesson in enumerate(lessons):
        at = EVENING + dt.timedelta(days=number)
        for member in members:
            length = dt.timedelta(milliseconds=lesson.duration_ms or 0)
            session = progress.sitting(
                member, lesson, opened_at=at, closed_at=at + length, browser="one"
            )
            progress.watch(session, 0, lesson.duration_ms or 0)
            at += length + dt.timedelta(seconds=haste)


@pytest.mark.slow
def test_the_night_makes_one_case_and_renews_it(tree: BranchTree, members: list[Member]) -> None:
    sat_in_turn(members, haste=30)
    with time_machine.travel(EVENING + dt.timedelta(days=8), tick=False):
        find_suspicions()
        find_suspicions()
        case = ReviewCase.objects.get()
        assert (case.kind, case.month, case.branch) == (Kind.RING, NOVEMBER, tree.general)
        assert list(case.members.order_by("number")) == members
        assert signal_sentences(case) == [
            "同一个浏览器在 3 天里轮流登录 3 个账号，其中 6 次换人不到一分钟。",
            "这些账号学的内容大多相同：3 讲中有 3 讲。",
        ]
        secretary = make_secretary(tree.general)
        services.clear_case(case=case, by=secretary, note="小李在活动室帮两位老同志登录。")
        find_suspicions()
    case.refresh_from_db()

    assert (ReviewCase.objects.count(), case.state) == (1, CaseState.CLEARED)
    assert StudyHourEntry.objects.count() == 0


@pytest.mark.slow
def test_people_who_take_their_time_make_no_case(members: list[Member]) -> None:
    sat_in_turn(members, haste=150)

    assert services.find_suspicions(month=NOVEMBER) == 0
    assert ReviewCase.objects.count() == 0


@pytest.mark.parametrize(
    ("homes", "expected"),
    [
        (("first",), "general"),
        (("first", "first"), "general"),
        (("first", "second"), "committee"),
        (("first", "third"), "committee"),
        (("committee",), "committee"),
        ((), "committee"),
    ],
)
def test_the_level_above_decides(tree: BranchTree, homes: tuple[str, ...], expected: str) -> None:
    people = [make_member(getattr(tree, home)) for home in homes] or [make_member()]

    assert branch_above([member.pk for member in people]) == getattr(tree, expected)


def test_who_decides_and_who_does_not(tree: BranchTree, members: list[Member]) -> None:
    case = make_case(members)
    own = make_secretary(tree.first)
    above = make_administrator(tree.committee)
    other = make_administrator(make_branch_tree("外").committee)

    assert [list(visible_cases(by)) for by in (own, members[0], other)] == [[], [], []]
    assert list(visible_cases(above)) == [case]
    for by in (own, members[0], other):
        with pytest.raises(CaseError):
            services.clear_case(case=case, by=by, note="没有问题")
    with pytest.raises(CaseError):
        services.confirm_case(case=case, by=above, note="  ")
    services.confirm_case(case=case, by=above, note="本人承认请人代学。")
    with pytest.raises(StateMovedError):
        services.clear_case(case=case, by=above, note="没有问题")
    case.refresh_from_db()

    assert (case.state, case.decided_by, case.note) == (
        CaseState.CONFIRMED,
        above,
        "本人承认请人代学。",
    )


def test_nobody_decides_about_themselves(tree: BranchTree) -> None:
    secretary = make_secretary(tree.general)
    colleague = make_secretary(tree.committee)
    case = make_case([secretary])

    assert list(visible_cases(secretary)) == []
    assert list(visible_cases(colleague)) == [case]


def test_a_word_that_hours_are_to_be_corrected_takes_none_away(
    tree: BranchTree, members: list[Member]
) -> None:
    entry = make_entry(members[0], "0.5")
    other = make_entry(members[0], "0.5")
    case = make_case(members, lessons=[int(entry.source_id)])
    above = make_administrator(tree.committee)
    address, proposal = f"/review/{case.pk}/", f'href="/corrections/entries/{entry.pk}/"'
    assert proposal not in signed_in(above).get(address).content.decode()
    services.confirm_case(case=case, by=above, note="请人代学。")
    assert proposal in signed_in(above).get(address).content.decode()

    assert list(entries_behind(case)) == [entry]
    assert set(StudyHourEntry.objects.all()) == {entry, other}


# --- Pages -----------------------------------------------------------------------------------


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, "lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_asks_as_much_for_one_case_as_for_three(
    tree: BranchTree, count: int, django_assert_num_queries: Any
) -> None:
    above = make_administrator(tree.committee)
    for _ in range(count):
        make_case([make_member(tree.first), make_member(tree.second)])
    client = signed_in(above)
    client.get("/review/")
    with django_assert_num_queries(6):
        answer = client.get("/review/")

    assert answer.content.decode().count('class="row__title"') == count


def test_a_case_is_closed_on_its_page_and_the_member_reads_how(
    tree: BranchTree, members: list[Member]
) -> None:
    case = make_case(members)
    client = signed_in(make_administrator(tree.committee))
    address = f"/review/{case.pk}/"
    assert "同一个浏览器在 4 天里" in client.get(address).content.decode()
    assert list(closed_about(members[0])) == []
    assert "没有与您有关的核查" in signed_in(members[0]).get("/review/mine/").content.decode()

    answer = client.post(f"{address}decide/", {"decision": "clear", "note": ""})
    assert (answer.status_code, ReviewCase.objects.get().state) == (200, CaseState.OPEN)
    answer = client.post(f"{address}decide/", {"decision": "clear", "note": "女儿帮他登录的。"})
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "女儿帮他登录的。" in client.get(address).content.decode()
    assert (
        "核查意见：女儿帮他登录的。" in signed_in(members[0]).get("/review/mine/").content.decode()
    )
    assert list(closed_about(make_member(tree.first))) == []


# --- The browser's number ---------------------------------------------------------------------


@pytest.mark.slow
def test_a_browser_keeps_a_number_and_the_school_a_hash_of_the_year(members: list[Member]) -> None:
    _course, [lesson] = courses.course_with_lessons(by=courses.editor())
    client = signed_in(members[0])
    client.post("/learn/sessions/", {"lesson": lesson.pk})
    number = client.cookies[browsers.COOKIE].value
    client.force_login(members[1], "lms.members.backends.NumberOrPhoneBackend")
    client.post("/learn/sessions/", {"lesson": lesson.pk})
    kept = set(WatchSession.objects.values_list("browser", flat=True))

    assert len(kept) == 1
    assert number not in kept
    assert client.cookies[browsers.COOKIE]["httponly"] is True
    assert browsers.mark(number, 2026) != browsers.mark(number, 2027)


@pytest.mark.parametrize("forged", ["", "x", "z" * 32, "a" * 33, "' OR 1=1 --", "学" * 32])
def test_a_number_that_is_not_ours_is_replaced(forged: str, rf: Any) -> None:
    request = rf.get("/", headers={"cookie": f"browser={forged}"}) if forged.isascii() else None
    if request is None:
        request = rf.get("/")
        request.COOKIES[browsers.COOKIE] = forged

    assert len(browsers.number_of(request)) == 32
    assert browsers.number_of(request) != forged
