"""What the studio may ask about OBS, by its name; each is one service."""

from typing import Any

from django.conf import settings

from live.classroom.models import LiveClass
from live.classroom.page import register_part
from live.classroom.saying import Said, register
from live.obs import queries, services, words
from lms.core import clock
from lms.members.models import Member


def _look(live_class: LiveClass, member: Member) -> dict[str, Any]:
    """How the person's own key and stream stand; times in ms since 1970."""
    key = queries.key_of(live_class, member)
    is_sending = key is not None and key.is_sending(clock.now(), services.PATIENCE)
    return {
        "server": settings.LIVE_RTMP_URL,
        "made": None if key is None else int(key.made_at.timestamp() * 1000),
        "sending": is_sending,
        "standing_by": key is not None and is_sending and key.gave_way_at is not None,
        "trouble": "" if key is None else key.trouble,
    }


def _config(live_class: LiveClass, member: Member, leads: bool) -> dict[str, Any] | None:
    if not leads:
        return None
    return {**_look(live_class, member), "notSetUp": words.not_set_up()}


def look(said: Said) -> dict[str, Any]:
    return _look(said.live_class, said.by)


def make(said: Said) -> dict[str, Any]:
    key = services.make_key(by=said.by, live_class_id=said.live_class.pk)
    return {"key": key, **_look(said.live_class, said.by)}


def drop(said: Said) -> dict[str, Any]:
    services.drop_key(by=said.by, live_class_id=said.live_class.pk)
    return _look(said.live_class, said.by)


def take(said: Said) -> dict[str, Any]:
    services.take_again(by=said.by, live_class_id=said.live_class.pk)
    return _look(said.live_class, said.by)


def register_all() -> None:
    """Called once, when the application is ready."""
    register("obs.look", look, running_only=False, leads_only=True)
    register("obs.make", make, running_only=False, leads_only=True)
    register("obs.drop", drop, running_only=False, leads_only=True)
    register("obs.take", take, running_only=False, leads_only=True)
    register_part("obs", strings=words.strings, config=_config)
