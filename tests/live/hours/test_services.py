"""The hours of a class in the ledger: once, for who was there, by the rules of the branch."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from exams.credit.models import StudyHourEntry
from live.classroom.folders import recording_id
from live.classroom.models import ClassState, LiveClass, LivePresence
from live.hours import confirm_services, queries, services
from live.hours.evidence import explained_class
from live.notices.models import Notice
from lms.core import clock
from lms.members.models import Member
from tests.factories.live_hours import happened, make_held, make_venue, was_there
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general)


def entries() -> list[tuple[str, str, Decimal]]:
    rows = StudyHourEntry.objects.order_by("pk").values_list("member__name", "category", "hours")
    return list(rows)


def test_who_was_there_long_enough_gets_the_hours_once(tree: BranchTree, teacher: Member) -> None:
    held = make_held(tree.general, by=teacher, minutes=90)
    stayed, looked_in = make_member(tree.first, name="甲"), make_member(tree.first, name="乙")
    was_there(held, stayed, (-5, 60), (60.4, 95))
    was_there(held, looked_in, (0, 70))
    was_there(held, teacher, (0, 90))
    assert services.credit_class(live_class_id=held.pk) == 1
    assert services.credit_class(live_class_id=held.pk) == 1
    assert entries() == [("甲", "online", Decimal("2.00"))]
    entry = StudyHourEntry.objects.get()
    assert (entry.source_kind, entry.source_id) == ("live", str(held.pk))
    told = explained_class(entry.evidence)
    assert told is not None
    assert (told.percent, told.asked_percent, told.minutes) == (100, 85, 90)
    assert [(piece.seconds, piece.why) for piece in told.bridged] == [(24, "short")]


def test_nothing_is_posted_before_the_lines_have_settled(tree: BranchTree, teacher: Member) -> None:
    held = make_held(tree.general, by=teacher, minutes=60, ago=61)
    was_there(held, make_member(tree.first), (0, 60))
    assert services.credit_class(live_class_id=held.pk) == 0
    LiveClass.objects.filter(pk=held.pk).update(
        ended_at=clock.now() - queries.SETTLED, credited_at=None
    )
    assert services.credit_class(live_class_id=held.pk) == 1


def test_a_line_whose_process_died_was_there_when_last_seen(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher)
    member = make_member(tree.first)
    was_there(held, member, (0, 40))
    LivePresence.objects.update(left_at=None)
    assert services.credit_class(live_class_id=held.pk) == 0
    (each,) = queries.attendance_of(held)
    assert each.stay.attendance.percent == 66


def test_the_teachers_outage_and_break_count_for_who_is_there_again(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher)
    happened(held, ("on_air", 0), ("lost", 20), ("back", 25), ("paused", 40), ("resumed", 50))
    member = make_member(tree.first)
    was_there(held, member, (0, 20.2), (25.2, 40.1), (50.1, 60))
    services.credit_class(live_class_id=held.pk)
    entry = StudyHourEntry.objects.get()
    # Fifty of sixty minutes were taught, and a period has 45.
    assert entry.hours == Decimal("1.00")
    assert entry.evidence["stay"]["percent"] == 100
    assert entry.evidence["live"]["outages"] == [[1200, 1500]]
    assert [piece[2] for piece in entry.evidence["stay"]["bridged"]] == ["outage", "pause"]


def test_nobody_carried_the_class_for_a_while_and_it_was_said_afterwards(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher)
    happened(held, ("on_air", 0), ("back", 30))
    assert held.begun_at is not None
    since = int((held.begun_at + dt.timedelta(minutes=25)).timestamp() * 1000)
    held.events.filter(kind="back").update(body={"since": since})
    was_there(held, make_member(tree.first, name="甲"), (0, 24.8), (30.4, 60))
    was_there(held, make_member(tree.first, name="乙"), (0, 24.8), (31, 60))
    found = {each.member.name: each.stay for each in queries.attendance_of(held)}
    assert [(stay.attendance.percent, [piece.why for piece in stay.bridged])
            for stay in found.values()] == [(100, ["outage"]), (89, [])]  # fmt: skip


def test_a_line_whose_process_died_may_have_stood_until_shortly_before_it_was_back(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher)
    for name, back in (("甲", 30.74), ("乙", 30.76)):
        was_there(held, make_member(tree.first, name=name), (0, 30), (back, 60))
    # Some die before they have shown a first sign of life.
    new = make_member(tree.first, name="丙")
    was_there(held, new, (0, 0), (0.5, 60))
    LivePresence.objects.filter(joined_at=held.begun_at).update(left_at=None)
    away = [
        (each.stay.attendance.held - each.stay.attendance.present).total_seconds()
        for each in queries.attendance_of(held)
    ]
    assert away == [pytest.approx(0), pytest.approx(45.6), pytest.approx(0)]


def test_a_class_nobody_closed_ends_where_its_teacher_was_lost(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher, minutes=90, planned_minutes=60)
    happened(held, ("on_air", 0), ("lost", 60), ("closed", 90))
    member = make_member(tree.first)
    was_there(held, member, (0, 61))
    assert services.credit_class(live_class_id=held.pk) == 1
    assert StudyHourEntry.objects.get().hours == Decimal("1.25")


def test_the_percent_and_the_category_are_the_classes_own(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher, counts_percent=60, category="concentrated")
    was_there(held, make_member(tree.first, name="甲"), (0, 36))
    was_there(held, make_member(tree.first, name="乙"), (0, 35))
    services.credit_class(live_class_id=held.pk)
    assert entries() == [("甲", "concentrated", Decimal("1.25"))]


def test_a_room_and_an_own_line_are_one_person_and_together_it_is_group_study(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher)
    host = make_secretary(tree.first, name="书记")
    was_there(held, host, (0, 60))
    both, phone = make_member(tree.first, name="甲"), make_member(tree.first, name="乙")
    was_there(held, both, (0, 30), (20, 60))
    was_there(held, phone, (0, 60))
    second = make_secretary(tree.first)
    venue = make_venue(
        held, tree.first, by=host, members=[both],
        closed_at=held.ended_at, confirmed_at=held.ended_at, confirmed_by=second,
    )  # fmt: skip
    services.credit_class(live_class_id=held.pk)
    assert sorted(entries()) == [
        ("乙", "online", Decimal("1.25")),
        ("书记", "online", Decimal("1.25")),
        ("甲", "group", Decimal("1.25")),
    ]
    entry = StudyHourEntry.objects.get(member=both)
    assert entry.evidence["stay"]["seconds"] == 3600
    assert (entry.by, entry.evidence["seat"]["place"]) == (second, "三楼会议室")
    assert entry.evidence["seat"]["confirmed_by"] == second.name
    venue.refresh_from_db()
    assert venue.credited_at is not None


def test_who_is_on_a_list_waits_until_a_second_person_has_confirmed_it(
    tree: BranchTree, teacher: Member, run_queued: Callable[..., list[str]]
) -> None:
    held = make_held(tree.general, by=teacher)
    host, second = make_secretary(tree.first, name="书记"), make_secretary(tree.first)
    was_there(held, host, (0, 60))
    member = make_member(tree.first, name="甲")
    venue = make_venue(held, tree.first, by=host, members=[member])
    services.credit_class(live_class_id=held.pk)
    assert [name for name, _category, _hours in entries()] == ["书记"]
    assert services.send_uncredited() == 0
    # Nobody hands it in: a day later it is handed in as it is, and somebody asked to confirm it.
    LiveClass.objects.filter(pk=held.pk).update(
        begun_at=held.begun_at - dt.timedelta(days=2), ended_at=held.ended_at - dt.timedelta(days=2)
    )
    LivePresence.objects.update(
        joined_at=held.begun_at - dt.timedelta(days=2), left_at=held.ended_at - dt.timedelta(days=2)
    )
    venue.presences.update(since=held.begun_at - dt.timedelta(days=2))
    assert services.send_uncredited() == 0
    venue.refresh_from_db()
    assert (venue.is_open, venue.closed_by) == (False, None)
    assert list(Notice.objects.values_list("member", "kind")) == [(second.pk, "confirm")]
    digest = queries.digest_of(venue)
    confirm_services.confirm_list(by=second, venue=venue, digest=digest)
    assert services.send_uncredited() == 1
    assert services.credit_class(live_class_id=held.pk) == 2
    assert [name for name, _category, _hours in entries()] == ["书记", "甲"]
    assert services.send_uncredited() == 0


def test_a_rehearsal_never_counts(tree: BranchTree, teacher: Member) -> None:
    held = make_held(tree.general, by=teacher, is_rehearsal=True)
    was_there(held, make_instructor(tree.general), (0, 60))
    assert services.credit_class(live_class_id=held.pk) == 0
    assert services.send_uncredited() == 0
    assert entries() == []


def test_the_recording_seen_later_gives_nothing_a_second_time(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher)
    was_there(held, make_member(tree.first), (0, 60))
    services.credit_class(live_class_id=held.pk)
    assert StudyHourEntry.objects.get().content_id == f"asset:{recording_id(held.room).hex}"
    assert held.state == ClassState.CLOSED
