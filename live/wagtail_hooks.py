"""The school's switches about talk and notices in the back office's menu and addresses."""

from typing import Any

from django.urls import URLPattern, URLResolver, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from live.push import views as push
from live.review import views as review
from lms.members.rules import SCHOOL

# Whatever has pages of its own in the back office.
ADDRESSED = (push, review)


class SchoolMenuItem(MenuItem):
    """Shown to those who administer the whole school."""

    def is_shown(self, request: Any) -> bool:
        return SCHOOL.allows(request.user)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern | URLResolver]:
    return [address for module in ADDRESSED for address in module.PATTERNS]


@hooks.register("register_admin_menu_item")
def push_menu_item() -> MenuItem:
    return SchoolMenuItem(_("浏览器推送"), reverse("push_office"), icon_name="mail", order=330)


@hooks.register("register_admin_menu_item")
def review_menu_item() -> MenuItem:
    return SchoolMenuItem(_("提醒词"), reverse("review_words"), icon_name="search", order=331)
