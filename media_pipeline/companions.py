"""What the back office shows beside a lecture: its posters, chapters and captions."""

from typing import Any

from django.urls import reverse

from lms.core import clock
from media_pipeline import playback, queries
from media_pipeline.models import Asset


def lecture_context(asset: Asset, member: Any) -> dict[str, Any]:
    """For the lecture's page."""
    return {**poster_context(asset, member), "chapters": queries.chapters_of(asset.pk)}


def preview_context(asset: Asset, member: Any) -> dict[str, Any]:
    """What shows the lecture beside an editor; nothing while it is not ready."""
    if not asset.is_ready:
        return {"preview": "", "poster": ""}
    return {
        "preview": reverse("lectures:preview", args=[asset.pk]),
        "poster": playback.signed_poster(asset=asset, member=member, now=clock.now()),
    }


def poster_context(asset: Asset, member: Any) -> dict[str, Any]:
    """What the lecture's page shows of its posters: each candidate with its address."""
    stills = queries.stills_of(asset.pk)
    if stills is None or not asset.take:
        return {"stills": stills, "candidates": []}
    now = clock.now()
    return {
        "stills": stills,
        "candidates": [
            {
                "number": number,
                "at_ms": at_ms,
                "src": playback.signed_candidate(
                    asset=asset, member=member, now=now, number=number
                ),
                "is_shown": number == stills.shown and not stills.own_picture,
                "is_best": number == stills.best,
            }
            for number, at_ms in stills.candidates
        ],
    }
