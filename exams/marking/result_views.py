"""The member's own result, and the results of an exam for those who look after people."""

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exams.attempts.models import AttemptState, Exam, ExamState
from exams.corrections import appeals
from exams.corrections.appeal_views import file_appeal
from exams.corrections.forms import AppealForm
from exams.corrections.models import AppealSubject
from exams.corrections.views import ACT
from exams.marking import result_queries as queries
from exams.marking.correction_queries import open_corrections
from exams.marking.export import results_sheet
from exams.marking.result_queries import QuestionResult
from exams.marking.rules import RESULTS, can_lead, can_mark
from exams.marking.scoring import Ruling
from exams.marking.words import answer_lines, key_lines, option_rows, part_lines
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.members.models import Member

EXAMS_A_PAGE = 20
PEOPLE_A_PAGE = 50


@access(SIGNED_IN)
@require_safe
def own_result(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Points once released; questions, keys and explanations once the whole exam is."""
    by = cast(Member, request.user)
    attempt = queries.own_attempt(by, attempt_id)
    if attempt is None:
        raise Http404
    is_released = attempt.state == AttemptState.RELEASED
    # Somebody may still be sitting the same paper while first results are out.
    shows_keys = is_released and attempt.exam.state == ExamState.RELEASED
    return render(
        request,
        "marking/result.html",
        {
            "attempt": attempt,
            "exam": attempt.exam,
            "is_released": is_released,
            "shows_keys": shows_keys,
            "questions": [_told(each) for each in queries.question_results(attempt)]
            if shows_keys
            else [],
            "entry": queries.entry_of(attempt) if is_released else None,
        },
    )


@access(SIGNED_IN)
@ACT
def appeal_result(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Object to the own result; the branch that holds the exam answers."""
    by = cast(Member, request.user)
    attempt = queries.own_attempt(by, attempt_id)
    if attempt is None or attempt.state != AttemptState.RELEASED or attempt.finished_at is None:
        raise Http404
    about: dict[str, Any] = {
        "attempt_id": str(attempt.pk),
        "title": attempt.exam.title,
        "branch": attempt.exam.branch,
        "day": clock.local_date(attempt.finished_at),
    }
    return file_appeal(
        request,
        AppealForm(request.POST or None),
        lambda said: appeals.appeal_result(by=by, **about, **said),
        {"attempt": attempt, "title": attempt.exam.title},
        standing=(AppealSubject.EXAM, str(attempt.pk)),
    )


def _told(result: QuestionResult) -> dict[str, Any]:
    version = result.item.version
    correction = result.correction
    is_accept = correction is not None and correction.ruling == Ruling.ACCEPT
    keys = correction.keys if correction is not None and is_accept else [version.key]
    options = option_rows(version, result.arrangement, result.answer, keys)
    return {
        "result": result,
        "version": version,
        "question": version.question,
        "lesson_at": version.question.lesson_second * 1000,
        "options": options,
        "own": answer_lines(version, result.answer),
        "right": [] if options else key_lines(version, keys),
        "parts": part_lines(version, result.answer, keys),
        "mark_corrections": result.mark_corrections,
        "is_full": result.scored.points == result.scored.of,
        "comments": [mark.comment for mark in result.marks if mark.comment],
    }


@access(RESULTS)
@require_safe
def result_list(request: HttpRequest) -> HttpResponse:
    """The exams whose results one may read, the latest first."""
    found = queries.exams_with_results(request.user)
    page = Paginator(found, EXAMS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "marking/result_list.html", {"page": page})


@access(RESULTS)
@require_safe
def results(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Who was expected, sat and passed, by branch and by name."""
    exam = _exam(request, exam_id)
    found = queries.results_for(request.user, exam)
    may_mark = can_mark(request.user, exam)
    return render(
        request,
        "marking/results.html",
        {
            "exam": exam,
            "here": "results",
            "may_mark": may_mark,
            "open_corrections": open_corrections(exam) if may_mark else [],
            "may_lead": can_lead(request.user, exam),
            "results": found,
            "page": Paginator(found.rows, PEOPLE_A_PAGE).get_page(request.GET.get("page")),
        },
    )


@access(RESULTS)
@require_safe
def results_xlsx(request: HttpRequest, exam_id: int) -> FileResponse:
    exam = _exam(request, exam_id)
    return FileResponse(
        results_sheet(queries.results_for(request.user, exam)),
        as_attachment=True,
        filename=_("%(exam)s成绩.xlsx") % {"exam": exam.title},
    )


def _exam(request: HttpRequest, exam_id: int) -> Exam:
    found = queries.exams_with_results(request.user).filter(pk=exam_id).first()
    if found is None:
        raise Http404
    return found
