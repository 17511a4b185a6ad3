"""Training classes and certificates in the back office's menu and lists."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import Button

from courses.training.models import ClassState, TrainingClass
from courses.training.queries import managed_classes
from courses.training.services import create_class, discard_draft, update_class
from exams.certificates.models import Certificate
from exams.certificates.queries import managed_certificates
from exams.classes import office
from exams.classes.forms import ClassForm
from lms.members.rules import can_administer
from lms.members.scoping import BranchScopedViewSet, RolePolicy


class ClassCreate(generic.CreateView):
    def save_instance(self) -> TrainingClass:
        return create_class(training_class=self.form.instance, by=self.request.user)

    def get_success_url(self) -> str:
        return reverse("class_plan", args=[self.object.pk])


class ClassEdit(generic.EditView):
    def save_instance(self) -> TrainingClass:
        return update_class(training_class=self.form.instance)

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        pages = (
            ("class_plan", _("学习安排"), "list-ul"),
            ("class_rule", _("结业条件"), "tasks"),
            ("class_people_office", _("学员"), "group"),
        )
        return [
            *super().header_more_buttons,
            *(
                Button(label, url=reverse(name, args=[self.object.pk]), icon_name=icon, priority=30)
                for name, label, icon in pages
            ),
        ]


class ClassDelete(generic.DeleteView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.state != ClassState.DRAFT:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def delete_action(self) -> None:
        discard_draft(training_class=self.object)


class ClassViewSet(BranchScopedViewSet):
    model = TrainingClass
    name = "classes"
    icon = "group"
    menu_label = _("培训班")
    menu_order = 10
    scope = staticmethod(managed_classes)
    policy = RolePolicy(
        TrainingClass,
        allows=can_administer,
        actions=frozenset({"view", "add", "change", "delete"}),
    )
    add_view_class = ClassCreate
    edit_view_class = ClassEdit
    delete_view_class = ClassDelete
    list_display = (
        TitleColumn("title", label=_("班名"), url_name="class_people_office"),
        Column("branch", label=_("举办单位")),
        Column("starts_on", label=_("开班日期"), sort_key="starts_on"),
        Column("ends_on", label=_("结班日期"), sort_key="ends_on"),
        Column("get_state_display", label=_("状态")),
    )
    list_filter = ("state",)
    search_fields = ("title",)
    search_backend_name = None
    ordering = ("-starts_on", "-pk")
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[ClassForm]:
        return ClassForm


class CertificateViewSet(BranchScopedViewSet):
    model = Certificate
    name = "certificates"
    icon = "doc-full"
    menu_label = _("证书")
    menu_order = 20
    scope = staticmethod(managed_certificates)
    policy = RolePolicy(Certificate, allows=can_administer, actions=frozenset({"view"}))
    form_fields = ("reason",)
    list_display = (
        TitleColumn("number", label=_("证书编号"), url_name="manage_certificate"),
        Column("name", label=_("姓名")),
        Column("class_title", label=_("培训班")),
        Column("issued_at", label=_("颁发于"), sort_key="issued_at"),
        Column("get_state_display", label=_("状态")),
    )
    list_filter = ("state",)
    search_fields = ("number", "member__name", "member__number")
    search_backend_name = None
    ordering = ("-pk",)
    list_per_page = 50


class TrainingGroup(ModelViewSetGroup):
    items = (ClassViewSet, CertificateViewSet)
    menu_label = _("培训与证书")
    menu_icon = "tasks"
    menu_order = 290


CLASS = "classes/<int:pk>/"

PATTERNS: list[URLPattern] = [
    path(f"{CLASS}plan/", office.class_plan, name="class_plan"),
    path(f"{CLASS}rule/", office.class_rule, name="class_rule"),
    path(f"{CLASS}people/", office.class_people, name="class_people_office"),
    path(f"{CLASS}people/new/", office.class_enrol, name="class_enrol"),
    path(f"{CLASS}people/<int:enrolment_id>/", office.class_enrolment, name="class_enrolment"),
    path(f"{CLASS}open/", office.class_open, name="class_open"),
    path("certificates/<int:pk>/", office.manage_certificate, name="manage_certificate"),
]
