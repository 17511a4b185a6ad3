"""The marker's pages: which exams, how far, one answer at a time."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exams.attempts.models import Exam
from exams.marking import desk_queries, queries
from exams.marking import desk_services as services
from exams.marking.forms import MarkForm
from exams.marking.models import MarkingPlace
from exams.marking.rules import MARKING, can_lead
from exams.marking.words import answer_lines, key_lines, rubric_lines
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member

EXAMS_A_PAGE = 20


@access(MARKING)
@require_safe
def exams(request: HttpRequest) -> HttpResponse:
    """The exams one marks, each with how far it is."""
    found = queries.with_counts(queries.exams_to_mark(request.user))
    page = Paginator(found, EXAMS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "marking/exams.html", {"page": page})


@access(MARKING)
@require_safe
def progress(request: HttpRequest, exam_id: int) -> HttpResponse:
    """How far the marking of one exam is, question by question and marker by marker."""
    exam = exam_to_mark(request, exam_id)
    loads = queries.question_loads(exam)
    return render(
        request,
        "marking/progress.html",
        {
            "exam": exam,
            "here": "progress",
            "may_lead": can_lead(request.user, exam),
            "questions": loads,
            "waiting": sum(load.waiting + load.held for load in loads),
            "done": sum(load.done for load in loads),
            "all": sum(load.all for load in loads),
            "markers": queries.marker_loads(exam),
            "returned": queries.returned(exam),
            "own": desk_queries.lately_marked(cast(Member, request.user), exam),
        },
    )


@access(MARKING)
@require_POST
def begin(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Take the next answer; of one question where `version` names it."""
    return _next(request, exam_to_mark(request, exam_id), request.POST.get("version", ""))


@access(MARKING)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, exam_id: int, place_id: int) -> HttpResponse:
    """One answer: `act` is save, skip or return."""
    exam = exam_to_mark(request, exam_id)
    by = cast(Member, request.user)
    place = queries.place_at_desk(place_id, by)
    if place is None or place.exam_id != exam.pk:
        raise Http404
    act = request.POST.get("act", "")
    item = place.answer.item
    form = MarkForm(
        request.POST if act == "save" else None, of=item.points, lines=rubric_lines(item.version)
    )
    if request.method == "POST" and (act != "save" or form.is_valid()):
        try:
            _act(act, place, by, form, request.POST.get("reason", ""))
        except DomainError as refused:
            messages.error(request, refused.message)
            return redirect("marking_progress", exam.pk)
        return _next(request, exam, str(item.version_id))
    return render(
        request,
        "marking/desk.html",
        {
            "exam": exam,
            "place": place,
            "item": item,
            "answer": answer_lines(item.version, place.answer.answer),
            "model": key_lines(item.version, [item.version.key]),
            "form": form,
            "left": queries.places_for(by, exam, [item.pk]).count(),
            "others": desk_queries.marks_to_settle(place),
            "own": desk_queries.own_mark(place),
            "alike": desk_queries.alike(place.answer),
            "candidate": None if exam.is_marked_blind else desk_queries.candidate(place),
        },
        status=422 if form.errors else 200,
    )


def _act(act: str, place: MarkingPlace, by: Member, form: MarkForm, reason: str) -> None:
    if act == "save":
        services.save_mark(place=place, by=by, **form.given())
    elif act == "skip":
        services.skip_place(place=place, by=by)
    elif act == "return":
        services.return_place(place=place, by=by, reason=reason)


def _next(request: HttpRequest, exam: Exam, version: str) -> HttpResponse:
    by = cast(Member, request.user)
    only: dict[str, Any] = {}
    if version.isdecimal():
        only = {"item_ids": desk_queries.items_of_version(exam, int(version))}
    try:
        place = services.claim_place(exam=exam, by=by, **only)
    except DomainError as refused:
        messages.error(request, refused.message)
        place = None
    else:
        if place is None:
            messages.success(request, _("没有您可以评的答案了。"))
    if place is None:
        return redirect("marking_progress", exam.pk)
    return redirect("marking_desk", exam.pk, place.pk)


def exam_to_mark(request: HttpRequest, exam_id: int) -> Exam:
    """The exam, if who asks marks it; otherwise there is none."""
    found = queries.exams_to_mark(request.user).filter(pk=exam_id).first()
    if found is None:
        raise Http404
    return found
