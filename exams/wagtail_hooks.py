"""Rules, classes, certificates, papers and exams in the back office's menu and addresses."""

from typing import Any

from django.urls import URLPattern, URLResolver, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from exams.classes import screens
from exams.papers import history
from exams.papers import screens as papers
from exams.rules import office_views
from lms.members.rules import ADMINISTRATION


class RulesMenuItem(MenuItem):
    """Shown to those who lay down the rules of some node."""

    def is_shown(self, request: Any) -> bool:
        return ADMINISTRATION.allows(request.user)


@hooks.register("register_admin_viewset")
def training_screens() -> screens.TrainingGroup:
    return screens.TrainingGroup()


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern | URLResolver]:
    return [*screens.PATTERNS, *office_views.PATTERNS, *papers.PATTERNS]


@hooks.register("register_admin_viewset")
def paper_screens() -> papers.ExamGroup:
    return papers.ExamGroup()


@hooks.register("register_admin_menu_item")
def rules_menu_item() -> MenuItem:
    return RulesMenuItem(_("学时规则"), reverse("rules_home"), icon_name="list-ul", order=320)


@hooks.register("register_log_actions")
def paper_actions(actions: Any) -> None:
    history.register(actions)
