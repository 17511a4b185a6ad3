"""The board: what counts, who is named to whom, and which people stand for which team."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.attempts.models import FinishedBy
from exams.contests import member_services, services
from exams.contests.board import board_for, standings_of
from exams.contests.errors import ShowingError
from exams.contests.models import Contest, NamedShowing, TeamKind
from exams.contests.rules import day_of_people
from exams.credit.models import MemberYear
from lms.core import clock
from lms.members.models import Member, Membership
from tests.factories.contests import make_contest, make_round, release, sat, turn_ranking_on
from tests.factories.members import BranchTree, make_member

DAY = dt.timedelta(days=1)


@pytest.fixture
def contest(tree: BranchTree, officer: Member) -> Contest:
    return make_contest(tree.general, by=officer, best_of=2, participation_percent=20)


def test_figures_stand_only_after_the_release(
    tree: BranchTree, contest: Contest, officer: Member
) -> None:
    member = make_member(tree.first)
    round_ = make_round(contest)
    sat(round_, member, "15")  # released at once, while others may still be sitting
    board = board_for(contest, member, clock.today())
    assert (board.own, board.own_results, board.placed_count) == (None, {}, 0)
    assert [(team.line.score, team.line.place) for team in board.teams] == [(None, None)] * 2
    release(round_.exam)
    board = board_for(contest, member, clock.today())
    assert board.own is not None
    assert (board.own.score, board.own.place, board.placed_count) == (Decimal("100.00"), 1, 1)


def test_the_best_released_try_counts_with_its_time(tree: BranchTree, contest: Contest) -> None:
    member = make_member(tree.first)
    round_ = make_round(contest, allowed_seconds=600)
    sat(round_, member, "10", seconds=30)
    sat(round_, member, "12", seconds=70.5)
    sat(round_, member, "12", seconds=70.25)
    on_paper = make_member(tree.first)
    sat(round_, on_paper, "12", seconds=1, finished_by=FinishedBy.SHEET)
    release(round_.exam)
    sat(round_, member, "15", state="marked")  # not released
    found = standings_of(contest, clock.today()).placed
    assert [(one.key, one.score, one.used_ms, one.place) for one in found] == [
        (member.pk, Decimal("80.00"), 70_250, 1),
        (on_paper.pk, Decimal("80.00"), 600_000, 2),
    ]


def test_teams_stand_first_with_the_people_of_the_day(
    tree: BranchTree, contest: Contest, officer: Member, noon: time_machine.Traveller
) -> None:
    first = [make_member(tree.first) for _each in range(4)]
    second = make_member(tree.second)
    exempt = make_member(tree.second)
    MemberYear.objects.create(member=exempt, year=2026, is_due=False)
    outsider = make_member(tree.third)
    round_ = make_round(contest)
    for person, points in zip([*first[:3], second, outsider], (3, 9, 15, 12, 15), strict=True):
        sat(round_, person, str(points))
    release(round_.exam)
    teams = {team.name: team.line for team in board_for(contest, second, clock.today()).teams}
    assert list(teams) == ["第二党支部", "第一党支部", "机关党总支"]
    line = teams["第一党支部"]
    assert (line.asked, line.took_part, line.mean, line.participation, line.score) == (
        4, 3, Decimal("80.00"), Decimal("75.00"), Decimal("79.00"),
    )  # fmt: skip
    small = teams["第二党支部"]
    assert (small.asked, small.counted, small.score, small.place) == (1, 1, Decimal("84.00"), 1)

    # Whoever moves within the contest's days stands for the new branch; afterwards nothing moves.
    Membership.objects.filter(member=second).update(left_on=clock.today() + DAY)
    Membership.objects.create(member=second, branch=tree.first, joined_on=clock.today() + DAY)
    noon.shift(DAY)
    board = board_for(contest, second, day_of_people(contest, clock.today()))
    assert board.own_team is not None
    assert (board.own_team.name, board.own_team.line.asked) == ("第一党支部", 5)
    services.close_contest(contest=contest, by=officer)
    Membership.objects.filter(member=first[0]).update(left_on=clock.today() + DAY)
    noon.shift(9 * DAY)
    closed = Contest.objects.select_related("branch").get(pk=contest.pk)
    board = board_for(closed, second, day_of_people(closed, clock.today()))
    assert board.own_team is not None
    assert board.own_team.line.asked == 5


def test_parts_carry_their_branches_and_branches_stand_for_themselves(
    tree: BranchTree, officer: Member
) -> None:
    for branch in (tree.first, tree.second, tree.third, tree.committee):
        make_member(branch)
    contest = make_contest(tree.committee)
    for kind, expected in {
        TeamKind.BRANCHES: ["机关党委", "机关党总支", "第一党支部", "第二党支部", "第三党支部"],
        TeamKind.PARTS: ["机关党委", "机关党总支", "第三党支部"],
    }.items():
        contest.team_kind = kind
        board = board_for(contest, officer, clock.today())
        assert [team.name for team in board.teams] == expected


def test_a_name_is_shown_only_if_the_contest_and_the_person_have_agreed(
    tree: BranchTree, contest: Contest, officer: Member
) -> None:
    best, second, last = (make_member(tree.first, name=name) for name in ("王䶮", "李淏", "张三"))
    round_ = make_round(contest)
    for person, points in ((best, "15"), (second, "12"), (last, "9")):
        sat(round_, person, points)
    release(round_.exam)

    def seen_by(person: Member) -> list[tuple[int, str]]:
        shown = board_for(contest, person, clock.today())
        return [(named.placed.place, named.name) for named in shown.top]

    with pytest.raises(ShowingError, match="没有开启个人排名"):
        member_services.show_name(contest=contest, by=second)
    turn_ranking_on(contest, by=officer)
    assert [seen_by(each) for each in (best, second, last)] == [[], [], []]
    for _twice in range(2):
        member_services.show_name(contest=contest, by=second)
    assert NamedShowing.objects.count() == 1
    assert [seen_by(each) for each in (best, second, last)] == [[(2, "李淏")]] * 3
    own = board_for(contest, last, clock.today())
    assert (own.own.place if own.own else 0, own.is_named) == (3, False)
    services.turn_ranking(contest=contest, is_on=False, ground="上级要求", by=officer)
    assert seen_by(best) == []
    turn_ranking_on(contest, by=officer)
    member_services.hide_name(contest=contest, by=second)
    assert seen_by(best) == []


def test_only_the_first_ten_places_are_listed(
    tree: BranchTree, contest: Contest, officer: Member
) -> None:
    round_ = make_round(contest)
    turn_ranking_on(contest, by=officer)
    people = [make_member(tree.first) for _each in range(12)]
    for seconds, person in enumerate(people, start=1):
        sat(round_, person, "9", seconds=min(seconds, 10))  # the last three share the tenth place
        member_services.show_name(contest=contest, by=person)
    release(round_.exam)
    top = board_for(contest, officer, clock.today()).top
    assert [named.placed.place for named in top] == [*range(1, 10), 10, 10, 10]


def test_a_board_is_reckoned_once_a_minute_and_a_release_is_seen_at_once(
    tree: BranchTree, contest: Contest, noon: time_machine.Traveller
) -> None:
    member = make_member(tree.first)
    first, second = make_round(contest), make_round(contest)
    sat(first, member, "15")
    release(first.exam)
    before = board_for(contest, member, clock.today())
    with CaptureQueriesContext(connection) as asked:
        again = board_for(contest, member, clock.today())
    assert (again.standings is before.standings, len(asked)) == (True, 4)
    sat(second, member, "6")
    release(second.exam)
    board = board_for(contest, member, clock.today())
    assert (board.own.score if board.own else 0) == Decimal("70.00")
    sat(second, make_member(tree.first), "15")
    assert board_for(contest, member, clock.today()).placed_count == 1
    noon.shift(60)
    assert board_for(contest, member, clock.today()).placed_count == 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_board_costs_the_same_for_one_and_for_many(
    tree: BranchTree, contest: Contest, officer: Member, count: int
) -> None:
    turn_ranking_on(contest, by=officer)
    rounds = [make_round(contest) for _each in range(count)]
    for branch in (tree.first, tree.second)[:count]:
        for _each in range(count):
            person = make_member(branch)
            for round_ in rounds:
                sat(round_, person, "9")
            member_services.show_name(contest=contest, by=person)
    for round_ in rounds:
        release(round_.exam)
    with CaptureQueriesContext(connection) as asked:
        board_for(contest, officer, clock.today())
    assert len(asked) == 9
