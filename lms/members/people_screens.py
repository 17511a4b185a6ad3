"""Members and branches in the back office."""

from typing import Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log

from lms.core import clock
from lms.core.errors import DomainError
from lms.members import views
from lms.members.models import Branch, BranchKind, Member, MemberKind
from lms.members.office_services import add_branch, add_member
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
from lms.members.standing_views import BranchChoice, day_field, member_standing

MAY = frozenset({"view", "add", "change"})


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


class MemberAddForm(forms.Form):
    """A record made by hand; from then on it is corrected like any other."""

    number = forms.CharField(label=_("党员编号"), max_length=32)
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("手机"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("身份"), choices=MemberKind.choices)
    branch = BranchChoice(_("支部"))
    joined_on = day_field(_("转入日期"))


class AddView(generic.CreateView):
    """Wagtail's screen for something new, by a service that may refuse.

    Each screen says which service, what is told when it is done, and the route that comes next:
    of the new object itself, or of the list.
    """

    service: Any
    done: Any
    next_route: str
    leads_to_object = False

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        for name in ("instance", "for_user"):
            kwargs.pop(name, None)
        return kwargs

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        for field in form.fields.values():
            if isinstance(field, BranchChoice):
                field.queryset = administered_branches(self.request.user)
        return form

    def is_valid(self, form: Any) -> bool:
        """What the service refuses is said where the form's own mistakes are."""
        if form.is_valid():
            try:
                self.object = type(self).service(by=self.request.user, **form.cleaned_data)
            except DomainError as refused:
                form.add_error(None, refused.message)
        return bool(super().is_valid(form))

    def form_valid(self, form: Any) -> Any:
        messages.success(self.request, self.done)
        return redirect(self.next_route, *([self.object.pk] if self.leads_to_object else []))


class MemberAdd(AddView):
    service = staticmethod(add_member)
    done = _("已建档。首次登录码可在“编辑”里重发，当面告知本人。")
    next_route = "member_standing"
    leads_to_object = True

    def get_initial(self) -> dict[str, Any]:
        return {"joined_on": clock.today()}


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
        member = update_member(member=self.form.instance, by=self.request.user)
        _note_edit(self, member)
        return member

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_more_buttons
        address = reverse("member_standing", args=[self.object.pk])
        buttons.append(Button(_("组织关系和职务"), url=address, icon_name="group", priority=20))
        address = f"{reverse('merges')}?{urlencode({'kept': self.object.number})}"
        buttons.append(Button(_("合并重复的记录"), url=address, icon_name="link", priority=40))
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
    policy = RolePolicy(Member, allows=can_administer, actions=MAY)
    add_view_class = MemberAdd
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

    def get_form_class(self, for_update: bool = False) -> type[forms.BaseForm]:
        return MemberForm if for_update else MemberAddForm


class BranchAddForm(forms.Form):
    parent = BranchChoice(_("上级党组织"))
    name = forms.CharField(label=_("名称"), max_length=120)
    code = forms.CharField(label=_("组织代码"), max_length=32)
    kind = forms.ChoiceField(label=_("类别"), choices=BranchKind.choices, initial="branch")


class BranchAdd(AddView):
    service = staticmethod(add_branch)
    done = _("已新建党组织。")
    next_route = "branches:index"


class BranchForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Branch
        fields = ("name", "kind")


class BranchEdit(generic.EditView):
    def save_instance(self) -> Branch:
        branch = rename_branch(branch=self.form.instance)
        _note_edit(self, branch)
        return branch


class BranchViewSet(BranchScopedViewSet):
    model = Branch
    name = "branches"
    icon = "group"
    menu_label = _("党组织")
    menu_order = 20
    scope = staticmethod(administered_branches)
    policy = RolePolicy(Branch, allows=can_administer, actions=MAY)
    add_view_class = BranchAdd
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

    def get_form_class(self, for_update: bool = False) -> type[forms.BaseForm]:
        return BranchForm if for_update else BranchAddForm


def _note_edit(view: Any, instance: Any) -> None:
    """What Wagtail's own saving would have put into the history."""
    if view.form.has_changed():
        log(
            instance=instance,
            action="wagtail.edit",
            user=view.request.user,
            content_changed=True,
            data={"fields": view.form.changed_data},
        )


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
    path("members/standing/<int:pk>/", member_standing, name="member_standing"),
    path("members/first-code/<int:pk>/", views.member_first_code, name="member_first_code"),
]
