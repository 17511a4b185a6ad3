"""The board of a contest: teams, and of persons what the one who asks may know."""

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from exams.attempts.models import Attempt, AttemptState, FinishedBy
from exams.contests import queries
from exams.contests.models import Contest, ContestRound, DailyPractice, TeamKind
from exams.contests.standings import (
    Placed,
    Player,
    Result,
    Round,
    TeamLine,
    TeamRule,
    best,
    placed,
    teams,
)
from exams.credit.models import MemberYear
from lms.core import clock
from lms.members.models import Branch, Member, Membership
from lms.members.queries import members_of, standing_on

TOP = 10
KEPT_SECONDS = 60
MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who belongs to the contest's subtree on the day of the board."""

    key: int
    path: str
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Standings:
    """Everybody's standing, for whoever may know all of it; boards show parts of it."""

    contest: Contest
    day: dt.date
    rounds: Sequence[ContestRound]  # all of them
    counting: Sequence[ContestRound]  # those whose results are out
    players: Sequence[Player]
    placed: Sequence[Placed]
    teams: Sequence[TeamLine]


@dataclass(frozen=True, slots=True)
class Named:
    """A person among the first ten who has agreed to be named."""

    placed: Placed
    name: str
    team: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its name; `is_own` is the reader's."""

    line: TeamLine
    name: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Board:
    """What one member sees: teams first, the own place, and the names of those who agreed."""

    standings: Standings
    teams: Sequence[Team]
    own: Placed | None
    own_results: dict[int, Result]
    ranks_persons: bool
    is_named: bool
    top: Sequence[Named]

    @property
    def own_team(self) -> Team | None:
        return next((team for team in self.teams if team.is_own), None)

    @property
    def placed_count(self) -> int:
        return len(self.standings.placed)


def board_for(contest: Contest, by: Any, day: dt.date) -> Board:
    """The board as `by` may see it, with the people of `day`.

    A number of statements that does not grow with people, teams or rounds.
    """
    found = kept_standings(contest, day)
    own_player = next((one for one in found.players if one.key == by.pk), None)
    own_team = own_player.team if own_player else ""
    names = team_names(found.teams)
    ranks = queries.ranks_persons(contest)
    return Board(
        found,
        [Team(line, names.get(line.team, ""), line.team == own_team) for line in found.teams],
        next((one for one in found.placed if one.key == by.pk), None),
        dict(own_player.results) if own_player else {},
        ranks,
        queries.is_named(contest, by),
        _top(contest, found.placed, names, by) if ranks else (),
    )


def _top(
    contest: Contest, everybody: Sequence[Placed], names: dict[str, str], by: Any
) -> list[Named]:
    """The first ten places, as far as those who hold them have agreed; a gap stays a gap."""
    first = [one for one in everybody if one.place <= TOP]
    agreed = queries.named_among(contest, [one.key for one in first])
    people = dict(Member.objects.filter(pk__in=agreed).values_list("pk", "name"))
    return [
        Named(one, people[one.key], names.get(one.team, ""), one.key == by.pk)
        for one in first
        if one.key in people
    ]


def standings_of(contest: Contest, day: dt.date) -> Standings:
    """Where everybody stands, with the people of `day`; only results that are out count."""
    return _reckoned(contest, day, queries.rounds_of(contest))


def kept_standings(contest: Contest, day: dt.date) -> Standings:
    """The same, reckoned once a minute by each process: everybody opens a board at once.

    A release is seen at once; a corrected key, a move or a day's practice within the minute.
    """
    rounds = queries.rounds_of(contest)
    decides = (
        contest.pk, contest.made_at, contest.team_kind, contest.best_of,
        contest.participation_percent, day, int(clock.now().timestamp()) // KEPT_SECONDS,
        tuple((one.pk, one.weight, one.exam.state) for one in rounds),
    )  # fmt: skip
    with _reckoning:  # who comes meanwhile waits for it instead of doing the same
        found = _kept.get(decides)
        if found is None:
            found = _kept[decides] = _reckoned(contest, day, rounds)
            while len(_kept) > MOST_KEPT:
                del _kept[next(iter(_kept))]
    return found


