"""Correcting a mark after the release: the answers people marked, proposals, decisions."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from exams.attempts.models import Attempt, Exam
from exams.marking import correction_queries, correction_services
from exams.marking.correction_queries import MarkedAnswer
from exams.marking.forms import MarkCorrectionForm
from exams.marking.rules import MARKING, can_decide_mark, can_lead
from exams.marking.views import exam_to_mark
from exams.marking.words import answer_lines
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member


@access(MARKING)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_marks(request: HttpRequest, exam_id: int, attempt_id: UUID) -> HttpResponse:
    """One released attempt: `act` is propose, approve, refuse or withdraw."""
    exam = exam_to_mark(request, exam_id)
    attempt = correction_queries.released_attempt(exam, attempt_id)
    by = cast(Member, request.user)
    if attempt is None or attempt.member_id == by.pk:
        raise Http404
    answers = correction_queries.marked_answers(attempt)
    asked = request.POST.get("answer", "")
    form = MarkCorrectionForm(request.POST) if request.POST.get("act") == "propose" else None
    if request.method == "POST" and _done(request, attempt, answers, form):
        return redirect("correct_marks", exam.pk, attempt.pk)
    return render(
        request,
        "marking/correct_marks.html",
        {
            "exam": exam,
            "here": "results",
            "may_mark": True,
            "may_lead": can_lead(by, exam),
            "attempt": attempt,
            "answers": [_shown(each, by, asked, form, exam) for each in answers],
        },
        status=422 if form is not None and form.errors else 200,
    )


def _shown(
    each: MarkedAnswer, by: Member, asked: str, form: MarkCorrectionForm | None, exam: Exam
) -> dict[str, Any]:
    pending = each.open
    is_asked = form is not None and asked == str(each.answer.pk)
    return {
        "answer": each.answer,
        "item": each.answer.item,
        "own": answer_lines(each.answer.item.version, each.answer.answer),
        "corrections": each.corrections,
        "pending": pending,
        "may_decide": pending is not None and can_decide_mark(by, pending),
        "may_withdraw": pending is not None and pending.by_id == by.pk,
        "form": form if is_asked else MarkCorrectionForm(prefix_id=str(each.answer.pk)),
    }


def _done(
    request: HttpRequest,
    attempt: Attempt,
    answers: list[MarkedAnswer],
    form: MarkCorrectionForm | None,
) -> bool:
    """Whether the button was dealt with: done, or refused with a sentence."""
    by = cast(Member, request.user)
    act = request.POST.get("act", "")
    try:
        if form is not None:
            answer = next(
                (one.answer for one in answers if str(one.answer.pk) == request.POST.get("answer")),
                None,
            )
            if answer is None:
                raise Http404
            if not form.is_valid():
                return False
            correction_services.propose_mark_correction(answer=answer, by=by, **form.cleaned_data)
            messages.success(request, _("已提出，等待第二个人批准。批准之前成绩不变。"))
            return True
        found = correction_queries.correction_in(attempt, request.POST.get("correction", ""))
        if found is None:
            raise Http404
        if act == "approve":
            correction_services.approve_mark_correction(correction=found, by=by)
            messages.success(request, _("已批准，成绩已经重新计算。"))
        elif act == "refuse":
            correction_services.refuse_mark_correction(
                correction=found, by=by, reply=request.POST.get("reply", "")
            )
            messages.success(request, _("已答复不批准，成绩没有变动。"))
        elif act == "withdraw":
            correction_services.withdraw_mark_correction(correction=found, by=by)
            messages.success(request, _("已撤回，成绩没有变动。"))
    except DomainError as refused:
        messages.error(request, refused.message)
    return True
