"""What the projector shows: the code to scan, the code to type, and the lesson's video."""

import datetime as dt
from typing import Any

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from courses.catalogue.reading import lesson_context, lesson_for
from exams.gatherings import queries
from exams.gatherings.models import Gathering
from exams.gatherings.tokens import code_for, token_for
from lms.core import clock
from lms.members.models import Member
from media_pipeline.playback import LINK_SECONDS, signed_playlist

# A link is renewed well before it runs out, so that a slow line still gets its segments.
REFRESH_SECONDS = LINK_SECONDS * 2 // 3


def link_path(gathering: Gathering, now: dt.datetime) -> str:
    """Where the code on the screen leads at this moment."""
    token = token_for(queries.token_key(), gathering.pk, now.timestamp())
    return reverse("gatherings:scan", args=[gathering.pk, token])


def code_shown(gathering: Gathering, now: dt.datetime) -> str:
    return code_for(queries.token_key(), gathering.pk, now.timestamp())


def qr_drawing(address: str) -> SafeString:
    """The address as an inline SVG; segno escapes nothing of ours, it draws squares."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(omitsize=True, border=2, svgclass="qr__code", lineclass=None)
    return mark_safe(drawing)  # noqa: S308


def video_config(gathering: Gathering, by: Member) -> dict[str, Any] | None:
    """What the player is told for a room: it plays, and reports for nobody.

    A sitting belongs to one member, and would credit the host alone, a second time; what counts
    for the room is the server's clock between opening and closing (see the decision notes).
    """
    lesson = lesson_for(by=by, lesson_id=gathering.lesson_id) if gathering.lesson_id else None
    player: dict[str, Any] | None = lesson_context(lesson, by).get("player") if lesson else None
    if player is None:
        return None
    return {
        **player,
        "startUrl": reverse("gatherings:video", args=[gathering.pk]),
        "unrecorded": True,
        "resumeMs": 0,
        "covered": [],
        "lockSeek": False,
        "completed": True,
    }


def video_link(gathering: Gathering, by: Member) -> dict[str, Any] | None:
    """A fresh link to the video; None if there is none for `by`."""
    lesson = lesson_for(by=by, lesson_id=gathering.lesson_id) if gathering.lesson_id else None
    if lesson is None or lesson.asset is None:
        return None
    return {
        "playlist": signed_playlist(asset=lesson.asset, member=by, now=clock.now()),
        "refreshSeconds": REFRESH_SECONDS,
    }
