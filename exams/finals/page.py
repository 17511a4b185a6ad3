"""What the live page is told at first, and what it shows before, or without, its script."""

from typing import Any

from django.urls import reverse
from django.utils.safestring import mark_safe

from exams.finals import frames, queries, words
from exams.finals.course import State
from exams.finals.models import Final, FinalPlayer
from lms.core.rooms.socket import now_ms


def live_config(final: Final, *, mode: str, player: FinalPlayer | None = None) -> dict[str, Any]:
    """For `<lms-contest>`: mode play, watch, host or screen."""
    return {
        "mode": mode,
        "socket": f"/finals/{final.pk}/socket",
        "byTeam": final.by_team,
        "plays": player is not None,
        "listed": player is not None and player.is_listed,
        "strings": words.strings(),
        "now": now_ms(),
        "signIn": reverse("account_login"),
        "result": reverse("finals:result", args=[final.pk]),
    }


def standing(final: Final, state: State, player: FinalPlayer | None) -> dict[str, Any]:
    """How things stand, for a page that has no script."""
    view = frames.view(final, state)
    question = view["question"]
    return {
        "view": view,
        # Drawn and escaped by the template of the frame.
        "question": mark_safe(question["html"]) if question else "",  # noqa: S308
        "me": None if player is None else frames.personal(final, state, player.pk),
    }


def result_for(final: Final, member_id: int) -> dict[str, Any]:
    """The frozen ranking: sides as all may see them, persons only who chose it, and oneself."""
    assert final.result is not None
    own = queries.player_ever(final, member_id)
    persons = final.result["persons"]
    listed = {row["id"] for row in persons if row["listed"]}
    sides = final.result["sides"]
    if not final.by_team:
        sides = [row for row in sides if row["id"] in listed]
    return {
        "sides": sides,
        "persons": [row for row in persons if row["listed"]][: frames.MOST_SHOWN],
        "own": next((row for row in persons if own is not None and row["id"] == own.pk), None),
        "own_side": next(
            (
                row
                for row in final.result["sides"]
                if own is not None and own.team_id is not None and row["id"] == own.team_id
            ),
            None,
        ),
        "questions": final.result["questions"],
    }
