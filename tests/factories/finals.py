"""Finals that can be played: a sealed paper with a section for each way of asking."""

import itertools
from collections.abc import Sequence
from decimal import Decimal

from django.core.files.base import ContentFile

from exams.finals import play_services, queries, services
from exams.finals.models import Final, FinalPlayer
from exams.gatherings.tokens import code_for
from exams.papers.models import Paper, PaperItem, PaperKind, PaperState
from lms.core import clock
from lms.members.models import Branch, Member
from tests.factories.courses import SMALLEST_PDF, editor
from tests.factories.exam_attempts import OPTIONS, make_version
from tests.factories.members import make_member, make_secretary

_numbers = itertools.count(1)

SECTIONS = ("必答题", "共答题", "抢答题", "风险题")
# Which round is which, by its position.
TURN, ALL, BUZZ, RISK = 1, 2, 3, 4
RIGHT, WRONG = {"choice": ["0"]}, {"choice": ["1"]}


def make_final_paper(
    branch: Branch, *, each: int = 2, points: Decimal = Decimal(10), correct: int = 0
) -> Paper:
    """A sealed paper with so many single choices in each of four sections; the first is right."""
    by = editor()
    paper = Paper.objects.create(
        branch=branch,
        title=f"决赛试卷{next(_numbers)}",
        kind=PaperKind.FIXED,
        state=PaperState.SEALED,
        points=points * each * len(SECTIONS),
        made_by=by,
        made_at=clock.now(),
        sealed_at=clock.now(),
    )
    places = itertools.count(1)
    for section in SECTIONS:
        for number in range(1, each + 1):
            PaperItem.objects.create(
                paper=paper,
                position=next(places),
                section=section,
                version=make_version(
                    branch, by=by, stem=f"{section}第{number}问：党的根本组织原则是（　）。",
                    options=OPTIONS, correct=correct,
                ),
                points=points,
            )  # fmt: skip
    return paper


def make_final(
    branch: Branch,
    *,
    by: Member | None = None,
    teams: Sequence[str] = ("红旗队", "先锋队", "星火队"),
    by_team: bool = True,
    title: str = "",
    cap_ms: int = 250,
    each: int = 2,
) -> Final:
    """One in preparation."""
    by = by or make_secretary(branch)
    return services.create_final(
        by=by,
        branch=branch,
        title=title or f"党章党规知识竞赛决赛{next(_numbers)}",
        paper=make_final_paper(branch, each=each),
        by_team=by_team,
        teams=teams,
        cap_ms=cap_ms,
    )


def make_lobby(branch: Branch, **fields: object) -> Final:
    """One that lets people in."""
    final = make_final(branch, **fields)  # type: ignore[arg-type]
    services.open_lobby(by=final.made_by, final=final)
    return final


def code_of(final: Final) -> str:
    """What the hall's screen shows now."""
    return code_for(queries.code_key(), final.pk, clock.now().timestamp())


def join(final: Final, member: Member, *, team: int = 0, is_listed: bool = True) -> FinalPlayer:
    """The member comes in: into the team at this place, if there are teams."""
    teams = queries.teams_of(final)
    return services.join_final(
        by=member,
        final=final,
        team_id=teams[team].pk if teams else None,
        is_listed=is_listed,
        code=code_of(final),
    )


def begin(final: Final) -> None:
    play_services.begin(final=final, by=final.made_by)


def ask(final: Final, position: int, *, side: int | None = None) -> int:
    """The host asks the next question of a round; its number."""
    state = queries.state_of(final)
    number = (state.turn.number if state.turn else 0) + 1
    play_services.ask(final=final, by=final.made_by, turn=number, position=position, side=side)
    return number


def make_finished(branch: Branch, **fields: object) -> Final:
    """One that is over, with its record."""
    final = make_lobby(branch, **fields)
    for team in (0, 1):
        join(final, make_member(branch), team=team)
    begin(final)
    play_services.finish(final=final, by=final.made_by)
    final.record.save("record.pdf", ContentFile(SMALLEST_PDF))
    return final
