"""What the pages of a class are told at first."""

from typing import Any

from django.urls import reverse

from live.classroom import delivery, folders, words
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
    if folders.is_replay_there(live_class.room):
        return delivery.signed_playlist(
            live_class=live_class, member=member, now=now, name=folders.REPLAY_NAME
        )
    return ""


def room_config(live_class: LiveClass, member: Member) -> dict[str, Any]:
    """For `<lms-live>`."""
    return {
        "socket": f"/live/{live_class.pk}/socket",
        "picture": f"/live/{live_class.pk}/picture",
        "address": reverse("live:address", args=[live_class.pk]),
        "page": reverse("live:room", args=[live_class.pk]),
        "signIn": reverse("account_login"),
        "now": now_ms(),
        "set": view(live_class),
        **addresses(live_class, member),
        "strings": words.room_strings(),
    }


def studio_config(live_class: LiveClass) -> dict[str, Any]:
    """For `<lms-studio>`."""
    pressed = {name: reverse("live:do", args=[live_class.pk, name]) for name in ("pause", "resume")}
    return {
        "socket": f"/live/{live_class.pk}/studio",
        "room": f"/live/{live_class.pk}/socket",
        "uplink": reverse("live:uplink"),
        "page": reverse("live:studio", args=[live_class.pk]),
        "signIn": reverse("account_login"),
        "now": now_ms(),
        "set": view(live_class),
        "press": pressed,
        "strings": words.studio_strings(),
    }
