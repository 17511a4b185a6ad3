"""Decks and groups of live classes, made without drawing or dividing anything."""

import datetime as dt
import itertools

from live.classroom.models import LiveClass
from live.groups.models import Group, GroupRound
from live.slides import services
from live.slides.models import DeckState, Slide, SlideDeck
from lms.core import clock
from lms.members.models import Member

_numbers = itertools.count(1)


def make_deck(live_class: LiveClass, by: Member, *pages: str) -> SlideDeck:
    """A deck with a page for each of these words; its pages have no pictures."""
    deck = SlideDeck.objects.create(
        live_class=live_class,
        title="党章",
        state=DeckState.READY,
        place=SlideDeck.objects.filter(live_class=live_class).count() + 1,
        made_by=by,
        made_at=live_class.made_at,
    )
    for number, text in enumerate(pages, start=1):
        key = f"{next(_numbers):032x}"
        Slide.objects.create(deck=deck, number=number, key=key, width=1920, height=1080, text=text)
    return deck


def make_shown_slide(live_class: LiveClass) -> Slide:
    """A page everybody in the room sees."""
    slide = make_deck(live_class, live_class.teacher, "一").slides.get()
    services.show_slide(
        by=live_class.teacher, live_class_id=live_class.pk, slide_id=slide.pk, once="shown"
    )
    return slide


def make_group(live_class: LiveClass) -> Group:
    """One nobody sits in."""
    made = GroupRound.objects.create(
        live_class=live_class,
        opened_by=live_class.teacher,
        opened_at=clock.now(),
        ends_at=clock.now() + dt.timedelta(minutes=10),
    )
    return Group.objects.create(round=made, number=1)
