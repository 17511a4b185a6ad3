"""The back office's pages of one class: plan, rule, people; and of one certificate."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.training import services as training
from courses.training.models import Enrolment, TrainingClass
from courses.training.queries import managed_classes, plan_of
from exams.certificates import services as certificates
from exams.certificates.models import Certificate
from exams.certificates.queries import managed_certificates
from exams.certificates.rules import can_manage_certificate
from exams.classes import reading
from exams.classes.forms import AgainForm, BesideForm, EnrolForm, PlanForm, ReasonForm
from exams.passing import conditions
from exams.passing import services as passing
from exams.passing.pass_rules import Condition, Group, from_json
from exams.passing.words import rule_heading, rule_sentence
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from lms.members.queries import administered_branches
from lms.members.rules import ADMINISTRATION


@access(ADMINISTRATION)
def class_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be studied: add and take out courses and lessons."""
    training_class = _managed(request, pk)
    adding = request.POST.get("action") == "add"
    form = PlanForm(request.POST if adding else None, by=_person(request))
    if request.POST.get("action") == "remove":
        item_id = _number(request.POST.get("item"))
        training.remove_from_plan(training_class=training_class, item_id=item_id or 0)
        return redirect("class_plan", pk)
    if adding and form.is_valid():
        done = _try(
            request,
            lambda: training.add_to_plan(
                training_class=training_class,
                is_required=form.cleaned_data["is_required"],
                **cast(Any, form.chosen()),
            ),
        )
        if done:
            return redirect("class_plan", pk)
    context = {"form": form, "units": plan_of(training_class)}
    return _page(request, "classes/office/plan.html", training_class, _("学习安排"), context)


@access(ADMINISTRATION)
def class_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """What it takes to pass: sentences, each with a way to take it out, and what can be added."""
    training_class = _managed(request, pk)
    rule = from_json(training_class.pass_rule)
    forms = {kind.key: kind.form(prefix=kind.key) for kind in conditions.kinds()}
    beside = BesideForm(rule=rule)
    action = request.POST.get("action")
    if action == "add":
        kind = conditions.kind_named(request.POST.get("kind", ""))
        if kind is None:
            raise Http404
        form = forms[kind.key] = kind.form(request.POST, prefix=kind.key)
        beside = BesideForm(request.POST, rule=rule)
        if form.is_valid() and beside.is_valid():
            passing.add_condition(
                training_class=training_class,
                condition=Condition(kind.key, form.settings()),
                beside=beside.cleaned_data["beside"],
            )
            return redirect("class_rule", pk)
    elif action == "remove":
        passing.remove_condition(
            training_class=training_class,
            place=_number(request.POST.get("place")) or 0,
            inner=_number(request.POST.get("inner")),
        )
        return redirect("class_rule", pk)
    elif action == "needed":
        passing.set_needed(
            training_class=training_class, needed=_number(request.POST.get("needed"))
        )
        return redirect("class_rule", pk)
    context = {
        "rule": rule,
        "heading": rule_heading(rule),
        "parts": [_part(part) for part in rule.parts],
        "choices": range(1, len(rule.parts)),
        "kinds": [(kind, forms[kind.key]) for kind in conditions.kinds()],
        "beside": beside,
    }
    return _page(request, "classes/office/rule.html", training_class, _("结业条件"), context)


def _part(part: Condition | Group) -> list[str]:
    """One part of a rule as its alternatives, in words."""
    inner = part.parts if isinstance(part, Group) else (part,)
    return [rule_sentence(one) for one in inner]


