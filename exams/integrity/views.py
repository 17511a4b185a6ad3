"""The queue of cases for those who look after branches, and what a member is told."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from exams.integrity import queries, services
from exams.integrity.models import ReviewCase
from exams.integrity.words import signal_sentences
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import BOARD

CASES_A_PAGE = 20
DECISIONS = {"clear": services.clear_case, "confirm": services.confirm_case}


class NoteForm(forms.Form):
    """Why a case is closed; read by the members it is about."""

    note = forms.CharField(
        label=gettext_lazy("核查意见"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写明了解到的情况。当事人会看到这段话。"),
    )


@access(BOARD)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    cases = queries.visible_cases(request.user)
    page = Paginator(cases, CASES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "integrity/queue.html", {"page": page})


@access(BOARD)
@require_safe
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    return _case(request, _visible(request, case_id), NoteForm())


@access(BOARD)
@require_POST
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """`decision` is a key of DECISIONS."""
    found = _visible(request, case_id)
    form = NoteForm(request.POST)
    close = DECISIONS.get(request.POST.get("decision", ""))
    if close is None or not form.is_valid():
        return _case(request, found, form)
    try:
        close(case=found, by=cast(Member, request.user), note=form.cleaned_data["note"])
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已记下核查结果，当事人可以看到。"))
    return redirect("integrity:case", case_id=case_id)


@access(SIGNED_IN)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What was looked into about oneself, and how it ended."""
    cases = list(queries.closed_about(request.user))
    return render(request, "integrity/mine.html", {"cases": _told(cases)})


def _case(request: HttpRequest, found: ReviewCase, form: NoteForm) -> HttpResponse:
    return render(
        request,
        "integrity/case.html",
        {
            "case": found,
            "members": found.members.all(),
            "sentences": signal_sentences(found),
            "entries": queries.entries_behind(found),
            "form": form,
        },
    )


def _visible(request: HttpRequest, case_id: int) -> ReviewCase:
    found = queries.visible_cases(request.user).filter(pk=case_id).first()
    if found is None:
        raise Http404
    return found


def _told(cases: list[ReviewCase]) -> list[dict[str, Any]]:
    return [{"case": each, "sentences": signal_sentences(each)} for each in cases]
