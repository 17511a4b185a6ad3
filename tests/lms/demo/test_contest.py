"""The demo contest: once, with results by the services that serve real people."""

from decimal import Decimal

import pytest
from django.core.serializers import serialize

from exams.attempts.models import Attempt
from exams.contests.board import board_for
from exams.contests.models import Contest, DailyPractice
from lms.core import clock
from lms.demo.bank import fill_bank
from lms.demo.contest import FIRST_ROUND, NAMED, PRACTISED, hold_contest
from lms.demo.people import MEMBERS
from lms.members.models import Member
from tests.factories import courses
from tests.factories.members import make_administrator, make_branch_tree, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def members() -> dict[str, Member]:
    tree = make_branch_tree()
    branches = {"first": tree.first, "second": tree.second, "retired": tree.third}
    made = {
        text.number: make_member(branches[text.branch], number=text.number, name=text.name)
        for text in MEMBERS
        if text.branch in branches
    }
    made["100001"] = make_administrator(tree.committee, number="100001")
    return made


def everything() -> list[str]:
    return [
        serialize("json", model.objects.order_by("pk"))
        for model in (Contest, Attempt, DailyPractice)
    ]


def test_the_contest_is_held_once_with_a_round_that_counts(members: dict[str, Member]) -> None:
    by = members["100001"]
    (branch,) = [each.branch for each in by.memberships.select_related("branch")]
    assert hold_contest(branch=branch, members=members, by=by) is None
    assert Contest.objects.count() == 0
    _course, lessons = courses.course_with_lessons(by=courses.editor(), lessons=1)
    fill_bank(branch=branch, by=by, lesson=lessons[0])
    contest = hold_contest(branch=branch, members=members, by=by)
    assert contest is not None
    before = everything()
    assert hold_contest(branch=branch, members=members, by=by) == contest
    assert everything() == before
    reader = members["400004"]
    board = board_for(contest, reader, clock.today())
    assert board.placed_count == len(FIRST_ROUND)
    assert [(named.placed.place, named.name) for named in board.top] == [
        (1, members["400010"].name), (2, members["400001"].name), (4, members["400005"].name),
    ]  # fmt: skip
    assert board.own is not None
    assert (board.own.place, board.own.score, board.own.used_ms) == (3, Decimal("90.00"), 261_080)
    assert [one.place for one in board.standings.placed[5:8]] == [6, 6, 8]
    assert [len(board.standings.counting), len(board.standings.rounds)] == [1, 2]
    practised = DailyPractice.objects.filter(is_complete=True).values_list("member__number")
    assert sorted(number for (number,) in practised) == sorted(PRACTISED)
    assert set(NAMED) <= {sat.number for sat in FIRST_ROUND}
