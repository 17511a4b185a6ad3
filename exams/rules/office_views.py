"""学时规则 in the back office: what holds where, the next version with its preview, switches."""

from dataclasses import replace
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from exams.credit.policy import PRESET, Rules
from exams.rules.forms import RulesEditor
from exams.rules.models import Switch
from exams.rules.preview import preview_rules
from exams.rules.queries import (
    nearest_at,
    rule_set_for,
    rule_sets_by_path,
    rule_sets_of,
    rules_for,
)
from exams.rules.services import publish_rules, turn_switch
from exams.rules.switches import CLAUSES, changes_of, standing
from exams.rules.words import differences, rule_lines, target_lines
from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from lms.members.queries import administered_branches
from lms.members.rules import ADMINISTRATION

BRANCHES_A_PAGE = 50
SEAL = "exams.rules.preview"
SEAL_LASTS = 24 * 3600


@access(ADMINISTRATION)
@require_safe
def rules_home(request: HttpRequest) -> HttpResponse:
    """The nodes of the own subtree, each with the rules in force there this year."""
    year = clock.today().year
    page = Paginator(administered_branches(request.user), BRANCHES_A_PAGE).get_page(
        request.GET.get("page")
    )
    in_force = rule_sets_by_path(year)
    rows = [(branch, nearest_at(in_force, branch.path)) for branch in page.object_list]
    return _page(
        request,
        "rules/home.html",
        {"rows": rows, "page": page, "year": year, "preset": PRESET.version},
    )


@access(ADMINISTRATION)
@require_safe
def rules_node(request: HttpRequest, branch_id: int) -> HttpResponse:
    """What holds at a node, line by line with its source, and every version it published."""
    branch = _branch(request, branch_id)
    year = clock.today().year
    in_force = rule_set_for(branch.path, year)
    rules = in_force.as_rules() if in_force else PRESET
    return _page(
        request,
        "rules/node.html",
        {
            "branch": branch,
            "year": year,
            "next_year": year + 1,
            "in_force": in_force,
            "is_own": in_force is not None and in_force.branch_id == branch.pk,
            "targets": target_lines(rules),
            "lines": rule_lines(rules),
            "versions": rule_sets_of(branch),
        },
        trail=[_home_step()],
        label=branch.name,
    )


@access(ADMINISTRATION)
def rules_next(request: HttpRequest, branch_id: int, year: int) -> HttpResponse:
    """The form of a node's next rules; sent, it comes back with what they would change."""
    branch = _branch(request, branch_id)
    if year not in _years():
        raise Http404
    in_force = rules_for(branch.path, year)
    editor = RulesEditor(in_force, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"branch": branch, "year": year, "editor": editor}
    sent = request.method == "POST"
    if sent and editor.is_valid():
        rules = editor.rules()
        context |= {
            "differences": differences(
                (*target_lines(in_force), *rule_lines(in_force)),
                (*target_lines(rules), *rule_lines(rules)),
            ),
            "preview": preview_rules(branch=branch, year=year, rules=rules),
            "is_same": replace(rules, version=in_force.version) == in_force,
            "sealed": signing.dumps(
                {
                    "branch": branch.pk,
                    "year": year,
                    "rules": rules.as_json(),
                    "reason": editor.reason,
                    "in_place_of": in_force.version,
                },
                salt=SEAL,
                compress=True,
            ),
        }
    return _page(
        request,
        "rules/next.html",
        context,
        trail=[_home_step(), _node_step(branch)],
        label=_("制定%(year)s年度规则") % {"year": year},
        status=422 if sent and "preview" not in context else 200,
    )


@access(ADMINISTRATION)
@require_POST
def rules_publish(request: HttpRequest, branch_id: int) -> HttpResponse:
    """Put in force exactly what was previewed."""
    branch = _branch(request, branch_id)
    try:
        said = signing.loads(request.POST.get("sealed", ""), salt=SEAL, max_age=SEAL_LASTS)
    except signing.BadSignature:
        said = {}
    if said.get("branch") != branch.pk:
        messages.error(request, _("预览已经过期，请重新预览后再发布。"))
        return redirect("rules_node", branch.pk)
    try:
        published = publish_rules(
            branch=branch,
            year=said["year"],
            rules=Rules.from_json(said["rules"]),
            reason=said["reason"],
            by=_person(request),
            in_place_of=said["in_place_of"],
        )
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(
            request,
            _("已发布 %(version)s。年度要求正在后台按新规则更新，几分钟内在看板上看到。")
            % {"version": published},
        )
    return redirect("rules_node", branch.pk)


