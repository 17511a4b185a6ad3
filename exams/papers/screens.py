"""Papers and exams in the back office's menu and lists."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import Button

from exams.attempts.models import Exam, ExamState
from exams.papers import exam_office, exam_services, office, services
from exams.papers.forms import ExamForm, PaperForm
from exams.papers.models import Paper
from exams.papers.queries import managed_exams, managed_papers
from exams.papers.rules import can_change_paper, can_make_papers
from lms.members.rules import can_administer
from lms.members.scoping import BranchScopedViewSet, RolePolicy

MAY = frozenset({"view", "add", "change", "delete"})


class _OfBranchIndex(generic.IndexView):
    """A list that names the branch of each row."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("branch")


class PaperCreate(generic.CreateView):
    def save_instance(self) -> Paper:
        return services.make_paper(paper=self.form.instance, by=self.request.user)

    def get_success_url(self) -> str:
        return reverse("paper_blueprint", args=[self.object.pk])


class _DraftPaper:
    """Of a draft alone; else a 404."""

    def get_object(self, *args: Any, **kwargs: Any) -> Paper:
        found: Paper = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if not can_change_paper(found):
            raise Http404
        return found


class PaperEdit(_DraftPaper, generic.EditView):
    def save_instance(self) -> Paper:
        return services.update_paper(paper=self.form.instance)

    def get_success_url(self) -> str:
        return reverse("paper_items", args=[self.object.pk])


class PaperDelete(_DraftPaper, generic.DeleteView):
    def delete_action(self) -> None:
        services.discard_paper(paper=self.object)


class PaperViewSet(BranchScopedViewSet):
    model = Paper
    name = "papers"
    icon = "doc-full"
    menu_label = _("试卷")
    menu_order = 20
    scope = staticmethod(managed_papers)
    policy = RolePolicy(Paper, allows=can_make_papers, actions=MAY)
    index_view_class = _OfBranchIndex
    add_view_class = PaperCreate
    edit_view_class = PaperEdit
    delete_view_class = PaperDelete
    list_display = (
        TitleColumn("title", label=_("试卷名称"), url_name="paper_items"),
        Column("branch", label=_("所属组织")),
        Column("get_kind_display", label=_("组卷方式")),
        Column("points", label=_("总分")),
        Column("get_state_display", label=_("状态")),
    )
    list_filter = ("state", "kind")
    search_fields = ("title",)
    search_backend_name = None
    ordering = ("-pk",)
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[PaperForm]:
        return PaperForm


class ExamCreate(generic.CreateView):
    def save_instance(self) -> Exam:
        return exam_services.create_exam(exam=self.form.instance, by=self.request.user)

    def get_success_url(self) -> str:
        return reverse("exam_overview", args=[self.object.pk])


class _DraftExam:
    """Of a draft alone; else a 404."""

    def get_object(self, *args: Any, **kwargs: Any) -> Exam:
        found: Exam = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if found.state != ExamState.DRAFT:
            raise Http404
        return found


class ExamEdit(_DraftExam, generic.EditView):
    def save_instance(self) -> Exam:
        return exam_services.update_exam(exam=self.form.instance)

    def get_success_url(self) -> str:
        return reverse("exam_overview", args=[self.object.pk])

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        overview = Button(
            _("考试安排"),
            url=reverse("exam_overview", args=[self.object.pk]),
            icon_name="tasks",
            priority=30,
        )
        return [*super().header_more_buttons, overview]


class ExamDelete(_DraftExam, generic.DeleteView):
    def delete_action(self) -> None:
        exam_services.discard_exam(exam=self.object)


class ExamViewSet(BranchScopedViewSet):
    model = Exam
    name = "exam_office"
    url_prefix = "exams"
    icon = "tasks"
    menu_label = _("考试")
    menu_order = 30
    scope = staticmethod(managed_exams)
    policy = RolePolicy(Exam, allows=can_administer, actions=MAY)
    index_view_class = _OfBranchIndex
    add_view_class = ExamCreate
    edit_view_class = ExamEdit
    delete_view_class = ExamDelete
    list_display = (
        TitleColumn("title", label=_("考试名称"), url_name="exam_overview"),
        Column("branch", label=_("举办单位")),
        Column("opens_at", label=_("开始时间"), sort_key="opens_at"),
        Column("closes_at", label=_("结束时间"), sort_key="closes_at"),
        Column("get_state_display", label=_("状态")),
    )
    list_filter = ("state",)
    search_fields = ("title",)
    search_backend_name = None
    ordering = ("-opens_at", "-pk")
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[ExamForm]:
        return ExamForm


class ExamGroup(ModelViewSetGroup):
    items: tuple[type[BranchScopedViewSet], ...] = (PaperViewSet, ExamViewSet)
    menu_label = _("试卷与考试")
    menu_icon = "tasks"
    menu_order = 295


PATTERNS = [*office.PATTERNS, *exam_office.PATTERNS]
