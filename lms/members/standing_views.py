"""A member's place in the organisation in the back office: memberships, roles and duties."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members import office_services
from lms.members.models import Branch, DutyKind, Member, Role
from lms.members.queries import (
    administered_branches,
    administered_members,
    duties_of,
    memberships_of,
    roles_ever,
)
from lms.members.rules import ADMINISTRATION, can_change_standing


def day_field(label: Any, **options: Any) -> Any:
    return forms.DateField(
        label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options
    )


class BranchChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the branches `by` administers, in tree order."""

    def __init__(self, label: Any) -> None:
        super().__init__(Branch.objects.none(), label=label, empty_label=None)

    def label_from_instance(self, branch: Any) -> str:
        return str(branch.indented_name)


class StandingForm(forms.Form):
    """A verb's details; whose is known from the page."""

    def __init__(self, *args: Any, branches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, BranchChoice):
                field.queryset = branches


class TransferForm(StandingForm):
    branch = BranchChoice(gettext_lazy("转入"))
    on = day_field(gettext_lazy("转入日期"))


class LeaveForm(StandingForm):
    on = day_field(gettext_lazy("转出日期"), help_text=gettext_lazy("这一天起不再属于本支部。"))


class RejoinForm(StandingForm):
    branch = BranchChoice(gettext_lazy("转入"))
    on = day_field(gettext_lazy("转入日期"))


class RoleForm(StandingForm):
    role = forms.ChoiceField(label=gettext_lazy("职责"), choices=Role.choices)
    branch = BranchChoice(gettext_lazy("负责的党组织及其下级"))
    from_on = day_field(gettext_lazy("任职起"))
    until_on = day_field(
        gettext_lazy("任职止"), required=False, help_text=gettext_lazy("不再任职的第一天，可留空。")
    )


class EndRoleForm(StandingForm):
    role = forms.ChoiceField(choices=Role.choices)
    branch = BranchChoice("")
    on = day_field(gettext_lazy("自哪天起不再担任"))


class DutyForm(StandingForm):
    kind = forms.ChoiceField(label=gettext_lazy("职务身份"), choices=DutyKind.choices)
    from_on = day_field(gettext_lazy("起"))
    until_on = day_field(
        gettext_lazy("止"), required=False, help_text=gettext_lazy("不再担任的第一天，可留空。")
    )


class EndDutyForm(StandingForm):
    kind = forms.ChoiceField(choices=DutyKind.choices)
    on = day_field(gettext_lazy("自哪天起不再担任"))


@dataclass(frozen=True)
class Verb:
    """What a button of the page does."""

    form: type[StandingForm]
    service: Callable[..., None]


VERBS = {
    "transfer": Verb(TransferForm, office_services.transfer),
    "leave": Verb(LeaveForm, office_services.leave),
    "rejoin": Verb(RejoinForm, office_services.rejoin),
    "grant": Verb(RoleForm, office_services.grant),
    "end-role": Verb(EndRoleForm, office_services.end_role),
    "duty": Verb(DutyForm, office_services.note_duty),
    "end-duty": Verb(EndDutyForm, office_services.end_duty),
}


@access(ADMINISTRATION)
def member_standing(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a member has belonged and what the member has been; and what may be changed of it."""
    by = cast(Member, request.user)
    member = get_object_or_404(administered_members(by), pk=pk)
    branches = administered_branches(by)
    today = clock.today()
    first = {"on": today, "from_on": today}
    blank = {
        name: verb.form(branches=branches, initial=first, auto_id=f"{name}-%s")
        for name, verb in VERBS.items()
    }
    refused = None
    if request.method == "POST":
        name = request.POST.get("verb", "")
        if name not in VERBS:
            raise Http404
        form = VERBS[name].form(request.POST, branches=branches, auto_id=f"{name}-%s")
        if form.is_valid():
            try:
                VERBS[name].service(member=member, by=by, **form.cleaned_data)
            except DomainError as error:
                refused = error.message
            else:
                messages.success(request, _("已登记，修改记录可在“历史”里查到。"))
                return redirect("member_standing", member.pk)
        else:
            refused = _("有一项没有填对，请看标出的地方。")
        blank[name] = form
    own = set(branches.values_list("pk", flat=True))
    memberships = list(memberships_of(member))
    return TemplateResponse(
        request,
        "members/standing.html",
        {
            "member": member,
            "memberships": memberships,
            "belongs": any(each.left_on is None for each in memberships),
            "terms": [
                (term, term.branch_id in own and _is_open(term, today))
                for term in roles_ever(member)
            ],
            "duties": [(duty, _is_open(duty, today)) for duty in duties_of(member)],
            "may_change": can_change_standing(by, member),
            "forms": {name.replace("-", "_"): form for name, form in blank.items()},
            "refused": refused,
            "breadcrumbs_items": [
                {"url": reverse("wagtailadmin_home"), "label": _("首页")},
                {"url": reverse("members:index"), "label": _("党员")},
                {"url": reverse("members:edit", args=[member.pk]), "label": member.name},
                {"url": "", "label": _("组织关系和职务")},
            ],
            "header_title": _("组织关系和职务"),
            "header_icon": "group",
        },
        status=422 if refused else 200,
    )


def _is_open(term: Any, today: Any) -> bool:
    return term.until_on is None or term.until_on > today
