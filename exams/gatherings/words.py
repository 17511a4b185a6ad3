"""How gatherings are told on pages."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from exams.gatherings.explain import ExplainedGathering
from exams.gatherings.models import Gathering, GatheringState, How, LengthKind, Presence
from exams.gatherings.paper import Fault, Problem

_TONES = {
    GatheringState.OPEN: "red",
    GatheringState.CLOSED: "attention",
    GatheringState.CONFIRMED: "ok",
    GatheringState.CANCELLED: "",
    GatheringState.PLANNED: "info",
}


def state_of(gathering: Gathering) -> dict[str, str]:
    """The state in a word, with its tone."""
    state = GatheringState(gathering.state)
    word = str(state.label)
    if state == GatheringState.PLANNED and not gathering.is_on_screen:
        word = _("登记中")
    if gathering.refused_at is not None and state != GatheringState.CANCELLED:
        word = _("已退回")
    return {"text": word, "tone": _TONES[state]}


def length_of(gathering: Gathering) -> str:
    """How long, as it was written down; empty while nobody knows."""
    if gathering.length != LengthKind.MINUTES:
        return str(LengthKind(gathering.length).label)
    if not gathering.minutes:
        return ""
    return ngettext("%(count)d 分钟", "%(count)d 分钟", gathering.minutes) % {
        "count": gathering.minutes
    }


def difference(listed: int, counted: int | None, when: str) -> str:
    """One head-count beside the list: a fact, no reproach."""
    if counted is None:
        return ""
    if counted == listed:
        return _("%(when)s清点 %(counted)s 人，与名单一致。") % {"when": when, "counted": counted}
    return _("%(when)s清点 %(counted)s 人，名单 %(listed)s 人，相差 %(apart)s 人。") % {
        "when": when,
        "counted": counted,
        "listed": listed,
        "apart": abs(counted - listed),
    }


def differences(listed: int, middle: int | None, end: int | None) -> list[str]:
    """What the head-counts say, those that were taken."""
    said = (
        difference(listed, middle, _("中途")),
        difference(listed, end, pgettext("head-count", "结束")),
    )
    return [sentence for sentence in said if sentence]


def how_sentence(presence: Presence) -> str:
    """How somebody came on the list, with whoever else had to do with it."""
    if presence.helper is not None:
        return _("帮学：%(helper)s帮%(member)s签到") % {
            "helper": presence.helper.name,
            "member": presence.member.name,
        }
    word = str(How(presence.how).label)
    if presence.how in (How.QR, How.CODE):
        return word
    return _("%(how)s（%(by)s）") % {"how": word, "by": presence.by.name}


def problem_sentence(problem: Problem) -> str:
    """Why a line of a list was not taken, and what to write instead."""
    said = {"text": problem.text, "numbers": _("、").join(problem.numbers)}
    sentences = {
        Fault.UNKNOWN_NAME: _("“%(text)s”不在本组织当日名册中。外支部的同志请写“编号 姓名”。"),
        Fault.UNKNOWN_NUMBER: _("“%(text)s”找不到。外支部的同志编号和姓名要都写，并且一致。"),
        Fault.AMBIGUOUS: _("“%(text)s”有重名，请改写编号：%(numbers)s。"),
        Fault.DISAGREES: _("“%(text)s”的编号和姓名对不上，请核对。"),
        Fault.TWICE: _("“%(text)s”在名单中写了两次，只登记一次。"),
        Fault.PRESENT: _("“%(text)s”已经签到，不用再登记。"),
    }
    return sentences[problem.fault] % said


def explained_rows(told: ExplainedGathering) -> dict[str, Any]:
    """What an entry's page says of a gathering beside the bare facts."""
    return {
        "told": told,
        "how": str(How(told.how).label),
        "length": (
            str(LengthKind(told.length).label)
            if told.length != LengthKind.MINUTES
            else ngettext("%(count)d 分钟", "%(count)d 分钟", told.minutes)
            % {"count": told.minutes}
        ),
        "counts": differences(told.listed, told.middle_count, told.end_count),
    }
