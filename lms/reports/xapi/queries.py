"""Which statements there are, in the order of the entries they are made of."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.reports.feed.models import EntryPlace
from lms.reports.feed.queries import placed, with_entries
from lms.reports.xapi.statements import EntryFacts, Statement, instant, statements_of, stored_at

WHOLE_ENTRY = 1_000_000  # behind all statements of an entry
BEFORE_ALL = (0, -1)


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement, and the entry's place and its own index there: where a page may begin."""

    position: int
    index: int
    statement: Statement


def video_places(path: str | None, *, after: int, until: int, most: int) -> list[EntryPlace]:
    """The next `most` places of entries that statements are made of."""
    places = placed(path, after=after, until=until).filter(is_lesson=True)
    return list(with_entries(places, "reverses__evidence")[:most])


def statements_after(
    path: str, *, after: tuple[int, int], until: int, most: int, home: str
) -> list[PlacedStatement]:
    """The next `most` statements of a subtree behind `after` (place and index of the last)."""
    found: list[PlacedStatement] = []
    while len(found) < most:
        # The place itself once more: the page before may have ended in the middle of its entry.
        places = video_places(path, after=after[0] - 1, until=until, most=most + 1)
        found += [each for each in _placed(places, home) if (each.position, each.index) > after]
        if len(places) <= most:
            break
        after = (places[-1].position or 0, WHOLE_ENTRY)
    return found[:most]


def place_before(since: dt.datetime) -> tuple[int, int]:
    """The last place and index stored at `since` or earlier."""
    last = EntryPlace.objects.filter(placed_at__lte=since).order_by("-placed_at").first()
    if last is None or last.position is None or last.placed_at is None:
        return BEFORE_ALL
    return last.position, (since - last.placed_at) // dt.timedelta(microseconds=1)


def _placed(places: Iterable[EntryPlace], home: str) -> Iterator[PlacedStatement]:
    for place in places:
        assert place.position is not None
        assert place.placed_at is not None
        for index, statement in enumerate(statements_of(facts_of(place), home=home)):
            stored = instant(stored_at(place.placed_at, index))
            yield PlacedStatement(place.position, index, {**statement, "stored": stored})


def facts_of(place: EntryPlace) -> EntryFacts:
    """What of the entry at this place is told."""
    entry = place.entry
    return EntryFacts(
        hash=entry.hash,
        member_number=entry.member.number,
        title=entry.source_title,
        created_at=entry.created_at,
        evidence=entry.evidence,
        reversed_hash=entry.reverses.hash if entry.reverses else "",
    )