_kept: dict[Any, Standings] = {}
_reckoning = threading.Lock()


def _reckoned(contest: Contest, day: dt.date, rounds: Sequence[ContestRound]) -> Standings:
    counting = queries.counting(rounds)
    weighed = [Round(one.exam_id, one.weight) for one in counting]
    results = _results(counting)
    practised = set(
        DailyPractice.objects.filter(contest=contest, is_complete=True).values_list(
            "member_id", flat=True
        )
    )
    players = [
        Player(
            person.key,
            team_path(contest, person.path),
            results.get(person.key, {}),
            person.key in practised,
            person.is_asked,
        )
        for person in _people(contest, day)
    ]
    rule = TeamRule(contest.best_of, contest.participation_percent)
    return Standings(
        contest, day, rounds, counting, players, placed(players, weighed),
        teams(players, weighed, rule),
    )  # fmt: skip


def team_path(contest: Contest, path: str) -> str:
    """The path of the team somebody of the branch at `path` belongs to."""
    if contest.team_kind == TeamKind.BRANCHES:
        return path
    return path[: len(contest.branch.path) + Branch.steplen]


def team_names(lines: Sequence[TeamLine]) -> dict[str, str]:
    """The names of the teams' organisations, by path."""
    paths = [line.team for line in lines]
    return dict(Branch.objects.filter(path__in=paths).values_list("path", "name"))


def described_people(contest: Contest, day: dt.date) -> QuerySet[Any, Any]:
    """The people of the subtree on `day` with `branch_then` and `path_then`, in the tree's order.

    `is_not_due`: the year asks nothing of them.
    """
    standing = Membership.objects.filter(standing_on(day), member=OuterRef("pk"))
    not_due = MemberYear.objects.filter(member=OuterRef("pk"), year=day.year, is_due=False)
    return (
        members_of(contest.branch, day)
        .annotate(
            branch_then=Subquery(standing.values("branch__name")[:1]),
            path_then=Subquery(standing.values("branch__path")[:1]),
            is_not_due=Exists(not_due),
        )
        .order_by("path_then", "number")
    )


def _people(contest: Contest, day: dt.date) -> list[Person]:
    rows: Any = described_people(contest, day).values("pk", "path_then", "is_not_due")
    return [Person(row["pk"], row["path_then"], not row["is_not_due"]) for row in rows]


def _results(rounds: Sequence[ContestRound]) -> dict[int, dict[int, Result]]:
    """By member and exam, the best released result."""
    allowed = {one.exam_id: one.exam.allowed_seconds * 1000 for one in rounds}
    rows = Attempt.objects.filter(exam__in=list(allowed), state=AttemptState.RELEASED).values_list(
        "member_id", "exam_id", "points", "out_of", "started_at", "finished_at", "finished_by"
    )
    tries: dict[tuple[int, int], list[Result]] = {}
    for member_id, exam_id, points, out_of, started_at, finished_at, finished_by in rows:
        if points is None or finished_at is None:
            continue
        # Nobody has timed what was answered on paper.
        is_timed = finished_by != FinishedBy.SHEET
        used = milliseconds(finished_at - started_at) if is_timed else allowed[exam_id]
        tries.setdefault((member_id, exam_id), []).append(Result(points, out_of, used))
    found: dict[int, dict[int, Result]] = {}
    for (member_id, exam_id), results in tries.items():
        counts = best(results)
        if counts is not None:
            found.setdefault(member_id, {})[exam_id] = counts
    return found


def milliseconds(length: dt.timedelta) -> int:
    """Whole milliseconds, rounded down; never less than none."""
    return max(length // dt.timedelta(milliseconds=1), 0)
