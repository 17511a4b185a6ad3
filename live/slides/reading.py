"""What pages are told of the slides of a class."""

from typing import Any

from django.urls import reverse

from live.classroom import delivery, folders
from live.classroom.models import LiveClass
from live.slides import queries
from live.slides.models import SlideDeck
from lms.core import clock
from lms.members.models import Member


def base(live_class: LiveClass, member: Member) -> str:
    """Where this member finds the pictures of pages by their keys, for a while."""
    return delivery.signed_playlist(
        live_class=live_class, member=member, now=clock.now(), name=folders.SLIDES
    )


def config(live_class: LiveClass, member: Member, leads: bool) -> dict[str, Any]:
    """For the part of the room."""
    args = [live_class.pk]
    said: dict[str, Any] = {
        "base": base(live_class, member),
        "list": reverse("live:slides", args=args),
    }
    if leads:
        said["add"] = reverse("live:slides_add", args=args)
        said["people"] = reverse("live:slides_people", args=args)
    return said


def listed(live_class: LiveClass, member: Member, leads: bool) -> dict[str, Any]:
    """The decks for who leads; for the others only where the pictures lie."""
    said: dict[str, Any] = {"base": base(live_class, member)}
    if leads:
        said["decks"] = [described(deck) for deck in queries.decks_of(live_class)]
    return said


def described(deck: SlideDeck) -> dict[str, Any]:
    return {
        "id": deck.pk,
        "title": deck.title,
        "board": deck.is_board,
        "state": deck.state,
        "reason": deck.reason,
        "pages": [
            {
                "id": slide.pk,
                "n": slide.number,
                "key": slide.key,
                "w": slide.width,
                "h": slide.height,
                "text": slide.text[:400],
            }
            for slide in deck.slides.all()
        ],
    }
