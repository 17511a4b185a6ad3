"""The back office's pages of one exam: publish, extend, cancel, copy; and its seats."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.attempts.models import Exam, ExamState, Fairness
from exams.papers import exam_services, queries, seat_services
from exams.papers.forms import CancelForm, DealForm, ExtendForm, SeatListForm
from exams.papers.pages import attempt, office_page, person
from exams.papers.printing import SEATS, seats_data
from lms.core.access import access
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.members.rules import ADMINISTRATION


@access(ADMINISTRATION)
def exam_overview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the exam is, what it lacks, and what can be done with it now."""
    exam = _managed(request, pk)
    extend, cancel = ExtendForm(), CancelForm()
    by = person(request)
    action = request.POST.get("action")
    if action == "publish":
        attempt(
            request,
            lambda: exam_services.publish_exam(exam=exam, by=by),
            told=_("已发布，考生现在可以看到。"),
        )
        return redirect("exam_overview", pk)
    if action == "copy":
        made = exam_services.copy_exam(exam=exam, by=by)
        messages.success(request, _("已复制为草稿，请核对时间。"))
        return redirect("exam_office:edit", made.pk)
    if action == "extend":
        extend = ExtendForm(request.POST)
        if extend.is_valid() and attempt(
            request,
            lambda: exam_services.extend_exam(
                exam=exam, closes_at=extend.cleaned_data["closes_at"], by=by
            ),
            told=_("已延长结束时间。"),
        ):
            return redirect("exam_overview", pk)
    if action == "cancel":
        cancel = CancelForm(request.POST)
        if cancel.is_valid() and attempt(
            request,
            lambda: exam_services.cancel_exam(
                exam=exam, reason=cancel.cleaned_data["reason"], by=by
            ),
            told=_("考试已取消。"),
        ):
            return redirect("exam_overview", pk)
    context = {
        "counts": queries.exam_counts(exam),
        "problems": exam_services.problems_of(exam) if exam.state == ExamState.DRAFT else [],
        "extend": extend,
        "cancel": cancel,
        "media": extend.media,
    }
    failed = bool(extend.errors or cancel.errors)
    return _page(request, "papers/office/exam.html", exam, _("考试安排"), context, failed=failed)


@access(ADMINISTRATION)
def exam_seats(request: HttpRequest, pk: int) -> HttpResponse:
    """Who sits where: deal the seats out, or take over a list."""
    exam = _managed(request, pk)
    if exam.fairness != Fairness.ROOM:
        raise Http404
    deal, seat_list = DealForm(), SeatListForm()
    action = request.POST.get("action")
    given = None
    if action == "deal":
        deal = DealForm(request.POST)
        if deal.is_valid():
            rooms = deal.cleaned_data["rooms"]
            given = attempt(request, lambda: seat_services.deal_seats(exam=exam, rooms=rooms))
    if action == "list":
        seat_list = SeatListForm(request.POST, request.FILES)
        if seat_list.is_valid():
            sent = seat_list.cleaned_data
            content = sent["file"].read() if sent["file"] else b""
            given = attempt(
                request,
                lambda: seat_services.import_seats(exam=exam, text=sent["pasted"], content=content),
            )
    if given is not None:
        messages.success(request, _("已排好 %(count)s 个座位。") % {"count": given})
        return redirect("exam_seats", pk)
    seats = list(queries.seats_of(exam))
    context = {
        "seats": seats,
        "people": queries.people_of(exam).count(),
        "deal": deal,
        "seat_list": seat_list,
    }
    return _page(request, "papers/office/seats.html", exam, _("座位表"), context)


@access(ADMINISTRATION)
@require_safe
@never_cache
def exam_seats_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A page a room, for its door and to sign on."""
    exam = _managed(request, pk)
    seats = list(queries.seats_of(exam))
    if not seats:
        raise Http404
    try:
        made = render_pdf(SEATS, seats_data(exam, seats))
    except UnprintableCharacterError as refused:
        messages.error(request, refused.message)
        return redirect("exam_seats", pk)
    name = _("%(title)s座位表.pdf") % {"title": exam.title}
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


def _managed(request: HttpRequest, pk: int) -> Exam:
    return get_object_or_404(queries.managed_exams(request.user), pk=pk)


def _page(
    request: HttpRequest,
    template: str,
    exam: Exam,
    label: str,
    context: dict[str, Any],
    *,
    failed: bool = False,
) -> TemplateResponse:
    trail = [
        {"url": reverse("exam_office:index"), "label": _("考试")},
        {"url": reverse("exam_overview", args=[exam.pk]), "label": exam.title},
    ]
    shared = {"exam": exam, "minutes": exam.allowed_seconds // 60}
    return office_page(
        request, template, label, trail, {**shared, **context}, icon="tasks", failed=failed
    )


EXAM = "exams/<int:pk>/"

PATTERNS: list[URLPattern] = [
    path(EXAM, exam_overview, name="exam_overview"),
    path(f"{EXAM}seats/", exam_seats, name="exam_seats"),
    path(f"{EXAM}seats.pdf", exam_seats_pdf, name="exam_seats_pdf"),
]
