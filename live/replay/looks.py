"""How events of the room look in the replay: pages, what is drawn, what was said and asked."""

from typing import Any

from live.classroom.models import LiveEvent
from live.replay.timeline import register, register_removal

# Under one of these names an event carries the words people read.
_WORDS = ("text", "title", "stem", "name")


def register_looks() -> None:
    register("slide", lambda event: {"slide": event.body.get("slide")})
    for kind in ("mark", "unmark", "wipe"):
        register(kind, _as_told)
    for kind in ("chat", "question"):
        register(kind, _words)
    register_removal("chat_gone", lambda event: event.body.get("of"))
    for kind in ("check_open", "check_told"):
        register(kind, _check)


def _as_told(event: LiveEvent) -> dict[str, Any]:
    return dict(event.body)


def _words(event: LiveEvent) -> dict[str, Any] | None:
    """Words that were taken back are not there any more."""
    text = event.body.get("text")
    return {"text": text} if isinstance(text, str) and text else None


def _check(event: LiveEvent) -> dict[str, Any] | None:
    check = event.body.get("check")
    if not isinstance(check, dict):
        return None
    words = next((check[name] for name in _WORDS if isinstance(check.get(name), str)), "")
    return {"text": words, "check": check} if words else None
