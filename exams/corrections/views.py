"""Where overseers propose and decide corrections."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from exams.corrections import queries, services
from exams.corrections.forms import AdditionForm, AnswerForm, ReversalForm
from exams.corrections.models import Appeal, Correction
from exams.corrections.rules import can_answer, can_decide, can_withdraw
from exams.corrections.words import APPEAL_TONES, CORRECTION_TONES
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import BOARD

ROWS_A_PAGE = 20
ACT = require_http_methods(["GET", "HEAD", "POST"])


@access(BOARD)
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """What waits, what is settled, and what the levels underneath have proposed."""
    by = request.user
    shown = request.GET.get("show", "")
    if shown not in {"done", "below"}:
        shown = "waiting"
    rows = {
        "waiting": queries.waiting_corrections,
        "done": queries.settled_corrections,
        "below": queries.corrections_below,
    }[shown](by)
    appeals = {
        "waiting": queries.waiting_appeals,
        "done": queries.settled_appeals,
        "below": queries.overdue_appeals_below,
    }[shown](by)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    appeal_page = Paginator(appeals, ROWS_A_PAGE).get_page(request.GET.get("appeals"))
    today = clock.today()
    return render(
        request,
        "corrections/corrections.html",
        {
            "shown": shown,
            "page": page,
            "corrections": [(row, CORRECTION_TONES[row.state]) for row in page.object_list],
            "appeal_page": appeal_page,
            "appeals": [
                (row, APPEAL_TONES[row.state], row.due_on < today)
                for row in appeal_page.object_list
            ],
        },
    )


@access(SIGNED_IN)
@ACT
def correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    """One proposal: what, why, by whom; for who may decide, the decision."""
    by = cast(Member, request.user)
    found = queries.visible_corrections(by).filter(pk=correction_id).first()
    if found is None:
        raise Http404
    form = AnswerForm(request.POST if request.POST.get("act") == "refuse" else None)
    if request.method == "POST" and _decided(request, found, by, form):
        return redirect("correction", correction_id)
    return render(
        request,
        "corrections/correction.html",
        {
            "correction": found,
            "tone": CORRECTION_TONES[found.state],
            "may_decide": can_decide(by, found),
            "may_withdraw": can_withdraw(by, found),
            "deciders": queries.names_of_deciders(found),
            "is_overseer": found.member_id != by.pk,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _decided(request: HttpRequest, found: Correction, by: Member, form: forms.Form) -> bool:
    """Whether the button pressed was dealt with: done or refused with a sentence."""
    act = request.POST.get("act")
    if act == "refuse" and not form.is_valid():
        return False
    try:
        if act == "approve":
            services.approve_correction(correction=found, by=by)
            messages.success(request, _("已批准，已记入学时账。"))
        elif act == "refuse":
            services.refuse_correction(correction=found, by=by, answer=form.cleaned_data["text"])
            messages.success(request, _("已答复不批准，学时账没有变动。"))
        elif act == "withdraw":
            services.withdraw_correction(correction=found, by=by)
            messages.success(request, _("已撤回，学时账没有变动。"))
    except DomainError as refused:
        messages.error(request, refused.message)
    return True


@access(BOARD)
@ACT
def reverse_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Propose to take an entry back."""
    by = cast(Member, request.user)
    entry = queries.correctable_entries(by).filter(pk=entry_id).first()
    if entry is None:
        raise Http404
    appeal = _appeal(request, by, entry.member_id)
    return _propose(
        request,
        ReversalForm(request.POST or None),
        lambda said: services.propose_reversal(entry=entry, by=by, appeal=appeal, **said),
        {"member": entry.member, "entry": entry, "appeal": appeal},
    )


@access(BOARD)
@ACT
def add_hours(request: HttpRequest, member_id: int) -> HttpResponse:
    """Propose hours that are missing."""
    by = cast(Member, request.user)
    member = queries.correctable_members(by).filter(pk=member_id).first()
    if member is None:
        raise Http404
    appeal = _appeal(request, by, member_id)
    known = {"title": appeal.title, "earned_on": appeal.day} if appeal else {}
    return _propose(
        request,
        AdditionForm(request.POST or None, initial=known),
        lambda said: services.propose_addition(member=member, by=by, appeal=appeal, **said),
        {"member": member, "appeal": appeal},
    )


def _propose(
    request: HttpRequest, form: forms.Form, propose: Any, context: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            made = propose(form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已提出，等待第二个人批准。批准之前学时不变。"))
            return redirect("correction", made.pk)
    return render(
        request,
        "corrections/propose.html",
        {"form": form, **context},
        status=422 if form.errors else 200,
    )


def _appeal(request: HttpRequest, by: Member, member_id: int) -> Appeal | None:
    """The appeal that is answered by the proposal, if the address names one `by` may answer."""
    asked = request.GET.get("appeal", "")
    if not (asked.isascii() and asked.isdigit()):
        return None
    found = queries.visible_appeals(by).filter(pk=int(asked), member_id=member_id).first()
    return found if found and can_answer(by, found) else None
