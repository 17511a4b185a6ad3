"""How figures are named on pages and in files."""

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.credit.models import StudyCategory
from exams.credit.policy import ANNUAL_TARGET, counts_towards_target
from lms.core.design.kept import drawn
from lms.core.templatetags.design import clock as as_clock
from lms.reports.explain import ExplainedLesson
from lms.reports.figures import Figures
from lms.reports.queries import BranchRow, MemberRow
from lms.reports.years import YearOfStudy, YearState

# Those that fill the annual target, then the rest, each in the official order.
COUNTED_FIRST: tuple[StudyCategory, ...] = tuple(
    sorted(StudyCategory, key=lambda category: not counts_towards_target(category))
)
COUNTED = tuple(category for category in COUNTED_FIRST if counts_towards_target(category))
_TONES = {YearState.REACHED: "ok", YearState.STARTED: "attention", YearState.NOT_STARTED: ""}


def state_text(state: YearState) -> str:
    return {
        YearState.REACHED: _("已达标"),
        YearState.STARTED: _("进行中"),
        YearState.NOT_STARTED: _("尚无学时"),
    }[state]


def category_rows(year: YearOfStudy) -> list[dict[str, Any]]:
    """Every category with its hours and whether it counts towards the target."""
    return [
        {
            "label": category.label,
            "hours": year.by_category.get(category, 0),
            "counts": counts_towards_target(category),
        }
        for category in COUNTED_FIRST
    ]


def credited_rows(figures: Figures) -> list[dict[str, Any]]:
    """The categories in which the branch itself has hours, and whether they count."""
    return [
        {
            "label": category.label,
            "hours": figures.credited[category],
            "counts": counts_towards_target(category),
        }
        for category in COUNTED_FIRST
        if figures.credited.get(category)
    ]


def tiles(figures: Figures) -> dict[str, str]:
    """The notes under the figures at the head of a board."""
    return {
        "reached": _("占 %(percent)s%%") % {"percent": figures.reached_percent},
        "behind": _("进行中 %(started)s，尚无学时\u00a0%(rest)s")
        % {"started": figures.started, "rest": figures.not_started},
        "average": _("年度要求 %(target)s 学时") % {"target": ANNUAL_TARGET},
    }


def branch_line(row: BranchRow) -> dict[str, Any]:
    """One part of a board: what its bar says."""
    figures = row.figures
    name = row.branch.name
    return {
        "branch": row.branch,
        "is_own": row.is_own,
        "figures": figures,
        "label": _("%(name)s本级") % {"name": name} if row.is_own else name,
        "text": _("%(reached)s/%(members)s 人，%(percent)s%%")
        % {
            "reached": figures.reached,
            "members": figures.members,
            "percent": figures.reached_percent,
        },
        "tone": "ok" if figures.members and figures.reached == figures.members else "",
    }


def member_lines(rows: Iterable[MemberRow], *, branch_id: int, year: int) -> list[dict[str, Any]]:
    """The members of a board: the hours that count by category, what is missing, how far."""
    labels = [str(category.label) for category in COUNTED]
    return [{"row": row, "shown": _member_line(row, labels, branch_id, year)} for row in rows]


def _member_line(row: MemberRow, labels: list[str], branch_id: int, year: int) -> SafeString:
    hours = [row.year.by_category.get(category, 0) for category in COUNTED]
    return drawn(
        "reports/_board_member.html",
        branch_id=branch_id,
        year=year,
        member_id=row.member_id,
        name=row.name,
        branch=row.branch,
        counted=tuple(zip(labels, hours, strict=True)),
        counted_hours=row.year.counted,
        missing=row.year.missing,
        last_earned_on=row.last_earned_on,
        state=state_text(row.year.state),
        tone=_TONES[row.year.state],
    )


_MOST_GAPS_NAMED = 5


def not_counted(lesson: ExplainedLesson) -> list[str]:
    """What was not counted and why, one sentence for each; empty when everything was."""
    sentences = []
    if lesson.unseen_ms:
        named = _("、").join(
            f"{as_clock(start)}–{as_clock(end)}" for start, end in lesson.gaps[:_MOST_GAPS_NAMED]
        )
        more = _(" 等") if len(lesson.gaps) > _MOST_GAPS_NAMED else ""
        sentences.append(
            _("%(parts)s%(more)s没有看，所以不计；本讲看够 %(required)s 即算完成。")
            % {"parts": named, "more": more, "required": as_clock(lesson.required_ms)}
        )
    if lesson.repeated_ms:
        sentences.append(
            _("有 %(length)s 的内容看过不止一次，同样的内容只计一次。")
            % {"length": as_clock(lesson.repeated_ms)}
        )
    if lesson.too_fast_ms:
        sentences.append(
            _("有 %(length)s 的内容超出了实际经过的时间所能看完的长度，没有计入。")
            % {"length": as_clock(lesson.too_fast_ms)}
        )
    if lesson.refused_beats:
        sentences.append(
            ngettext(
                "有 %(count)d 次上报超出视频范围或课程允许的倍速，没有计入。",
                "有 %(count)d 次上报超出视频范围或课程允许的倍速，没有计入。",
                lesson.refused_beats,
            )
            % {"count": lesson.refused_beats}
        )
    return sentences