@access(ADMINISTRATION)
@require_safe
def class_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in, how far everybody is, and what can be done about it."""
    training_class = _managed(request, pk)
    people = training_class.enrolments.select_related("member", "training_class__branch")
    page, rows = reading.people_of(
        people.order_by("member__number"), training_class, request.GET.get("page", "1")
    )
    context = {"page": page, "rows": rows}
    return _page(request, "classes/office/people.html", training_class, _("学员"), context)


@access(ADMINISTRATION)
def class_enrol(request: HttpRequest, pk: int) -> HttpResponse:
    """Take people in: a whole branch, those ticked, or pasted numbers."""
    training_class = _managed(request, pk)
    branches = administered_branches(request.user)
    branch = _branch(request, branches, training_class)
    form = EnrolForm(request.POST or None, by=_person(request), branch=branch)
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen()
        for number in form.unknown[:10]:
            told = _("您管理的党员里没有编号 %(number)s，没有编入。")
            messages.warning(request, told % {"number": number})
        added = _try(
            request,
            lambda: training.enrol_members(
                training_class=training_class,
                members=chosen,
                by=_person(request),
                enrolled_on=form.cleaned_data["enrolled_on"],
            ),
        )
        if added is not None:
            messages.success(request, _("新编入 %(count)s 人。") % {"count": added})
            return redirect("class_people_office", pk)
    context = {
        "form": form,
        "branches": branches,
        "branch": branch,
        "already": set(training_class.enrolments.values_list("member_id", flat=True)),
        "count": form.of_branch().count(),
        "media": form.media,
    }
    return _page(request, "classes/office/enrol.html", training_class, _("编入学员"), context)


@access(ADMINISTRATION)
def class_enrolment(request: HttpRequest, pk: int, enrolment_id: int) -> HttpResponse:
    """One of the people: extend, open again, withdraw."""
    training_class = _managed(request, pk)
    people = training_class.enrolments.select_related("member", "training_class__branch")
    enrolment: Enrolment = get_object_or_404(people, pk=enrolment_id)
    again, leave = AgainForm(), ReasonForm()
    if request.POST.get("action") == "again":
        again = AgainForm(request.POST)
        if again.is_valid() and _try(
            request,
            lambda: training.reopen(enrolment=enrolment, until=again.cleaned_data["until"]),
            told=_("已办理，学员可以继续学习。"),
        ):
            return redirect("class_people_office", pk)
    elif request.POST.get("action") == "withdraw":
        leave = ReasonForm(request.POST)
        if leave.is_valid() and _try(
            request,
            lambda: training.withdraw(enrolment=enrolment, reason=leave.cleaned_data["reason"]),
            told=_("已退班。"),
        ):
            return redirect("class_people_office", pk)
    context = {
        "standing": reading.standing_of(enrolment),
        "again": again,
        "leave": leave,
        "media": again.media,
    }
    return _page(
        request, "classes/office/person.html", training_class, enrolment.member.name, context
    )


@access(ADMINISTRATION)
@require_POST
def class_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the class."""
    training_class = _managed(request, pk)
    _try(
        request,
        lambda: training.open_class(training_class=training_class),
        told=_("已开班，学员现在可以看到。"),
    )
    return redirect("class_people_office", pk)


@access(ADMINISTRATION)
def manage_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """One certificate: revoke it, issue a new one for it, make its PDF again."""
    found: Certificate = get_object_or_404(managed_certificates(request.user), pk=pk)
    form = ReasonForm(request.POST or None)
    action = request.POST.get("action")
    by = _person(request)
    if action == "render":
        certificates.render_again(certificate=found)
        messages.success(request, _("已重新生成，请稍后刷新。"))
        return redirect("manage_certificate", pk)
    if action == "revoke" and form.is_valid():
        done = _try(
            request,
            lambda: certificates.revoke_certificate(
                certificate=found, by=by, reason=form.cleaned_data["reason"]
            ),
            told=_("证书已撤销，查验页面随即显示。"),
        )
        if done:
            return redirect("manage_certificate", pk)
    if action == "reissue" and form.is_valid():
        new = _try(
            request,
            lambda: certificates.reissue_certificate(
                certificate=found, by=by, reason=form.cleaned_data["reason"]
            ),
            told=_("已换发新证书。"),
        )
        if new:
            return redirect("manage_certificate", new.pk)
    context = {
        "certificate": found,
        "facts": found.said,
        "form": form,
        "may_manage": can_manage_certificate(by, found),
    }
    return _office(
        request,
        "certificates/office.html",
        _("证书 %(number)s") % {"number": found.number},
        [{"url": reverse("certificates:index"), "label": _("证书")}],
        context,
        icon="doc-full",
        failed=bool(form.errors),
    )


# --- Putting together -----------------------------------------------------------------------------


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _managed(request: HttpRequest, pk: int) -> TrainingClass:
    return get_object_or_404(managed_classes(request.user), pk=pk)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _branch(request: HttpRequest, branches: Any, training_class: TrainingClass) -> Branch | None:
    wanted = _number(request.POST.get("branch") or request.GET.get("branch"))
    found: Branch | None = branches.filter(pk=wanted or training_class.branch_id).first()
    return found


def _try(request: HttpRequest, change: Callable[[], Any], *, told: str = "") -> Any:
    """What the change returned (True for nothing); None if it was refused, which is told."""
    try:
        done = change()
    except DomainError as refused:
        messages.error(request, refused.message)
        return None
    if told:
        messages.success(request, told)
    return True if done is None else done


def _page(
    request: HttpRequest,
    template: str,
    training_class: TrainingClass,
    label: str,
    context: dict[str, Any],
) -> TemplateResponse:
    trail = [
        {"url": reverse("classes:index"), "label": _("培训班")},
        {"url": reverse("classes:edit", args=[training_class.pk]), "label": training_class.title},
    ]
    return _office(request, template, label, trail, {"training_class": training_class, **context})


def _office(
    request: HttpRequest,
    template: str,
    label: str,
    trail: list[dict[str, Any]],
    context: dict[str, Any],
    *,
    icon: str = "group",
    failed: bool = False,
) -> TemplateResponse:
    home = {"url": reverse("wagtailadmin_home"), "label": _("首页")}
    furniture = {
        "breadcrumbs_items": [home, *trail, {"url": "", "label": label}],
        "header_title": label,
        "header_icon": icon,
    }
    return TemplateResponse(
        request, template, {**furniture, **context}, status=422 if failed else 200
    )
