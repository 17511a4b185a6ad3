"""Who is to be reminded of which class, and when."""

import datetime as dt
from collections.abc import Iterator

import pytest

from live.classroom import reminders
from live.classroom.reminders import BEFORE, LATEST, Reminder
from lms.core import clock
from tests.factories.live import make_cancelled, make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def told() -> Iterator[list[Reminder]]:
    found: list[Reminder] = []
    reminders.register(found.append)
    yield found
    reminders._tellers.remove(found.append)


def test_a_day_and_a_quarter_of_an_hour_before_and_not_late(tree: BranchTree) -> None:
    made = make_live_class(tree.general, starts_at=clock.now() + dt.timedelta(days=3))
    make_cancelled(tree.general)
    for before in BEFORE:
        at = made.starts_at - before
        second = dt.timedelta(seconds=1)
        assert [each.at for each in reminders.due(at)] == [at]
        assert list(reminders.due(at - second)) == []
        assert [each.key for each in reminders.due(at + LATEST - second)] == [
            each.key for each in reminders.due(at)
        ]
        assert list(reminders.due(at + LATEST)) == []


def test_a_class_that_is_moved_is_told_again(tree: BranchTree) -> None:
    made = make_live_class(tree.general, starts_at=clock.now() + dt.timedelta(days=3))
    before = Reminder(made, BEFORE[0]).key
    made.starts_at += dt.timedelta(hours=1)
    assert Reminder(made, BEFORE[0]).key != before


def test_whom_it_is_for(tree: BranchTree, told: list[Reminder]) -> None:
    teacher = make_instructor(tree.general)
    inside = make_member(tree.first)
    make_member(tree.third)
    make_live_class(tree.general, by=teacher, starts_at=clock.now() + dt.timedelta(minutes=14))
    make_live_class(
        tree.general,
        by=teacher,
        starts_at=clock.now() + dt.timedelta(minutes=14),
        is_rehearsal=True,
    )
    assert reminders.remind() == 1
    (reminder,) = told
    assert set(reminder.members()) == {teacher, inside}
