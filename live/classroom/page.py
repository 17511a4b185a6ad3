"""What the pages of a class are told at first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from live.classroom import delivery, folders, queries, rules, words
from live.classroom.models import ClassState, LiveClass
from live.classroom.telling import view
from lms.core import clock
from lms.core.rooms.socket import now_ms
from lms.members.models import Member
from media_pipeline import playback
from media_pipeline.models import AssetState


def addresses(live_class: LiveClass, member: Member) -> dict[str, str]:
    """Where this member finds the class as segments, good for a while."""
    now = clock.now()
    if live_class.state == ClassState.CLOSED:
        return {"replay": replay(live_class, member)}
    return {
        "live": delivery.signed_playlist(
            live_class=live_class, member=member, now=now, name=folders.LIVE_NAME
        )
    }


def replay(live_class: LiveClass, member: Member) -> str:
    """The lecture where it is ready, until then what was served; "" for neither."""
    now = clock.now()
    asset = live_class.recording
    if asset is not None and asset.state == AssetState.READY:
        return playback.signed_playlist(asset=asset, member=member, now=now)
    if queries.is_replay_there(live_class.room):
        return delivery.signed_playlist(
            live_class=live_class, member=member, now=now, name=folders.REPLAY_NAME
        )
    return ""


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the room is told at first: its words, and what it is for this member."""

    strings: Callable[[], dict[str, str]]
    config: Callable[[LiveClass, Member, bool], Any]


_parts: dict[str, Part] = {}


def register_part(
    name: str,
    *,
    strings: Callable[[], dict[str, str]],
    config: Callable[[LiveClass, Member, bool], Any] = lambda _class, _member, _leads: None,
) -> None:
    """`config(live_class, member, leads)` is asked at each opening of the room or the studio."""
    _parts[name] = Part(strings, config)


def _side(live_class: LiveClass, member: Member) -> dict[str, Any]:
    """What the side of the room is told, beside the picture or in the studio."""
    leads = rules.can_lead(member, live_class)
    said = {name: part.config(live_class, member, leads) for name, part in _parts.items()}
    return {
        "room": f"/live/{live_class.pk}/socket",
        "say": reverse("live:say", args=[live_class.pk]),
        "events": reverse("live:events", args=[live_class.pk]),
        "me": {"id": member.pk, "name": member.name},
        "leads": leads,
        "parts": {name: value for name, value in said.items() if value is not None},
    }


def _strings(own: dict[str, str]) -> dict[str, str]:
    found = {key: words for part in _parts.values() for key, words in part.strings().items()}
    return {**found, **own}


def room_config(live_class: LiveClass, member: Member) -> dict[str, Any]:
    """For `<lms-live>`."""
    return {
        **_side(live_class, member),
        "picture": f"/live/{live_class.pk}/picture",
        "address": reverse("live:address", args=[live_class.pk]),
        "page": reverse("live:room", args=[live_class.pk]),
        "signIn": reverse("account_login"),
        "now": now_ms(),
        "set": view(live_class),
        **addresses(live_class, member),
        "strings": _strings(words.room_strings()),
    }


def studio_config(live_class: LiveClass, member: Member) -> dict[str, Any]:
    """For `<lms-studio>`."""
    pressed = {name: reverse("live:do", args=[live_class.pk, name]) for name in ("pause", "resume")}
    return {
        **_side(live_class, member),
        "socket": f"/live/{live_class.pk}/studio",
        "uplink": reverse("live:uplink"),
        "page": reverse("live:studio", args=[live_class.pk]),
        "signIn": reverse("account_login"),
        "now": now_ms(),
        "set": view(live_class),
        "press": pressed,
        "strings": _strings(words.studio_strings()),
    }
