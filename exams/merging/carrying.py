"""What of one record's entries is given to another of the same person; pure.

Each entry gives what it gave, under the rules it was given by, and no more than if it had been
posted to the one record from the start: the same content once a year, the caps of the day and of
the programme over both records. What the kept record has is never touched.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from exams.credit.policy import NOTHING, Category, Grant, Limit, Rules, Spent, grant


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry that has not been reversed, of either record. `worth` is its source's, uncapped."""

    key: int
    category: str
    hours: Decimal
    counted: Decimal
    worth: Decimal
    earned_on: dt.date
    content: str  # what is counted once a year: the recording, or the occasion
    programme: str = ""
    rule_version: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """What the kept record is given for an entry. Left: the same is in the kept record already."""

    entry: Standing
    grant: Grant
    is_left: bool

    @property
    def short(self) -> Decimal:
        """By how much less it is than the entry gave."""
        return self.entry.hours - self.grant.hours


def carried(
    own: Iterable[Standing], others: Sequence[Standing], rules_of: Callable[[str], Rules]
) -> list[Carried]:
    """For each of `others`, in the order they were posted, what the record with `own` is given."""
    standing = list(own)
    found = []
    for entry in others:
        given = _given(entry, standing, rules_of(entry.rule_version))
        is_left = not given.hours and any(_is_same(entry, each) for each in standing)
        found.append(Carried(entry, given, is_left))
        if not is_left:
            standing.append(replace(entry, hours=given.hours, counted=given.counted))
    return found


def _given(entry: Standing, standing: Sequence[Standing], rules: Rules) -> Grant:
    allowed = grant(
        rules, category=entry.category, worth=entry.worth, spent=_spent(entry, standing)
    )
    hours = min(allowed.hours, entry.hours)
    return Grant(
        hours,
        min(allowed.counted, entry.counted, hours),
        tuple(limit for limit in allowed.limits if hours < entry.hours or limit is Limit.ONLINE),
    )


def _spent(entry: Standing, standing: Sequence[Standing]) -> Spent:
    year = [each for each in standing if each.earned_on.year == entry.earned_on.year]
    online = [each for each in year if each.category == Category.ONLINE]
    return Spent(
        online_on_the_day=_sum(each.hours for each in online if each.earned_on == entry.earned_on),
        in_programme=_sum(
            each.hours for each in year if entry.programme and each.programme == entry.programme
        ),
        for_content=_sum(each.hours for each in year if each.content == entry.content),
        online_counted=_sum(each.counted for each in online),
    )


def _is_same(entry: Standing, other: Standing) -> bool:
    return other.content == entry.content and other.earned_on.year == entry.earned_on.year


def _sum(hours: Iterable[Decimal]) -> Decimal:
    return sum(hours, NOTHING)
