"""Closed years for tests, closed by the service."""

from typing import Any

from exams.closing.models import YearClosing
from exams.closing.services import close_year
from lms.members.models import Branch, Member


def make_closing(branch: Branch, *, by: Member, year: int = 2025, **fields: Any) -> YearClosing:
    """The year closed for `branch` and all below it, whatever is open."""
    return close_year(
        branch=branch, year=year, by=by, **{"reason": "年度结账", "despite_open": True, **fields}
    )
