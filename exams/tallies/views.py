"""Votes and appraisals on paper: made, opened, counted, closed, their protocol."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.sheets.queries import page_counts
from exams.tallies import chart, queries, services
from exams.tallies.counting import FEW
from exams.tallies.forms import HandForm, IssuedForm, TallyForm
from exams.tallies.models import Tally, TallyKind, TallyState
from exams.tallies.sheet_use import TALLY_USE
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import BOARD

A_PAGE = 20
TONES = {
    TallyState.DRAFT: "",
    TallyState.OPEN: "attention",
    TallyState.CLOSED: "ok",
    TallyState.CANCELLED: "",
}
VERBS: dict[str, Callable[..., None]] = {
    "open": services.open_tally,
    "close": services.close_tally,
    "cancel": services.cancel_tally,
    "scanned": services.drop_hand_count,
}


@access(BOARD)
@require_safe
def tallies(request: HttpRequest) -> HttpResponse:
    """What the branches one looks after have counted, the latest first."""
    page = Paginator(queries.tallies_listed(request.user), A_PAGE).get_page(request.GET.get("page"))
    rows = [{"tally": row, "tone": TONES[TallyState(row.state)]} for row in page.object_list]
    return render(request, "tallies/list.html", {"page": page, "rows": rows})


@access(BOARD)
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Make one ready."""
    if kind not in TallyKind.values:
        raise Http404
    by = person(request)
    form = TallyForm(request.POST or None, by=by, kind=kind)
    if form.is_valid():
        try:
            made = services.create_tally(by=by, kind=kind, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("tallies:tally", made.pk)
    return _form_page(request, form, kind=kind)


@access(BOARD)
def edit(request: HttpRequest, tally_id: int) -> HttpResponse:
    """Correct one that has not been opened."""
    known = held(request, tally_id)
    form = TallyForm(request.POST or None, by=person(request), kind=known.kind, known=known)
    if form.is_valid():
        try:
            services.correct_tally(by=person(request), tally=known, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("tallies:tally", known.pk)
    return _form_page(request, form, kind=known.kind, known=known)


@access(BOARD)
@never_cache
@require_safe
def tally(request: HttpRequest, tally_id: int) -> HttpResponse:
    """One tally: what is to be done next, the figures, the result."""
    found = held(request, tally_id)
    count = queries.count_of(found)
    is_shown = queries.result_is_shown(found)
    lines = queries.shown_lines(found, count) if is_shown and count.returned else []
    return render(
        request,
        "tallies/tally.html",
        {
            "tally": found,
            "tone": TONES[TallyState(found.state)],
            "count": count,
            "is_shown": is_shown,
            "few": FEW,
            "has_hidden": any(shown.hidden for _line, shown in lines),
            "too_many": found.issued is not None and count.returned > found.issued,
            "pages": page_counts(TALLY_USE, found.pk),
            "issued_form": IssuedForm(initial={"issued": found.issued}),
            "use": TALLY_USE.slug,
            "result": [
                {
                    "name": name,
                    "parts": chart.parts(shown, options=len(found.options)),
                    "cells": [
                        {"option": option, "count": cell, "share": chart.share(cell, count.valid)}
                        for option, cell in zip(
                            [*found.options, _("未选")], shown.cells, strict=True
                        )
                    ],
                }
                for name, shown in lines
            ],
        },
    )


@access(BOARD)
@require_POST
def move(request: HttpRequest, tally_id: int, verb: str) -> HttpResponse:
    """Press one of the buttons that lead from state to state."""
    found = held(request, tally_id)
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](by=person(request), tally=found)
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("tallies:tally", found.pk)


@access(BOARD)
@require_POST
def issued(request: HttpRequest, tally_id: int) -> HttpResponse:
    """How many sheets were given out."""
    found = held(request, tally_id)
    form = IssuedForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("发出的张数请填 1 以上的整数。"))
        return redirect("tallies:tally", found.pk)
    try:
        services.record_issued(by=person(request), tally=found, **form.cleaned_data)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("发出的张数已记录。"))
    return redirect("tallies:tally", found.pk)


@access(BOARD)
def hand(request: HttpRequest, tally_id: int) -> HttpResponse:
    """Figures counted by people, where there is no scanner."""
    found = held(request, tally_id)
    form = HandForm(request.POST or None, tally=found)
    if form.is_valid():
        try:
            services.record_hand_count(by=person(request), tally=found, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("人工计数已保存，结果以它为准。"))
            return redirect("tallies:tally", found.pk)
    return render(
        request,
        "tallies/hand.html",
        {"tally": found, "form": form},
        status=422 if form.errors else 200,
    )


@access(BOARD)
@never_cache
@require_safe
def protocol(request: HttpRequest, tally_id: int) -> FileResponse:
    """The PDF of a closed one."""
    found = held(request, tally_id)
    if not found.protocol:
        raise Http404
    return FileResponse(
        found.protocol.open("rb"), content_type="application/pdf", filename=f"{found.title}.pdf"
    )


def held(request: HttpRequest, tally_id: int) -> Tally:
    found = queries.tally_for(request.user, tally_id)
    if found is None:
        raise Http404
    return found


def person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _form_page(request: HttpRequest, form: TallyForm, **about: Any) -> HttpResponse:
    return render(
        request, "tallies/form.html", {"form": form, **about}, status=422 if form.errors else 200
    )
