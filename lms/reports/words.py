"""How figures are named on pages and in files."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from exams.credit.models import StudyCategory
from exams.credit.policy import CENTRAL, NOTHING
from exams.rules.models import ReliefState, TargetRelief
from exams.rules.words import IDENTITIES, source_text, target_text
from lms.core.design.kept import drawn
from lms.core.design.texts import clock as as_clock
from lms.core.design.texts import figure
from lms.reports.asked import Progress
from lms.reports.explain import ExplainedLesson
from lms.reports.figures import Figures
from lms.reports.filters import Show
from lms.reports.forecast import FIRST_DAY, expected_hours, forecast
from lms.reports.queries import BranchRow, MemberRow
from lms.reports.years import YearOfStudy, YearState

# What the annual target is measured in (of 网络自学 as much as the node decides), then the rest.
MAIN: tuple[StudyCategory, ...] = (
    StudyCategory.CONCENTRATED,
    StudyCategory.GROUP,
    StudyCategory.ONLINE,
)
MAIN_FIRST = (*MAIN, *(category for category in StudyCategory if category not in MAIN))
_TONES = {
    YearState.REACHED: "ok",
    YearState.STARTED: "attention",
    YearState.NOT_STARTED: "",
    YearState.NOT_DUE: "",
}


def state_text(state: YearState) -> str:
    return {
        YearState.REACHED: _("已达标"),
        YearState.STARTED: _("进行中"),
        YearState.NOT_STARTED: _("尚无学时"),
        YearState.NOT_DUE: _("不作要求"),
    }[state]


def category_rows(year: YearOfStudy) -> list[dict[str, Any]]:
    """Every category with its hours and how many of them count towards the target."""
    central = sum((year.by_category.get(category, NOTHING) for category in CENTRAL), NOTHING)
    counted = {StudyCategory.ONLINE: year.counted - central} | {
        category: year.by_category.get(category, NOTHING) for category in CENTRAL
    }
    return [
        {
            "label": category.label,
            "hours": year.by_category.get(category, NOTHING),
            "counted": counted.get(category, NOTHING),
            "is_main": category in MAIN,
        }
        for category in MAIN_FIRST
    ]


def asked_rows(found: Iterable[Progress]) -> list[dict[str, Any]]:
    """Each thing asked, in words, with how far it is."""
    return [
        {
            "progress": each,
            "who": IDENTITIES[each.target.identity],
            "text": target_text(each.target),
            "source": source_text(each.target),
            "tone": "ok" if each.is_reached else "",
        }
        for each in found
    ]


def relief_rows(reliefs: Iterable[TargetRelief]) -> list[dict[str, Any]]:
    """Each exemption or reduction with the tone of its state."""
    tones = {ReliefState.REQUESTED: "attention", ReliefState.APPROVED: "ok"}
    return [{"relief": each, "tone": tones.get(ReliefState(each.state), "")} for each in reliefs]


def credited_rows(figures: Figures) -> list[dict[str, Any]]:
    """The categories in which the branch itself has hours."""
    return [
        {"label": category.label, "hours": figures.credited[category]}
        for category in MAIN_FIRST
        if figures.credited.get(category)
    ]


def forecast_text(study: YearOfStudy, today: dt.date) -> str:
    """Where this year leads at the present pace; nothing if nothing is missing, or too early."""
    ahead = forecast(study.counted, study.target, today) if study.missing else None
    if ahead is None:
        return ""
    if ahead.will_reach and study.missing_events:
        return _(
            "照这样学，年底约 %(hours)s 学时，学时够了；另需参加 %(events)s 次集中培训才能达标。"
        ) % {"hours": figure(ahead.expected), "events": study.missing_events}
    if ahead.will_reach:
        return _("照这样学，年底约 %(hours)s 学时，能达标。") % {"hours": figure(ahead.expected)}
    return _(
        "照这样学，年底约 %(hours)s 学时，还差 %(short)s 学时；要达标，每月需 %(monthly)s 学时。"
    ) % {
        "hours": figure(ahead.expected),
        "short": figure(ahead.short),
        "monthly": figure(ahead.monthly),
    }


_LAST_QUARTER = 10


def reminder(study: YearOfStudy, today: dt.date) -> str:
    """In the last quarter, for the member alone: what it takes where the pace will not do."""
    if today.month < _LAST_QUARTER or not study.missing:
        return ""
    ahead = forecast(study.counted, study.target, today)
    if ahead is None or ahead.will_reach:
        return ""
    return _("今年的学时还不够：到年底每月学 %(monthly)s 学时就能达标。") % {
        "monthly": figure(ahead.monthly)
    }


def tiles(figures: Figures, ahead_from: dt.date | None = None) -> dict[str, str]:
    """The notes under the figures at the head of a board.

    `ahead_from`: the day from which to look ahead to the year's end; None for a past year.
    """
    return {
        "average": _("照这样学，年底约 %(hours)s")
        % {"hours": figure(expected_hours(figures.average, ahead_from))}
        if ahead_from and ahead_from.timetuple().tm_yday >= FIRST_DAY and figures.due
        else "",
        "reached": _("占 %(percent)s%%") % {"percent": figures.reached_percent},
        "behind": _("进行中 %(started)s，尚无学时\u00a0%(rest)s")
        % {"started": figures.started, "rest": figures.not_started},
        "members": _("共 %(members)s 人，不作要求 %(count)s 人")
        % {"members": figures.members, "count": figures.not_due}
        if figures.not_due
        else "",
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
            "members": figures.due,
            "percent": figures.reached_percent,
        },
        "tone": "ok" if figures.due and figures.reached == figures.due else "",
    }


SHOWN = {Show.BEHIND: _lazy("未达标"), Show.UNLIKELY: _lazy("可能不达标")}


def filter_text(show: str, named: str) -> str:
    """What a list was narrowed to; nothing if to nothing."""
    said = [str(SHOWN[Show(show)])] if show else []
    if named:
        said.append(_("姓名含“%(named)s”") % {"named": named})
    return _("，").join(said)


def member_lines(rows: Iterable[MemberRow], *, branch_id: int, year: int) -> list[dict[str, Any]]:
    """The members of a board: the hours of the main categories, what is missing, how far."""
    labels = [str(category.label) for category in MAIN]
    return [{"row": row, "shown": _member_line(row, labels, branch_id, year)} for row in rows]


def _member_line(row: MemberRow, labels: list[str], branch_id: int, year: int) -> SafeString:
    hours = [row.year.by_category.get(category, 0) for category in MAIN]
    return drawn(
        "reports/_board_member.html",
        branch_id=branch_id,
        year=year,
        member_id=row.member_id,
        name=row.name,
        branch=row.branch,
        counted=tuple(zip(labels, hours, strict=True)),
        counted_hours=row.year.counted,
        asked=row.year.target,
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
