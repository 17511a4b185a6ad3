"""Cases for tests, kept by the service that the night's task runs."""

import datetime as dt
from collections.abc import Sequence

from exams.integrity.models import ReviewCase
from exams.integrity.services import keep_case
from exams.integrity.signals import Kind, Name, Signal, Suspicion
from lms.members.models import Member

NOVEMBER = dt.date(2026, 11, 1)


def make_case(
    members: Sequence[Member],
    *,
    kind: Kind = Kind.RING,
    browser: str = "",
    lessons: Sequence[int] = (),
    month: dt.date = NOVEMBER,
) -> ReviewCase:
    """An open case about these members."""
    signals = {
        Kind.RING: (
            Signal(Name.SWITCHES, 3, {"times": 14, "accounts": max(3, len(members)), "days": 4}),
            Signal(Name.SAME_PATH, 1, {"shared": 5, "lessons": 6}),
        ),
        Kind.MIRROR: (
            Signal(Name.STARTS, 2, {"lessons": 16, "days": 4, "ms": 800}),
            Signal(Name.ENDS, 1, {"lessons": 16, "ms": 700}),
        ),
        Kind.ROBOT: (
            Signal(Name.GAPS, 2, {"times": 21, "seconds": 8}),
            Signal(Name.NIGHT, 1, {"sittings": 20, "of": 24}),
        ),
    }[kind]
    suspicion = Suspicion(
        kind,
        tuple(member.pk for member in members),
        signals,
        tuple(lessons),
        browser or f"browser-{members[0].pk}",
    )
    case = keep_case(suspicion=suspicion, month=month)
    assert case is not None
    return case
