"""Sums that are not the ledger's, on the back office's home page."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from lms.reports.models import LedgerCheck
from lms.reports.reconciliation import WrongSum

SHOWN = 10


class WrongSumsPanel(Component):
    """What the last comparison found, and what to do; there only while something is wrong."""

    name = "wrong-sums"
    template_name = "reports/office_panel.html"
    order = 50

    def __init__(self, check: LedgerCheck, found: list[WrongSum]) -> None:
        self.check = check
        self.found = found

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "check": self.check,
            "found": self.found[:SHOWN],
            "count": len(self.found),
            "more": max(0, len(self.found) - SHOWN),
        }
