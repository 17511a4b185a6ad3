"""Members and branches in the back office."""

from typing import Any

from django import forms
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import Button

from lms.members import views
from lms.members.models import Branch, Member
from lms.members.queries import (
    administered_branches,
    administered_members,
    is_others_number,
    with_branch_name,
)
from lms.members.roster import is_phone
from lms.members.rules import can_administer, can_manage_account
from lms.members.scoping import BranchScopedViewSet, RolePolicy
from lms.members.services import rename_branch, update_member


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be corrected by hand; branches change by transfer, hours never here."""

    class Meta:
        model = Member
        fields = ("name", "phone", "kind", "is_active")

    def clean_phone(self) -> str | None:
        phone = (self.cleaned_data["phone"] or "").replace(" ", "")
        if phone and not is_phone(phone):
            raise forms.ValidationError(_("应为 11 位手机号，境外号码以 + 和区号开头。请改正。"))
        if phone and is_others_number(phone, self.instance):
            raise forms.ValidationError(_("与他人的编号相同，不能用来登录。请改填别的号码。"))
        return phone or None


class MemberIndex(generic.IndexView):
    def get_base_queryset(self) -> Any:
        return with_branch_name(super().get_base_queryset())


class MemberEdit(generic.EditView):
    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if not can_manage_account(self.request.user, self.object):
            form.fields["is_active"].disabled = True
        return form

    def save_instance(self) -> Member:
        return update_member(member=self.form.instance, by=self.request.user)

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_more_buttons
        if can_manage_account(self.request.user, self.object):
            address = reverse("member_first_code", args=[self.object.pk])
            buttons.append(Button(_("重发首次登录码"), url=address, icon_name="key", priority=30))
        return buttons


class MemberViewSet(BranchScopedViewSet):
    model = Member
    name = "members"
    icon = "user"
    menu_label = _("党员")
    menu_order = 10
    scope = staticmethod(administered_members)
    policy = RolePolicy(Member, allows=can_administer, actions=frozenset({"view", "change"}))
    index_view_class = MemberIndex
    edit_view_class = MemberEdit
    inspect_view_enabled = True
    inspect_view_fields = ("number", "name", "phone", "kind", "is_active", "last_login")
    list_display = (
        TitleColumn("name", label=_("姓名"), url_name="members:edit"),
        Column("number", label=_("党员编号"), sort_key="number"),
        Column("branch_name", label=_("支部")),
        Column("get_kind_display", label=_("身份"), sort_key="kind"),
        Column("way_in", label=_("登录")),
    )
    list_filter = ("kind", "is_active")
    search_fields = ("number", "name", "phone")
    search_backend_name = None
    ordering = ("number",)
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        return MemberForm


class BranchForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Branch
        fields = ("name", "kind")


class BranchEdit(generic.EditView):
    def save_instance(self) -> Branch:
        return rename_branch(branch=self.form.instance)


class BranchViewSet(BranchScopedViewSet):
    model = Branch
    name = "branches"
    icon = "group"
    menu_label = _("党组织")
    menu_order = 20
    scope = staticmethod(administered_branches)
    policy = RolePolicy(Branch, allows=can_administer, actions=frozenset({"view", "change"}))
    edit_view_class = BranchEdit
    inspect_view_enabled = True
    inspect_view_fields = ("name", "code", "kind")
    list_display = (
        TitleColumn("indented_name", label=_("名称"), url_name="branches:edit"),
        Column("code", label=_("组织代码")),
        Column("get_kind_display", label=_("类别")),
    )
    search_fields = ("name", "code")
    search_backend_name = None
    ordering = ("path",)
    list_per_page = 100

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        return BranchForm


class PeopleGroup(ModelViewSetGroup):
    items = (MemberViewSet, BranchViewSet)
    menu_label = _("党员与支部")
    menu_icon = "group"
    menu_order = 300


PATTERNS: list[URLPattern] = [
    path("roster/", views.roster, name="roster"),
    path("roster/template.<slug:form>", views.roster_template, name="roster_template"),
    path("roster/<int:pk>/", views.roster_preview, name="roster_preview"),
    path("roster/<int:pk>/apply/", views.roster_apply, name="roster_apply"),
    path("roster/<int:pk>/codes.xlsx", views.roster_codes, name="roster_codes"),
    path("members/first-code/<int:pk>/", views.member_first_code, name="member_first_code"),
]
