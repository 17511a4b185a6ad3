"""What a member's pages of contests show: the list, the rounds, the own result."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exams.attempts.models import AttemptState, ExamState
from exams.attempts.reading import Standing, standings
from exams.contests import queries
from exams.contests.board import Board
from exams.contests.models import Contest, ContestRound
from exams.contests.phases import Phase
from exams.contests.rules import phase_on
from exams.contests.standings import Result
from exams.contests.words import PhaseWords, phase_words, used_words
from lms.members.models import Member

MOST_LISTED = 100
_GROUPS = {
    Phase.NOW: "now", Phase.SOON: "soon", Phase.WAITING: "over", Phase.OVER: "over",
    Phase.CANCELLED: "over",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContestRow:
    """One contest of the list."""

    contest: Contest
    phase: PhaseWords
    group: str


def my_contests(by: Member, day: dt.date) -> list[tuple[str, list[ContestRow]]]:
    """The member's contests under their headings; a heading without rows is left out."""
    rows = []
    for contest in queries.with_counts(queries.visible_contests(by))[:MOST_LISTED]:
        phase = phase_on(contest, day)
        rows.append(ContestRow(contest, phase_words(phase), _GROUPS[phase]))
    headings = (("now", _("正在进行")), ("soon", _("即将开始")), ("over", _("已结束")))
    grouped = [(words, [row for row in rows if row.group == group]) for group, words in headings]
    return [(words, of_group) for words, of_group in grouped if of_group]


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as its member sees it: where it stands, and how far the results are."""

    number: int
    round: ContestRound
    standing: Standing

    @property
    def is_out(self) -> bool:
        """Whether its results count: they are out for everybody."""
        return self.round.exam.state == ExamState.RELEASED

    @property
    def has_own_result(self) -> bool:
        attempt = self.standing.attempt
        return attempt is not None and attempt.state == AttemptState.RELEASED


def round_rows(rounds: Sequence[ContestRound], by: Member) -> list[RoundRow]:
    """The announced rounds in order."""
    known = queries.announced(rounds)
    stand = standings(by, [one.exam for one in known])
    return [
        RoundRow(number, one, standing)
        for number, (one, standing) in enumerate(zip(known, stand, strict=True), start=1)
    ]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What a round brought somebody; nothing where it was not sat."""

    number: int
    round: ContestRound
    result: Result | None
    used: str


def result_lines(board: Board) -> list[ResultLine]:
    """The counting rounds with the reader's result, numbered as on the contest's page."""
    counting = {one.pk for one in board.standings.counting}
    lines = []
    for number, one in enumerate(queries.announced(board.standings.rounds), start=1):
        if one.pk in counting:
            result = board.own_results.get(one.exam_id)
            lines.append(
                ResultLine(number, one, result, used_words(result.used_ms) if result else "")
            )
    return lines
