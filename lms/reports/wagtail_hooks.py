"""What the reports have to say on the back office's home page."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from lms.members.rules import ADMINISTRATION
from lms.reports.office_panel import WrongSumsPanel
from lms.reports.reconciliation import last_check, wrong_branches, wrong_sums


@hooks.register("construct_homepage_panels")
def wrong_sums_panel(request: HttpRequest, panels: list[Any]) -> None:
    if not ADMINISTRATION.allows(request.user):
        return
    check = last_check()
    if check is None:
        return
    found, branches = wrong_sums(request.user, check), wrong_branches(request.user, check)
    if found or branches:
        panels.append(WrongSumsPanel(check, found, branches))
