"""How events of the room look in the replay: pages, what is drawn, what was said and asked."""

from typing import Any

from live.classroom.models import LiveEvent
from live.replay.timeline import register, register_removal


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
    """What was asked; a roll call has no words. What is right is told to who has answered."""
    check = event.body["check"]
    words = {"text": check["question"]} if check.get("question") else {}
    return {"check": check["id"], **words}
