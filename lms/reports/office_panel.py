"""Sums that are not the ledger's, on the back office's home page."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from lms.members.models import Branch
from lms.reports.models import LedgerCheck
from lms.reports.reconciliation import WrongSum

SHOWN = 10


class WrongSumsPanel(Component):
    """What the last comparison found, and what to do; there only while something is wrong."""

    name = "wrong-sums"
    template_name = "reports/office_panel.html"
    order = 50

    def __init__(
        self, check: LedgerCheck, found: list[WrongSum], branches: list[tuple[Branch, int]]
    ) -> None:
        self.check = check
        self.found = found
        self.branches = branches

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "check": self.check,
            "found": self.found[:SHOWN],
            "branches": self.branches[:SHOWN],
            "count": len(self.found) + len(self.branches),
            "more": sum(max(0, len(rows) - SHOWN) for rows in (self.found, self.branches)),
        }
