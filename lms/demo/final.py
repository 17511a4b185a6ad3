"""The demo school's final: two have come in for their branches, and the host may begin at once."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from exams.contests.models import Contest
from exams.finals import queries, services
from exams.finals.models import Final
from exams.finals.rules import can_be_of
from exams.gatherings.tokens import code_for
from exams.papers.blueprint import Blueprint, Cell
from exams.papers.models import Paper
from exams.papers.queries import bank_of
from exams.papers.services import fill_from_blueprint, make_paper, seal_paper, set_blueprint
from exams.questions.models import QuestionKind
from lms.core import clock
from lms.members.models import Branch, Member

TITLE = "党章党规知识竞赛现场决赛"
SECTIONS = ("必答题", "共答题", "抢答题", "风险题")
EACH = 2
TEAMS = ("first", "second", "retired")
# Who has come in, each for the own branch.
CAME_IN = ("400001", "400010")


def hold_final(
    *, contest: Contest, teams: Mapping[str, Branch], members: Mapping[str, Member], by: Member
) -> Final | None:
    """Open the final if it is missing, whole or not at all; None where the bank is too small.

    `teams` has the branches that play by their keys in the demo's texts.
    """
    branch = contest.branch
    found = Final.objects.filter(branch=branch, title=TITLE).first()
    if found is not None:
        return found
    if bank_of(branch).filter(kind=QuestionKind.SINGLE).count() < EACH * len(SECTIONS):
        return None
    with transaction.atomic():
        final = services.create_final(
            by=by,
            branch=branch,
            title=TITLE,
            paper=_paper(branch, by),
            by_team=True,
            teams=[teams[key].name for key in TEAMS],
            contest=contest,
        )
        services.open_lobby(by=by, final=final)
        sides = queries.teams_of(final)
        for number in CAME_IN:
            services.join_final(
                by=members[number],
                final=final,
                team_id=next(side.pk for side in sides if can_be_of(members[number], side)),
                is_listed=True,
                code=code_for(queries.code_key(), final.pk, clock.now().timestamp()),
            )
    return final


def _paper(branch: Branch, by: Member) -> Paper:
    """A section for each way of asking."""
    paper = make_paper(paper=Paper(branch=branch, title=TITLE), by=by)
    cells = tuple(Cell(QuestionKind.SINGLE, EACH, Decimal(10), section) for section in SECTIONS)
    set_blueprint(paper=paper, blueprint=Blueprint(cells))
    fill_from_blueprint(paper=paper)
    seal_paper(paper=paper, by=by)
    return paper
