"""How far a member is with everything a year asks, identity by identity (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from exams.credit.policy import NOTHING, Asked, Category, Measure, Target


@dataclass(frozen=True, slots=True)
class YearSum:
    """The hours of one category in one year, and how many of them count."""

    year: int
    category: str
    hours: Decimal
    counted: Decimal


@dataclass(frozen=True, slots=True)
class Progress:
    """One target of one identity: what there is towards it."""

    target: Target
    had: Decimal
    events: int
    from_year: int
    is_deciding: bool  # the highest annual one: what the year asks

    @property
    def missing(self) -> Decimal:
        return max(NOTHING, self.target.hours - self.had)

    @property
    def missing_events(self) -> int:
        return max(0, self.target.events - self.events)

    @property
    def is_reached(self) -> bool:
        return not self.missing and not self.missing_events


def progress(asked: Asked, year: int, sums: Iterable[YearSum], events: int) -> list[Progress]:
    """Each target with what there is towards it, in the order of `asked`.

    A target of several years adds up the years that end with this one. Who is exempt has none
    that decides.
    """
    kept = list(sums)
    annual = [target for target in asked.targets if target.is_annual]
    return [
        Progress(
            target=target,
            had=sum((_of(target, each) for each in kept if _within(target, each, year)), NOTHING),
            events=events,
            from_year=year + 1 - target.years,
            is_deciding=not asked.is_exempt and bool(annual) and target is annual[0],
        )
        for target in asked.targets
    ]


def _within(target: Target, each: YearSum, year: int) -> bool:
    return year - target.years < each.year <= year


def _of(target: Target, each: YearSum) -> Decimal:
    match target.measure:
        case Measure.COUNTED:
            return each.counted
        case Measure.CONCENTRATED:
            return each.hours if each.category == Category.CONCENTRATED else NOTHING
        case Measure.ONLINE:
            return each.hours if each.category == Category.ONLINE else NOTHING
        case Measure.ALL:
            return each.hours