# --- Switches -------------------------------------------------------------------------------------


class SwitchForm(forms.Form):
    """Where, on or off, and on what ground."""

    branch = forms.ModelChoiceField(
        Branch.objects.none(), label=gettext_lazy("在哪个党组织及其下级"), empty_label=None
    )
    is_on = forms.TypedChoiceField(
        label=gettext_lazy("改为"),
        choices=[("on", gettext_lazy("开启")), ("off", gettext_lazy("关闭"))],
        coerce=lambda said: said == "on",
        widget=forms.RadioSelect,
    )
    ground = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("开启须写明豁免依据，例如上级批准的文件名称和文号；长期留存。"),
    )

    def __init__(self, *args: Any, branches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["branch"]
        choice.queryset = branches
        choice.label_from_instance = lambda branch: branch.indented_name


@access(ADMINISTRATION)
@require_safe
def switches_home(request: HttpRequest) -> HttpResponse:
    """What is on in the own subtree and why, and everything that was ever switched."""
    changes = changes_of(request.user)
    return _page(
        request,
        "rules/switches.html",
        {
            "switches": [(switch, CLAUSES[switch]) for switch in Switch],
            "standing": standing(changes),
            "changes": changes[:100],
        },
        trail=[_home_step()],
        label=_("受限开关"),
    )


@access(ADMINISTRATION)
def switch_change(request: HttpRequest, switch: str) -> HttpResponse:
    """Names what speaks against it, and asks for the ground."""
    if switch not in Switch.values:
        raise Http404
    sent = request.method == "POST"
    form = SwitchForm(
        request.POST if sent else None,
        initial={"is_on": "on"},
        branches=administered_branches(request.user),
    )
    if sent and form.is_valid():
        try:
            turn_switch(switch=Switch(switch), by=_person(request), **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已记录。"))
            return redirect("switches")
    return _page(
        request,
        "rules/switch.html",
        {"switch": Switch(switch), "clauses": CLAUSES[Switch(switch)], "form": form},
        trail=[_home_step(), {"url": reverse("switches"), "label": _("受限开关")}],
        label=str(Switch(switch).label),
        status=422 if form.errors else 200,
    )


PATTERNS = [
    path("rules/", rules_home, name="rules_home"),
    path("rules/switches/", switches_home, name="switches"),
    path("rules/switches/<slug:switch>/", switch_change, name="switch_change"),
    path("rules/<int:branch_id>/", rules_node, name="rules_node"),
    path("rules/<int:branch_id>/next/<int:year>/", rules_next, name="rules_next"),
    path("rules/<int:branch_id>/publish/", rules_publish, name="rules_publish"),
]


# --- Putting together -----------------------------------------------------------------------------


def _years() -> tuple[int, int]:
    """Rules are laid down for this year and the next; past years keep what they had."""
    year = clock.today().year
    return year, year + 1


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _branch(request: HttpRequest, branch_id: int) -> Branch:
    return get_object_or_404(administered_branches(request.user), pk=branch_id)


def _home_step() -> dict[str, Any]:
    return {"url": reverse("rules_home"), "label": _("学时规则")}


def _node_step(branch: Branch) -> dict[str, Any]:
    return {"url": reverse("rules_node", args=[branch.pk]), "label": branch.name}


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    trail: list[dict[str, Any]] | None = None,
    label: str = "",
    status: int = 200,
) -> TemplateResponse:
    home = {"url": reverse("wagtailadmin_home"), "label": _("首页")}
    here = {"url": "", "label": label or _("学时规则")}
    furniture = {
        "breadcrumbs_items": [home, *(trail or []), here],
        "header_title": here["label"],
        "header_icon": "list-ul",
    }
    return TemplateResponse(request, template, {**furniture, **context}, status=status)
