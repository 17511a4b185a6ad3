"""Contests in the back office's menu and list."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from exams.contests import office, services
from exams.contests.forms import ContestForm
from exams.contests.models import Contest
from exams.contests.queries import managed_contests
from exams.contests.rules import can_change
from lms.members.rules import can_administer
from lms.members.scoping import BranchScopedViewSet, RolePolicy

MAY = frozenset({"view", "add", "change", "delete"})


class ContestIndex(generic.IndexView):
    """A list that names the branch of each row."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("branch")


class ContestCreate(generic.CreateView):
    def save_instance(self) -> Contest:
        return services.create_contest(
            contest=self.form.instance,
            topics=self.form.cleaned_data["topics"],
            by=self.request.user,
        )

    def get_success_url(self) -> str:
        return reverse("contest_overview", args=[self.object.pk])


class _Draft:
    """Of a draft alone; else a 404."""

    def get_object(self, *args: Any, **kwargs: Any) -> Contest:
        found: Contest = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if not can_change(found):
            raise Http404
        return found


class ContestEdit(_Draft, generic.EditView):
    def save_instance(self) -> Contest:
        return services.update_contest(
            contest=self.form.instance,
            topics=self.form.cleaned_data["topics"],
            by=self.request.user,
        )

    def get_success_url(self) -> str:
        return reverse("contest_overview", args=[self.object.pk])

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        overview = Button(
            _("竞赛安排"),
            url=reverse("contest_overview", args=[self.object.pk]),
            icon_name="pick",
            priority=30,
        )
        return [*super().header_more_buttons, overview]


class ContestDelete(_Draft, generic.DeleteView):
    def delete_action(self) -> None:
        services.discard_contest(contest=self.object, by=self.request.user)


class ContestViewSet(BranchScopedViewSet):
    model = Contest
    name = "contest_office"
    url_prefix = "contests"
    icon = "pick"
    menu_label = _("知识竞赛")
    menu_order = 40
    scope = staticmethod(managed_contests)
    policy = RolePolicy(Contest, allows=can_administer, actions=MAY)
    index_view_class = ContestIndex
    add_view_class = ContestCreate
    edit_view_class = ContestEdit
    delete_view_class = ContestDelete
    list_display = (
        TitleColumn("title", label=_("竞赛名称"), url_name="contest_overview"),
        Column("branch", label=_("举办单位")),
        Column("opens_on", label=_("开始日期"), sort_key="opens_on"),
        Column("closes_on", label=_("结束日期"), sort_key="closes_on"),
        Column("get_state_display", label=_("状态")),
    )
    list_filter = ("state",)
    search_fields = ("title",)
    search_backend_name = None
    ordering = ("-opens_on", "-pk")
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[ContestForm]:
        return ContestForm


PATTERNS = office.PATTERNS
