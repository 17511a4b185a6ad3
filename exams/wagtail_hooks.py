"""Rules, classes, certificates, papers and exams in the back office's menu and addresses."""

from typing import Any

from django.urls import URLPattern, URLResolver, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from exams.classes import screens
from exams.contests import history as contest_history
from exams.contests import screens as contests
from exams.exchange import views as exchange
from exams.papers import history
from exams.papers import screens as papers
from exams.questions import office_views as questions
from exams.questions import source_views as sources
from exams.rules import office_views
from lms.members.rules import ADMINISTRATION, BACK_OFFICE

# Whatever has pages of its own in the back office.
ADDRESSED = (
    screens,
    office_views,
    exchange,
    questions,
    sources,
    papers,
    contests,
)


class RulesMenuItem(MenuItem):
    """Shown to those who lay down the rules of some node."""

    def is_shown(self, request: Any) -> bool:
        return ADMINISTRATION.allows(request.user)


class QuestionsMenuItem(MenuItem):
    """Shown to everybody who works in the back office: they all write for some branch."""

    def is_shown(self, request: Any) -> bool:
        return BACK_OFFICE.allows(request.user)


@hooks.register("register_admin_viewset")
def training_screens() -> screens.TrainingGroup:
    return screens.TrainingGroup()


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern | URLResolver]:
    return [address for module in ADDRESSED for address in module.PATTERNS]


class ExamGroup(papers.ExamGroup):
    """Papers, exams, and what is made of exams."""

    items = (*papers.ExamGroup.items, contests.ContestViewSet)


@hooks.register("register_admin_viewset")
def paper_screens() -> ExamGroup:
    return ExamGroup()


@hooks.register("register_admin_menu_item")
def rules_menu_item() -> MenuItem:
    return RulesMenuItem(_("学时规则"), reverse("rules_home"), icon_name="list-ul", order=320)


@hooks.register("register_admin_menu_item")
def questions_menu_item() -> MenuItem:
    return QuestionsMenuItem(_("题库"), reverse("questions"), icon_name="help", order=310)


@hooks.register("register_log_actions")
def paper_actions(actions: Any) -> None:
    history.register(actions)
    history.register(actions, contest_history.ACTIONS)
