"""On the site: the text of a version of the rules, and reliefs from a year's target."""

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from exams.credit.policy import PRESET
from exams.rules.models import ReliefState, TargetRelief
from exams.rules.queries import people_to_relieve, readable_rule_set, reliefs_shown, visible_reliefs
from exams.rules.rules import can_decide_relief, can_withdraw_relief
from exams.rules.services import (
    approve_relief,
    refuse_relief,
    request_relief,
    revoke_relief,
    withdraw_relief,
)
from exams.rules.words import rule_lines, target_lines
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.queries import visible_branches
from lms.members.rules import BOARD

RELIEFS_A_PAGE = 20
PEOPLE_SHOWN = 20
TABS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "": (gettext_lazy("全部"), tuple(ReliefState.values)),
    "requested": (gettext_lazy("待批准"), (ReliefState.REQUESTED,)),
    "approved": (gettext_lazy("已批准"), (ReliefState.APPROVED,)),
    "closed": (
        gettext_lazy("未批准和已取消"),
        (ReliefState.REFUSED, ReliefState.WITHDRAWN, ReliefState.REVOKED),
    ),
}
TONES = {ReliefState.REQUESTED: "attention", ReliefState.APPROVED: "ok"}


@access(SIGNED_IN)
@require_safe
def rule_version(request: HttpRequest, version: str) -> HttpResponse:
    """What a version of the rules says, for whom it binds and for who looks after them."""
    found = None
    if version != PRESET.version:
        found = readable_rule_set(request.user, version)
        if found is None:
            raise Http404
    rules = found.as_rules() if found else PRESET
    return render(
        request,
        "rules/version.html",
        {
            "version": version,
            "found": found,
            "targets": target_lines(rules),
            "lines": rule_lines(rules),
        },
    )


# --- Reliefs --------------------------------------------------------------------------------------


class ReliefForm(forms.Form):
    """What is asked for a member."""

    year = forms.TypedChoiceField(label=gettext_lazy("年度"), coerce=int)
    kind = forms.ChoiceField(
        label=gettext_lazy("申报"),
        choices=[
            ("exempt", gettext_lazy("免修：本年度不作学时要求")),
            ("reduced", gettext_lazy("减免：减至下面的学时")),
        ],
        widget=forms.RadioSelect,
    )
    hours = forms.DecimalField(
        label=gettext_lazy("减至学时"),
        min_value=Decimal(1),
        max_value=Decimal(999),
        max_digits=5,
        decimal_places=2,
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例如年老体弱、病休、长期出国。只写必要的，不要写病情细节。"),
    )
    from_on = forms.DateField(
        label=gettext_lazy("起"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until_on = forms.DateField(
        label=gettext_lazy("止"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, this_year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year: Any = self.fields["year"]
        year.choices = [
            (each, _("%(year)s 年度") % {"year": each}) for each in (this_year, this_year + 1)
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == "exempt":
            said["hours"] = None
        elif said.get("hours") is None and "hours" not in self.errors:
            self.add_error("hours", _("请填减至多少学时，或改选免修。"))
        return said


@access(BOARD)
@require_safe
def reliefs(request: HttpRequest) -> HttpResponse:
    """The reliefs of whom one looks after: all, or of a branch, a year, a state."""
    asked = request.GET.get("state", "")
    tab = asked if asked in TABS else ""
    years = tuple(range(clock.today().year + 1, clock.today().year - 5, -1))
    year = next((each for each in years if str(each) == request.GET.get("year")), None)
    branch = None
    if (branch_id := request.GET.get("branch", "")).isdecimal():
        branch = get_object_or_404(visible_branches(request.user), pk=branch_id)
    shown = reliefs_shown(request.user, states=TABS[tab][1], year=year, branch=branch)
    page = Paginator(shown, RELIEFS_A_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    for name in ("state", "page"):
        kept.pop(name, None)
    return render(
        request,
        "rules/reliefs.html",
        {
            "page": page,
            "rows": [(each, TONES.get(ReliefState(each.state), "")) for each in page.object_list],
            "tabs": [(key, label) for key, (label, _states) in TABS.items()],
            "tab": tab,
            "kept": kept.urlencode(),
            "years": years,
            "year": year,
            "branch": branch,
        },
    )


@access(BOARD)
@require_safe
def relief_people(request: HttpRequest) -> HttpResponse:
    """Find the member to ask for."""
    named = request.GET.get("name", "").strip()[:60]
    people = list(people_to_relieve(request.user, named)[: PEOPLE_SHOWN + 1]) if named else []
    return render(
        request,
        "rules/relief_people.html",
        {
            "named": named,
            "people": people[:PEOPLE_SHOWN],
            "more": len(people) > PEOPLE_SHOWN,
        },
    )


@access(BOARD)
def relief_new(request: HttpRequest, member_id: int) -> HttpResponse:
    """Ask that a member of the own subtree be exempt, or asked for fewer hours."""
    member = get_object_or_404(people_to_relieve(request.user, ""), pk=member_id)
    year = clock.today().year
    form = ReliefForm(
        request.POST if request.method == "POST" else None,
        this_year=year,
        initial={
            "kind": "exempt",
            "from_on": dt.date(year, 1, 1),
            "until_on": dt.date(year, 12, 31),
        },
    )
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "kind"}
        try:
            made = request_relief(member=member, by=_person(request), **said)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已申报，请另一位负责人批准。"))
            return redirect("relief", made.pk)
    return render(
        request,
        "rules/relief_new.html",
        {"member": member, "form": form},
        status=422 if form.errors else 200,
    )


@access(SIGNED_IN)
@require_safe
def relief(request: HttpRequest, relief_id: int) -> HttpResponse:
    """One relief, for the member and who looks after the member, with what one may do to it."""
    return _relief_page(request, _visible(request, relief_id))


@access(BOARD)
@require_POST
def relief_decide(request: HttpRequest, relief_id: int) -> HttpResponse:
    """Approve, refuse, withdraw or revoke."""
    found = _visible(request, relief_id)
    by, answer = _person(request), request.POST.get("answer", "")
    try:
        match request.POST.get("verb"):
            case "approve":
                approve_relief(relief=found, by=by, answer=answer)
            case "refuse":
                refuse_relief(relief=found, by=by, answer=answer)
            case "withdraw":
                withdraw_relief(relief=found, by=by)
            case "revoke":
                revoke_relief(relief=found, by=by, answer=answer)
            case _:
                raise Http404
    except DomainError as refused:
        return _relief_page(request, found, refused=refused.message, answer=answer)
    messages.success(request, _("已记录：%(state)s。") % {"state": found.get_state_display()})
    return redirect("relief", found.pk)


def _relief_page(
    request: HttpRequest, found: TargetRelief, *, refused: str = "", answer: str = ""
) -> HttpResponse:
    by = request.user
    decides = can_decide_relief(by, found)
    return render(
        request,
        "rules/relief.html",
        {
            "relief": found,
            "tone": TONES.get(ReliefState(found.state), ""),
            "is_own": found.member_id == by.pk,
            "may_decide": decides and found.state == ReliefState.REQUESTED,
            "may_revoke": decides and found.state == ReliefState.APPROVED,
            "may_withdraw": can_withdraw_relief(by, found),
            "is_overseer": BOARD.allows(by),
            "refused": refused,
            "answer": answer,
        },
        status=422 if refused else 200,
    )


def _visible(request: HttpRequest, relief_id: int) -> TargetRelief:
    return get_object_or_404(visible_reliefs(request.user), pk=relief_id)


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)
