"""Holding a gathering: its states, the second person, and hours that come once."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from exams.credit.models import StudyCategory, StudyHourEntry
from exams.gatherings import services
from exams.gatherings.errors import (
    GatheringTimeError,
    NotTheHostError,
    NotTheSecondPersonError,
    RecordChangedError,
)
from exams.gatherings.models import Gathering, GatheringKind
from lms.core.errors import DomainError
from lms.core.states import StateMovedError
from tests.exams.gatherings.conftest import NOON, People
from tests.factories import courses
from tests.factories.gatherings import (
    confirm,
    digest,
    join,
    make_closed,
    make_gathering,
    make_open,
    tick,
)
from tests.factories.members import BranchTree, make_administrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_stands")]

DAY = dt.timedelta(days=1)


def states(gathering: Gathering) -> str:
    return Gathering.objects.get(pk=gathering.pk).state


# --- States ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_from_planned_to_credited(
    tree: BranchTree, people: People, run_queued: Callable[..., list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang, people.li])
    assert (gathering.state, gathering.minutes) == ("closed", 90)
    with django_capture_on_commit_callbacks(execute=True):
        assert confirm(gathering, by=people.second) == 2
    assert run_queued() == ["exams.credit_gathering"]

    entries = StudyHourEntry.objects.order_by("member__name")
    assert [(entry.member, entry.hours, entry.category, entry.by) for entry in entries] == [
        (people.zhang, Decimal(2), StudyCategory.GROUP, people.second),
        (people.li, Decimal(2), StudyCategory.GROUP, people.second),
    ]
    assert {(entry.source_kind, entry.source_id) for entry in entries} == {
        ("group", str(gathering.pk))
    }
    assert {(entry.branch, entry.earned_on) for entry in entries} == {
        (tree.first, dt.date(2026, 11, 20))
    }


@pytest.mark.slow
def test_each_state_has_its_way_out_and_no_other(tree: BranchTree, people: People) -> None:
    def refused(verb: Callable[..., None], gathering: Gathering) -> bool:
        try:
            with transaction.atomic():
                verb(gathering=Gathering.objects.get(pk=gathering.pk), by=people.host)
        except StateMovedError:
            return True
        return False

    verbs = (services.open_gathering, services.close_gathering, services.cancel_gathering)

    def ways(make: Callable[[], Gathering]) -> list[bool]:
        return [not refused(verb, make()) for verb in verbs]

    def confirmed() -> Gathering:
        gathering = make_closed(tree.first, by=people.host, present=[people.zhang])
        confirm(gathering, by=people.second)
        return gathering

    def cancelled() -> Gathering:
        gathering = make_gathering(tree.first, by=people.host)
        services.cancel_gathering(gathering=gathering, by=people.host)
        return gathering

    planned = lambda: make_gathering(tree.first, by=people.host)  # noqa: E731
    running = lambda: make_open(tree.first, by=people.host)  # noqa: E731
    closed = lambda: make_closed(tree.first, by=people.host, present=[people.zhang])  # noqa: E731
    # open, close, cancel
    assert {
        "planned": ways(planned),
        "open": ways(running),
        "closed": ways(closed),
        "confirmed": ways(confirmed),
        "cancelled": ways(cancelled),
    } == {
        "planned": [True, False, True],
        "open": [False, True, True],
        "closed": [False, False, True],
        "confirmed": [False, False, False],
        "cancelled": [False, False, False],
    }


def test_only_who_looks_after_the_branch_holds_its_gatherings(
    tree: BranchTree, people: People
) -> None:
    allowed = {}
    for name, by in {
        "secretary": people.host,
        "administrator above": make_administrator(tree.committee),
        "sibling's secretary": people.guests_secretary,
        "member": people.zhang,
    }.items():
        try:
            make_gathering(tree.first, by=by)
        except NotTheHostError:
            allowed[name] = False
        else:
            allowed[name] = True
    assert allowed == {
        "secretary": True,
        "administrator above": True,
        "sibling's secretary": False,
        "member": False,
    }
    gathering = make_open(tree.first, by=people.host)
    for verb in (services.close_gathering, services.cancel_gathering):
        with pytest.raises(NotTheHostError):
            verb(gathering=gathering, by=people.guests_secretary)


@pytest.mark.slow
def test_the_lesson_shown_caps_the_minutes(tree: BranchTree, people: People) -> None:
    by = courses.editor()
    chapter = courses.chapter(course=courses.course(by=by), by=by)
    asset = courses.lecture(by=by, duration_ms=50 * 60_000)
    lesson = courses.lesson(chapter=chapter, by=by, asset=asset)
    gathering = make_closed(
        tree.first, by=people.host, present=[people.zhang], minutes=90, lesson_id=lesson.pk
    )
    assert gathering.minutes == 50


@pytest.mark.slow
def test_a_lesson_the_host_may_not_see_is_not_shown(tree: BranchTree, people: People) -> None:
    by = courses.editor()
    chapter = courses.chapter(course=courses.course(by=by, audience=tree.second), by=by)
    lesson = courses.lesson(chapter=chapter, by=by)
    with pytest.raises(DomainError):
        make_gathering(tree.first, by=people.host, lesson_id=lesson.pk)
    assert make_gathering(tree.second, by=people.guests_secretary, lesson_id=lesson.pk).lesson


# --- The second person ----------------------------------------------------------------------------


def test_who_may_confirm(tree: BranchTree, people: People) -> None:
    gathering = make_closed(
        tree.first, by=people.host, present=[people.zhang, people.li, people.second]
    )
    Gathering.objects.filter(pk=gathering.pk).update(witness=people.li)
    gathering.refresh_from_db()
    asking = {
        "host": people.host,
        "another secretary, present": people.second,
        "administrator above": make_administrator(tree.committee),
        "witness, present": people.li,
        "member, present": people.zhang,
        "sibling's secretary": people.guests_secretary,
    }
    allowed = {}
    for name, by in asking.items():
        try:
            with transaction.atomic():
                confirm(gathering, by=by)
                transaction.set_rollback(True)
        except NotTheSecondPersonError:
            allowed[name] = False
        else:
            allowed[name] = True
        gathering.refresh_from_db()
    assert allowed == {
        "host": False,
        "another secretary, present": True,
        "administrator above": True,
        "witness, present": True,
        "member, present": False,
        "sibling's secretary": False,
    }


def test_nobody_confirms_a_list_they_have_kept(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    tick(gathering, [people.zhang], by=people.second)
    services.close_gathering(gathering=gathering, by=people.host)
    with pytest.raises(NotTheSecondPersonError):
        confirm(gathering, by=people.second)
    assert confirm(gathering, by=make_administrator(tree.committee)) == 1


def test_the_database_refuses_a_host_who_confirms(tree: BranchTree, people: People) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang])
    with pytest.raises(IntegrityError), transaction.atomic():
        Gathering.objects.filter(pk=gathering.pk).update(confirmed_by=people.host)


def test_refused_it_goes_back_to_be_corrected_and_handed_in_again(
    tree: BranchTree, people: People
) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang])
    services.refuse_gathering(gathering=gathering, by=people.second, reason="少了李淏")
    with pytest.raises(StateMovedError):
        confirm(gathering, by=people.second)
    tick(gathering, [people.li], by=people.host, late_reason="签到时手机没电")
    services.hand_in_again(gathering=gathering, by=people.host)
    assert confirm(gathering, by=people.second) == 2
    with pytest.raises(StateMovedError):
        services.hand_in_again(gathering=gathering, by=people.host)


def test_what_has_changed_since_it_was_read_is_not_confirmed(
    tree: BranchTree, people: People
) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang])
    read = digest(gathering)
    tick(gathering, [people.li], by=people.host, late_reason="漏登")
    with pytest.raises(RecordChangedError):
        services.confirm_gathering(gathering=gathering, by=people.second, digest=read)
    assert states(gathering) == "closed"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_does(
    tree: BranchTree, people: People, run_queued: Callable[..., list[str]]
) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang, people.li])
    read, other = digest(gathering), make_administrator(tree.committee)
    gate, results = threading.Barrier(2), []

    def run(by: Any) -> None:
        gate.wait()
        try:
            with time_machine.travel(NOON, tick=False):
                results.append(
                    services.confirm_gathering(
                        gathering=Gathering.objects.get(pk=gathering.pk), by=by, digest=read
                    )
                )
        except StateMovedError as error:
            results.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(by,)) for by in (people.second, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["2", str(StateMovedError)]
    assert run_queued() == ["exams.credit_gathering"]
    assert StudyHourEntry.objects.count() == 2


# --- Written down later ---------------------------------------------------------------------------


def test_offline_study_is_written_down_handed_in_confirmed_and_credited(
    tree: BranchTree, people: People
) -> None:
    gathering = make_gathering(
        tree.first, by=people.host, kind=GatheringKind.OFFLINE, title="红色教育基地现场教学",
        category=StudyCategory.CONCENTRATED, length="day",
    )  # fmt: skip
    with pytest.raises(StateMovedError):
        services.close_gathering(gathering=gathering, by=people.host)
    tick(gathering, [people.zhang, people.li], by=people.host)
    services.close_gathering(gathering=gathering, by=people.host)
    assert confirm(gathering, by=people.second) == 2
    services.credit_gathering(gathering_id=gathering.pk)
    entries = StudyHourEntry.objects.all()
    assert {(entry.hours, entry.category, entry.source_kind) for entry in entries} == {
        (Decimal(8), "concentrated", "offline")
    }


def test_offline_study_is_neither_in_the_future_nor_long_ago_without_a_reason(
    tree: BranchTree, people: People
) -> None:
    def written(starts_at: dt.datetime, reason: str = "") -> bool:
        try:
            make_gathering(
                tree.first, by=people.host, kind=GatheringKind.OFFLINE,
                starts_at=starts_at, reason=reason,
            )  # fmt: skip
        except GatheringTimeError:
            return False
        return True

    second = dt.timedelta(seconds=1)
    assert [
        written(NOON),
        written(NOON + second),
        written(NOON + second, "提前登记"),
        written(NOON - 7 * DAY),
        written(NOON - 7 * DAY - second),
        written(NOON - 7 * DAY - second, "会后外出，回来补登"),
    ] == [True, False, False, True, False, True]


def test_what_the_screen_has_begun_keeps_its_time(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    corrected = services.correct_gathering(
        gathering=gathering, by=people.host, title="改题", place="四楼", starts_at=NOON - DAY
    )
    assert (corrected.title, corrected.place, corrected.starts_at) == ("改题", "四楼", NOON)
    confirmed_one = make_closed(tree.first, by=people.host, present=[people.zhang])
    confirm(confirmed_one, by=people.second)
    with pytest.raises(StateMovedError):
        services.correct_gathering(
            gathering=confirmed_one, by=people.host, title="改题", place="", starts_at=NOON
        )


def test_a_witness_is_of_the_branch_present_and_not_the_host(
    tree: BranchTree, people: People
) -> None:
    gathering = make_open(tree.first, by=people.host)
    for member in (people.host, people.zhang, people.guest):
        join(gathering, member)
    allowed = {}
    for member in (people.host, people.zhang, people.li, people.guest):
        try:
            services.record_room(
                gathering=gathering, by=people.host, middle_count=None, end_count=None,
                witness_id=member.pk,
            )  # fmt: skip
        except NotTheSecondPersonError:
            allowed[member.name] = False
        else:
            allowed[member.name] = True
    assert allowed == {"王书记": False, "张秀英": True, "李淏": False, "胡立新": False}
