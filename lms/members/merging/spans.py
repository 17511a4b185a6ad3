"""Which days of one record's memberships another leaves free; pure."""

import datetime as dt
from collections.abc import Iterable

# Half-open, without end while the second is None.
Span = tuple[dt.date, dt.date | None]


def free_parts(span: Span, taken: Iterable[Span]) -> list[Span]:
    """The parts of `span` on which none of `taken` stands, in order."""
    begins, ends = span
    parts: list[Span] = []
    for joined, left in sorted(taken, key=lambda each: each[0]):
        if ends is not None and joined >= ends:
            break
        if joined > begins:
            parts.append((begins, joined))
        if left is None:
            return parts
        begins = max(begins, left)
        if ends is not None and begins >= ends:
            return parts
    return [*parts, (begins, ends)]
