"""The school's face on Wagtail's back office."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from lms.core.back_office import keep_open


@hooks.register("insert_global_admin_css")
def school_colours() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("core/back-office.css"))


@hooks.register("register_admin_menu_item")
def school_help() -> MenuItem:
    return MenuItem(
        _("使用帮助"), reverse("help"), name="school-help", icon_name="help", order=11000
    )


@hooks.register("construct_main_menu", order=1000)
def without_closed_doors(request: HttpRequest, entries: list[Any]) -> None:
    # The help submenu is Wagtail's own: what is new in Wagtail, its guide on another host.
    entries[:] = [entry for entry in keep_open(request.user, entries) if entry.name != "help"]


@hooks.register("construct_settings_menu", order=1000)
@hooks.register("construct_reports_menu", order=1000)
def without_closed_doors_below(request: HttpRequest, entries: list[Any]) -> None:
    entries[:] = keep_open(request.user, entries)
