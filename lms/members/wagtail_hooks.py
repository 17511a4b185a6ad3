"""People in the back office's menu and addresses."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter

from lms.members.merging.views import PATTERNS as MERGE_PATTERNS
from lms.members.office_panel import RosterPanel
from lms.members.people_screens import PATTERNS, PeopleGroup
from lms.members.platforms.screens import PATTERNS as PLATFORM_PATTERNS
from lms.members.platforms.screens import PlatformViewSet
from lms.members.rules import ADMINISTRATION


class RecordsMenuItem(MenuItem):
    """Shown to those who keep the records of some branch."""

    def is_shown(self, request: Any) -> bool:
        return ADMINISTRATION.allows(request.user)


@hooks.register("register_admin_viewset")
def people_screens() -> PeopleGroup:
    return PeopleGroup()


@hooks.register("register_admin_viewset")
def platform_screens() -> PlatformViewSet:
    return PlatformViewSet()


@hooks.register("register_admin_urls")
def platform_addresses() -> list[URLPattern | URLResolver]:
    return list(PLATFORM_PATTERNS)


@hooks.register("register_admin_urls")
def merge_addresses() -> list[URLPattern | URLResolver]:
    return list(MERGE_PATTERNS)


@hooks.register("register_admin_menu_item")
def merge_menu_item() -> MenuItem:
    return RecordsMenuItem(_("合并记录"), reverse("merges"), icon_name="link", order=315)


@hooks.register("register_admin_urls")
def roster_addresses() -> list[URLPattern | URLResolver]:
    return list(PATTERNS)


@hooks.register("register_admin_menu_item")
def roster_menu_item() -> MenuItem:
    return RecordsMenuItem(_("名册导入"), reverse("roster"), icon_name="upload", order=310)


class StandingFormatter(LogFormatter):
    """What was done to a member's place, as the history says it."""

    def format_message(self, log_entry: Any) -> str:
        said = log_entry.data
        place = "，".join(said[name] for name in ("what", "branch") if name in said)
        span = " — ".join(said[name] for name in ("on", "until") if name in said)
        return f"{self.label} {place} {span}"


@hooks.register("register_log_actions")
def standing_actions(actions: Any) -> None:
    for name, label in (
        ("joined", _("登记转入")),
        ("transferred", _("登记转接")),
        ("left", _("登记转出")),
        ("role_granted", _("授予职责")),
        ("role_ended", _("结束职责")),
        ("duty_noted", _("登记职务身份")),
        ("duty_ended", _("结束职务身份")),
        ("merged", _("合并记录")),
        ("unmerged", _("撤销合并")),
    ):
        words = {"label": label, "message": label}
        formatter = type("StandingFormatter", (StandingFormatter,), words)
        actions.register_action(f"members.{name}")(formatter)


@hooks.register("construct_homepage_panels")
def roster_panel(request: HttpRequest, panels: list[Any]) -> None:
    if ADMINISTRATION.allows(request.user):
        panels.append(RosterPanel())
