"""Being there as a condition of passing, and what of it is open when a year is closed."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from courses.training.models import Enrolment, TrainingClass
from exams.closing.open_items import open_items
from exams.gatherings.attendance import Asked, Attendance, attendance
from exams.gatherings.conditions import KIND, AttendanceForm
from exams.gatherings.models import Gathering, GatheringKind
from exams.gatherings.services import cancel_gathering
from exams.passing.conditions import kind_named
from exams.passing.pass_rules import Condition, Group
from exams.passing.services import evaluate_class, verdicts
from exams.passing.words import missing_sentences, rule_sentence
from lms.members.models import Member
from tests.exams.gatherings.conftest import NOON, People
from tests.factories.gatherings import confirm, make_closed, make_gathering, make_open, tick
from tests.factories.members import BranchTree, make_administrator, make_member
from tests.factories.merging import merged
from tests.factories.training import enrol, make_class

TODAY = dt.date(2026, 11, 20)
AFTER = dt.datetime(2026, 12, 25, 4, tzinfo=dt.UTC)


# --- The decision ---------------------------------------------------------------------------------

counts = st.integers(0, 20)


@given(counts, counts, st.integers(0, 20), st.integers(0, 100), st.booleans())
def test_met_exactly_when_nothing_is_missing_and_the_share_is_known(
    held: int, attended: int, times: int, percent: int, is_over: bool
) -> None:
    stands, asked = Attendance(held, min(held, attended)), Asked(times, percent)
    enough = stands.attended >= times and stands.attended * 100 >= held * percent
    assert (stands.missing(asked) == 0) == enough
    known = not percent or (is_over and held > 0)
    assert stands.is_met(asked, is_over=is_over) == (enough and known)


@given(counts, counts, st.integers(1, 20), st.integers(0, 100))
def test_going_once_more_never_takes_away(
    held: int, attended: int, times: int, percent: int
) -> None:
    asked, before = Asked(times, percent), Attendance(held, min(held, attended))
    after = Attendance(held + 1, before.attended + 1)
    assert after.missing(asked) <= before.missing(asked)


def test_what_was_held_outside_the_dates_does_not_count() -> None:
    held = [(day, dt.date(2026, 11, day)) for day in (1, 5, 9, 13)]
    assert attendance(
        held, {1, 5, 13}, first=dt.date(2026, 11, 5), last=dt.date(2026, 11, 9)
    ) == Attendance(2, 1)


# --- In a class -----------------------------------------------------------------------------------


def held(
    tree: BranchTree, people: People, *, present: list[Member], days_ago: int = 0, **fields: Any
) -> Gathering:
    now = NOON - dt.timedelta(days=days_ago)
    with time_machine.travel(now, tick=False):
        gathering = make_closed(tree.first, by=people.host, present=present, **fields)
        confirm(gathering, by=people.second)
    return gathering


def missing(enrolment: Enrolment) -> list[str]:
    training_class = TrainingClass.objects.get(pk=enrolment.training_class_id)
    now = Enrolment.objects.select_related("training_class", "member").get(pk=enrolment.pk)
    return missing_sentences(verdicts(training_class, [now])[enrolment.pk])


def rule(**settings: int) -> Group:
    return Group((Condition("attendance", settings),))


@pytest.mark.slow
@pytest.mark.usefixtures("clock_stands")
def test_so_many_times_within_the_dates(tree: BranchTree, people: People) -> None:
    made = make_class(tree.first, rule=rule(times=2))
    enrolment = enrol(made, people.zhang)
    held(tree, people, present=[people.zhang], days_ago=40)  # before the class began
    held(tree, people, present=[people.li], days_ago=3)
    make_closed(tree.first, by=people.host, present=[people.zhang])  # not confirmed
    assert missing(enrolment) == ["集体学习还差 2 次（已出席 0 次）"]
    held(tree, people, present=[people.zhang], days_ago=2)
    assert missing(enrolment) == ["集体学习还差 1 次（已出席 1 次）"]
    held(tree, people, present=[people.zhang], days_ago=1)
    assert (missing(enrolment), evaluate_class(class_id=made.pk)) == ([], 1)


@pytest.mark.slow
@pytest.mark.usefixtures("clock_stands")
def test_a_share_is_settled_when_the_class_is_over(tree: BranchTree, people: People) -> None:
    made = make_class(tree.first, rule=rule(percent=60))
    enrolment = enrol(made, people.zhang)
    assert missing(enrolment) == ["集体学习已出席 0/0 次，出席比例到结班后核定"]
    held(tree, people, present=[people.zhang], days_ago=3)
    held(tree, people, present=[people.li], days_ago=2)
    assert missing(enrolment) == ["集体学习还差 1 次（已出席 1 次）"]
    held(tree, people, present=[people.zhang, people.li], days_ago=1)
    assert missing(enrolment) == ["集体学习已出席 2/3 次，出席比例到结班后核定"]
    assert evaluate_class(class_id=made.pk) == 0
    with time_machine.travel(AFTER, tick=False):
        assert (missing(enrolment), evaluate_class(class_id=made.pk)) == ([], 1)


@pytest.mark.slow
@pytest.mark.usefixtures("clock_stands")
def test_what_a_merged_record_was_at_is_the_persons(tree: BranchTree, people: People) -> None:
    by, second = (make_administrator(tree.committee) for _each in range(2))
    again = make_member(tree.first, name="张秀英")
    held(tree, people, present=[again], days_ago=2, minutes=1)  # too short for hours
    made = make_class(tree.first, rule=rule(times=1))
    enrolment = enrol(made, people.zhang)
    assert missing(enrolment) == ["集体学习还差 1 次（已出席 0 次）"]
    merged(people.zhang, again, by=by, second=second)
    assert missing(enrolment) == []


@pytest.mark.usefixtures("clock_stands")
@pytest.mark.parametrize("size", [1, 3])
def test_measured_in_two_statements_whatever_the_class(
    tree: BranchTree, people: People, size: int
) -> None:
    made = make_class(tree.first, rule=rule(times=1))
    learners = [make_member(tree.first) for _each in range(size)]
    enrol(made, *learners)
    held(tree, people, present=learners[:1], days_ago=1)
    rows = list(Enrolment.objects.select_related("training_class").order_by("pk"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = KIND.measure(made, rows, {"times": 1})
    assert len(asked) == 2
    assert [found[row.pk].is_met for row in rows] == [True, *[False] * (size - 1)]


@pytest.mark.parametrize(
    ("given", "settings", "sentence"),
    [
        ({"times": "3"}, {"times": 3}, "出席办班单位举办的集体学习不少于 3 次"),
        ({"percent": "80"}, {"percent": 80}, "出席办班单位举办的集体学习不少于 80%"),
        (
            {"times": "3", "percent": "80"},
            {"times": 3, "percent": 80},
            "出席办班单位举办的集体学习不少于 3 次，且不少于 80%",
        ),
        ({}, None, ""),
        ({"percent": "101"}, None, ""),
    ],
)
def test_what_is_asked_is_said(
    given: dict[str, str], settings: dict[str, int] | None, sentence: str
) -> None:
    form = AttendanceForm(given)
    assert form.is_valid() == (settings is not None)
    assert kind_named("attendance") is KIND
    if settings is not None:
        assert form.settings() == settings
        assert rule_sentence(Condition("attendance", settings)) == sentence


# --- The year's close -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("clock_stands")
def test_what_is_not_settled_is_open_when_the_year_is_closed(
    tree: BranchTree, people: People
) -> None:
    assert open_items(tree.general, 2026) == []
    planned = make_gathering(tree.first, by=people.host, title="未开始的")
    cancel_gathering(gathering=make_gathering(tree.first, by=people.host), by=people.host)
    running = make_open(tree.first, by=people.host, title="进行中的")
    waiting = make_gathering(
        tree.first, by=people.host, kind=GatheringKind.OFFLINE, title="待确认的",
        reason="补登",
        starts_at=dt.datetime(2025, 12, 31, 15, 30, tzinfo=dt.UTC),  # 23:30 at the school
    )  # fmt: skip
    settled = held(tree, people, present=[people.zhang], title="已确认的")
    tick(settled, [people.li], by=people.host, late_reason="漏登")
    assert [(item.text, item.path) for item in open_items(tree.general, 2026)] == [
        (f"集体学习未办结（{state}）：第一党支部 2026-11-20 {title}", f"/gatherings/{pk}/")
        for state, title, pk in (
            ("未开始", "未开始的", planned.pk),
            ("进行中", "进行中的", running.pk),
            ("补登待确认", "已确认的", settled.pk),
        )
    ]
    assert [item.path for item in open_items(tree.first, 2025)] == [f"/gatherings/{waiting.pk}/"]
    assert open_items(tree.second, 2026) == []
