"""Which slides a class has, and what stands on them."""

from django.db.models import Exists, OuterRef

from live.classroom.models import LiveClass, LiveEvent, LivePresence
from live.classroom.presence import PRESENT
from live.slides.marks import Happening, standing
from live.slides.models import Slide, SlideDeck
from lms.core import clock
from lms.members.models import Member

MARKING = ("mark", "unmark", "wipe")


def decks_of(live_class: LiveClass) -> list[SlideDeck]:
    """Those that were not removed, in order, with their pages at hand. Two statements."""
    return list(
        SlideDeck.objects.filter(live_class=live_class, removed_at=None)
        .prefetch_related("slides")
        .order_by("place", "pk")
    )


def deck_of(live_class: LiveClass, deck_id: int) -> SlideDeck | None:
    return SlideDeck.objects.filter(pk=deck_id, live_class=live_class, removed_at=None).first()


def deck_being_made(deck_id: int) -> SlideDeck | None:
    return SlideDeck.objects.select_related("live_class").filter(pk=deck_id).first()


def slide_of(live_class_id: int, slide_id: int) -> Slide | None:
    """A page of this class, also of a deck that was removed while it was shown."""
    return (
        Slide.objects.select_related("deck")
        .filter(pk=slide_id, deck__live_class=live_class_id)
        .first()
    )


def was_shown(live_class_id: int, slide_id: int) -> bool:
    return LiveEvent.objects.filter(
        live_class=live_class_id, kind="slide", body__slide__id=slide_id
    ).exists()


def happenings(live_class_id: int, slide_id: int) -> list[Happening]:
    """All that was drawn on a page and taken away again, in order."""
    rows = LiveEvent.objects.filter(
        live_class=live_class_id, kind__in=MARKING, body__slide=slide_id
    ).order_by("seq")
    return [Happening(*row) for row in rows.values_list("kind", "by_id", "body")]


def marks_on(live_class: LiveClass, slide_id: int) -> list[dict[str, object]]:
    found = standing(happenings(live_class.pk, slide_id))
    return [dict(mark) for _by, mark in found.values()]


def count_of_pages(deck: SlideDeck) -> int:
    return Slide.objects.filter(deck=deck).count()


MOST_PEOPLE = 300


def people_in(live_class_id: int) -> list[Member]:
    """Who has a line in the room now, by name."""
    lines = LivePresence.objects.filter(
        live_class=live_class_id,
        member=OuterRef("pk"),
        left_at=None,
        seen_at__gte=clock.now() - PRESENT,
    )
    return list(Member.objects.filter(Exists(lines)).order_by("name", "pk")[:MOST_PEOPLE])
