"""What the last comparison of sums and ledger found: for the health page and the back office."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lms.core.health.queries import Finding
from lms.members.models import Branch
from lms.members.queries import visible_branches, visible_members
from lms.reports.models import LedgerCheck


@dataclass(frozen=True, slots=True)
class WrongSum:
    """One member's year of which a sum is not that of the ledger."""

    name: str
    number: str
    year: int
    kept: Decimal
    in_ledger: Decimal


def last_check() -> LedgerCheck | None:
    return LedgerCheck.objects.order_by("-checked_at", "-pk").first()


def sums() -> Finding:
    """Whether the sums were those of the ledger when they were last compared."""
    check = last_check()
    if check is None:
        return Finding("sums", ok=True, detail="not compared yet")
    count = len(check.differences) + len(check.branches)
    said = f"{count} differ from the ledger: reconcile --rebuild" if count else "as in the ledger"
    return Finding("sums", ok=not count, detail=f"{said}, {check.checked_at:%F %R} UTC")


def wrong_branches(by: Any, check: LedgerCheck) -> list[tuple[Branch, int]]:
    """(branch, year) of figures that are not those of its people, of the branches `by` runs."""
    if not check.branches:
        return []
    ids = [each["branch"] for each in check.branches]
    found = {branch.pk: branch for branch in visible_branches(by).filter(pk__in=ids)}
    return [
        (found[each["branch"]], each["year"]) for each in check.branches if each["branch"] in found
    ]


def wrong_sums(by: Any, check: LedgerCheck) -> list[WrongSum]:
    """What was found of the members `by` looks after; no statement where nothing was."""
    if not check.differences:
        return []
    ids = [each["member"] for each in check.differences]
    people = {member.pk: member for member in visible_members(by).filter(pk__in=ids)}
    return [
        WrongSum(
            people[each["member"]].name,
            people[each["member"]].number,
            each["year"],
            Decimal(each["kept"]),
            Decimal(each["in_ledger"]),
        )
        for each in check.differences
        if each["member"] in people
    ]
