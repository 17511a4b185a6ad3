"""What the archive of a member says of a year: read at once, and the same as everywhere else."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from exams.credit.policy import PRESET, Asked, Relief, asked_of
from exams.rules.models import ReliefState, TargetRelief
from exams.rules.queries import reliefs_of, rule_set_for
from lms.members.identities import identities_on
from lms.members.models import Branch, Member
from lms.members.queries import branches_on
from lms.reports.asked import Progress, YearSum, progress
from lms.reports.years import YearOfStudy, reckoning_day

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class AskedOfMember:
    """Everything a year asks of a member, how far each is, and what was let off."""

    asked: Asked
    progress: Sequence[Progress]
    reliefs: Sequence[TargetRelief]
    rule_version: str
    rules_of: Branch | None  # None: the preset

    @property
    def is_reduced(self) -> bool:
        """An approved reduction asks for less than the deciding target."""
        return any(
            each.is_deciding and self.asked.hours < each.target.hours for each in self.progress
        )


@dataclass(frozen=True, slots=True)
class ArchiveYear:
    """One member's year with what it asks, and what stands around it."""

    study: YearOfStudy
    asks: AskedOfMember
    months: Sequence[Decimal]  # hours of all categories, January first
    years: Sequence[int]  # this year and every year with entries, the latest first
    branch_today: Branch | None


def archive_year(member: Member, year: int, today: dt.date) -> ArchiveYear:
    """The year of one member; five statements, whatever was studied and asked."""
    day = reckoning_day(year, today)
    branch_today, branch_then = branches_on(member, today, day)
    balance, sums = _studied(member.pk, year)
    asks = _asked(member, year, day, branch_then, sums, balance["events"] if balance else 0)
    return ArchiveYear(
        study=_study(year, balance, sums, asks.asked),
        asks=asks,
        months=[_hours(sums, year=year, month=month) for month in range(1, 13)],
        years=sorted({today.year, *(each.year for each in sums)}, reverse=True),
        branch_today=branch_today,
    )


@dataclass(frozen=True, slots=True)
class _Sum:
    """The hours of one category in one month of one year, and how many of them count."""

    year: int
    month: int
    category: str
    hours: Decimal
    counted: Decimal


# One member's balance of the year asked about, and beside it what was studied in every year.
_STUDIED = """
SELECT y.counted_hours, y.target_hours, y.events, y.required_events, y.is_due,
       t.year, t.month, t.category, sum(t.hours), sum(t.counted_hours)
FROM (SELECT %(member)s::bigint AS id) m
LEFT JOIN exams_memberyear y ON y.member_id = m.id AND y.year = %(year)s
LEFT JOIN exams_hourtotal t ON t.member_id = m.id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ORDER BY 6, 7, 8
"""
_BALANCE = ("counted", "target", "events", "required_events", "is_due")


def _studied(member_id: int, year: int) -> tuple[Mapping[str, Any] | None, list[_Sum]]:
    with connection.cursor() as cursor:
        cursor.execute(_STUDIED, {"member": member_id, "year": year})
        rows = cursor.fetchall()
    balance = dict(zip(_BALANCE, rows[0], strict=False))
    sums = [_Sum(*row[len(_BALANCE) :]) for row in rows if row[len(_BALANCE)] is not None]
    return (None if balance["is_due"] is None else balance), sums


def _study(
    year: int, balance: Mapping[str, Any] | None, sums: Sequence[_Sum], asked: Asked
) -> YearOfStudy:
    """The year as the balance has it; who has none is asked what the rules of the day ask."""
    within = sorted({each.category for each in sums if each.year == year})
    by_category = {category: _hours(sums, year=year, category=category) for category in within}
    if balance is not None:
        return YearOfStudy(by_category, **balance)
    return YearOfStudy(
        by_category, target=asked.hours, required_events=asked.events, is_due=asked.is_due
    )


def _hours(sums: Sequence[_Sum], **of: Any) -> Decimal:
    found = (each for each in sums if all(getattr(each, name) == of[name] for name in of))
    return sum((each.hours for each in found), NOTHING)


def _asked(
    member: Member,
    year: int,
    day: dt.date,
    branch: Branch | None,
    sums: Sequence[_Sum],
    events: int,
) -> AskedOfMember:
    """What `year` asks of the member, who belongs to `branch` on the day that decides."""
    in_force = rule_set_for(branch.path if branch else None, year)
    rules = in_force.as_rules() if in_force else PRESET
    reliefs = list(reliefs_of(member, year))
    _path, identities = identities_on([member.pk], day)[member.pk]
    granted = [Relief(each.hours) for each in reliefs if each.state == ReliefState.APPROVED]
    asked = asked_of(rules, identities, granted)
    return AskedOfMember(
        asked=asked,
        progress=progress(
            asked,
            year,
            [YearSum(each.year, each.category, each.hours, each.counted) for each in sums],
            events,
        ),
        reliefs=reliefs,
        rule_version=rules.version,
        rules_of=in_force.branch if in_force else None,
    )
