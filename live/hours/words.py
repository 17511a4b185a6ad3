"""How attendance is told on pages."""

from typing import Any

from django.utils.translation import gettext as _

from exams.gatherings.models import How
from live.classroom.attendance import BRIDGE
from live.hours.counting import AT_THE_DOOR, Bridged
from live.hours.evidence import ExplainedClass
from live.hours.models import Venue
from live.hours.queries import Attended
from lms.core.design.drawing import strip_parts


def rules(percent: int) -> list[str]:
    """How it is counted, in plain sentences."""
    return [
        _("按服务器的时间记。从开播记到结束；最后讲师断线没有再接上的那一段，不算上课时间。"),
        _("同时用几台设备只算一次，先后用几台设备的时间相加。"),
        _("网络断开不超过 %(seconds)s 秒，不算离开；超过的，按断开的时间扣除。")
        % {"seconds": int(BRIDGE.total_seconds())},
        _("锁屏、切到别的程序，只要连接没有断，就算在课；手机断开了连接，按断开的时间算离开。"),
        _("讲师自己断线或暂停的时间，之前在、之后 %(seconds)s 秒内又在的同志，算在课。")
        % {"seconds": int(BRIDGE.total_seconds())},
        _(
            "在会场一起听的同志，从签到时算起（扫码的往前算排队时间，最多 %(minutes)s 分钟），"
            "到会场结束为止，会场屏幕断线的时间按断线算；自己的设备也连着，只算一次。"
        )
        % {"minutes": int(AT_THE_DOOR.total_seconds() // 60)},
        _("在课时间达到全课的 %(percent)s%% ，计这节课的学时；达不到的不计，可以看回放补学。")
        % {"percent": percent},
        _("学时按举办组织的折算规则，以讲课的时间计，不超过计划时长；结束以后入账一次。"),
    ]


def bridged_sentence(why: str) -> str:
    """Why a time without a line counts all the same."""
    return {
        Bridged.SHORT: _("短暂断线，不算离开"),
        Bridged.OUTAGE: _("讲师断线，算在课"),
        Bridged.PAUSE: _("讲师暂停，算在课"),
    }[Bridged(why)]


def proof_sentence(name: str, asked: int, answered: int) -> str:
    """What else is known; only shown."""
    said = {"asked": asked, "answered": answered}
    if name == "roll":
        return _("点名 %(asked)s 次，答到 %(answered)s 次") % said
    return f"{answered}/{asked}"


def length(seconds: int) -> str:
    return _("%(minutes)s 分 %(seconds)s 秒") % {
        "minutes": seconds // 60,
        "seconds": seconds % 60,
    }


def state_of(venue: Venue) -> dict[str, str]:
    """Where a meeting room's list stands, with its tone; the words of study together."""
    if venue.is_settled:
        return {"text": _("已确认") if venue.confirmed_at else _("已入账"), "tone": "ok"}
    if venue.refused_at is not None:
        return {"text": _("已退回"), "tone": "attention"}
    if venue.is_open:
        return {"text": _("名单未交"), "tone": "info"}
    return {"text": _("待确认"), "tone": "attention"}


def row_of(each: Attended, percent: int) -> dict[str, Any]:
    """One person as the table shows them."""
    found = each.stay.attendance
    seconds = int(found.present.total_seconds())
    began = found.held
    return {
        "person": each.member,
        "branch": each.branch_name,
        "seconds": seconds,
        "minutes": seconds // 60,
        "length": length(seconds),
        "percent": found.percent,
        "counts": each.stay.reaches(percent),
        "spans": found.spans,
        "held": began,
        "bridged": [
            {"span": piece.span, "why": bridged_sentence(piece.why)} for piece in each.stay.bridged
        ],
        "seat": each.seat,
        "how": str(How(each.seat.how).label) if each.seat else "",
        "proofs": [
            proof_sentence(name, proof.asked, proof.answered) for name, proof in each.proofs.items()
        ],
    }


def explained_rows(told: ExplainedClass) -> dict[str, Any]:
    """What an entry's page says of a live class beside the bare facts."""
    return {
        "told": told,
        "length": length(told.seconds),
        "parts": strip_parts(told.covered, told.held_seconds),
        "bridged": [(piece, bridged_sentence(piece.why)) for piece in told.bridged],
        "how": str(How(told.seat["how"]).label) if told.seat else "",
        "proofs": [proof_sentence(name, *counts) for name, counts in told.proofs.items()],
        "rules": rules(told.asked_percent),
    }
