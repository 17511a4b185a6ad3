"""A contest's results as files for the office: persons and organisations."""

from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from exams.contests import queries
from exams.contests.board import Standings, described_people, standings_of, team_names
from exams.contests.models import Contest
from exams.contests.rules import day_of_people
from exams.contests.words import team_note, team_rules, used_words
from lms.core import clock
from lms.core.documents.sheets import Sheet, Value, csv_pieces, write_book


def results_book(contest: Contest) -> IO[bytes]:
    """An xlsx file of two sheets; to be closed by the reader."""
    found = standings_of(contest, day_of_people(contest, clock.today()))
    ranks = queries.ranks_persons(contest)
    return write_book(
        [
            Sheet(_("人员"), _headings(found, ranks), _people(found, ranks), _notes(found)),
            Sheet(_("组织"), _team_headings(), _teams(found), team_rules(contest)),
        ]
    )


def results_csv(contest: Contest) -> Iterator[bytes]:
    """The persons alone."""
    found = standings_of(contest, day_of_people(contest, clock.today()))
    ranks = queries.ranks_persons(contest)
    headings = [text for text, _width in _headings(found, ranks)]
    return csv_pieces(headings, _people(found, ranks), _notes(found))


def _headings(found: Standings, ranks: bool) -> list[tuple[str, int]]:
    rounds = [
        heading
        for one in found.counting
        for heading in (
            (_("%(title)s得分") % {"title": one.exam.title}, 16),
            (_("%(title)s用时") % {"title": one.exam.title}, 16),
        )
    ]
    return [
        (_("姓名"), 16), (_("党员编号"), 14), (_("所在组织"), 24),
        *([(_("名次"), 8)] if ranks else []),
        (_("总分"), 10), (_("总用时"), 16), *rounds, (_("每日一练天数"), 14),
    ]  # fmt: skip


def _people(found: Standings, ranks: bool) -> Iterator[list[Value]]:
    """In the order of the tree: a list in the order of places is a ranking, too."""
    placed = {one.key: one for one in found.placed}
    players = {one.key: one for one in found.players}
    days = queries.complete_days(found.contest, players)
    for member in described_people(found.contest, found.day):
        player = players.get(member.pk)
        own = placed.get(member.pk)
        if player is None:  # came after the standings were read
            continue
        results = [player.results.get(one.exam_id) for one in found.counting]
        by_round: list[Value] = []
        for result in results:
            by_round += [result.points, used_words(result.used_ms)] if result else [None, None]
        yield [
            member.name,
            member.number,
            getattr(member, "branch_then", "") or "",
            *([own.place if own else None] if ranks else []),
            own.score if own else None,
            used_words(own.used_ms) if own else None,
            *by_round,
            days.get(member.pk, 0),
        ]


def _notes(found: Standings) -> list[str]:
    return [
        _("人员按%(day)s的组织关系；一轮答几次的取最好成绩，只算已公布的轮次。")
        % {"day": found.day.isoformat()},
        _("已公布 %(count)d 轮。") % {"count": len(found.counting)},
    ]


def _team_headings() -> list[tuple[str, int]]:
    return [
        (_("组织"), 28), (_("名次"), 8), (_("组织得分"), 12), (_("成绩分"), 12),
        (_("参与率（%）"), 12), (_("应参与"), 10), (_("参加"), 10), (_("说明"), 30),
    ]  # fmt: skip


def _teams(found: Standings) -> Iterator[list[Value]]:
    names = team_names(found.teams)
    for line in found.teams:
        yield [
            names.get(line.team, ""), line.place, line.score, line.mean, line.participation,
            line.asked, line.took_part, team_note(line, found.contest.best_of),
        ]  # fmt: skip
