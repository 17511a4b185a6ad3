"""Releasing results, and correcting a key that was wrong."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from exams.attempts.models import Exam, ExamState
from exams.marking import credit_queries, queries, regrade_services, result_queries, services
from exams.marking.charts import histogram
from exams.marking.forms import KeyForm
from exams.marking.rules import LEADING
from exams.marking.words import key_lines
from exams.questions.models import QuestionVersion
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member

ACT = require_http_methods(["GET", "HEAD", "POST"])


@access(LEADING)
@ACT
def release(request: HttpRequest, exam_id: int) -> HttpResponse:
    """What would be released, and the button."""
    exam = exam_led(request, exam_id)
    if request.method == "POST":
        try:
            number = services.release_exam(exam=exam, by=cast(Member, request.user))
        except DomainError as refused:
            messages.error(request, refused.message)
        else:
            messages.success(
                request,
                ngettext("已公布 %(count)d 份成绩。", "已公布 %(count)d 份成绩。", number)
                % {"count": number},
            )
        return redirect("release_exam", exam.pk)
    preview = result_queries.release_preview(exam)
    return render(
        request,
        "marking/release.html",
        {
            "exam": exam,
            "here": "release",
            "may_lead": True,
            "preview": preview,
            "chart": histogram(preview.shares),
            "is_released": exam.state == ExamState.RELEASED,
            "is_ready": preview.handed_in == preview.marked and not preview.open,
        },
    )


@access(LEADING)
@require_safe
def keys(request: HttpRequest, exam_id: int) -> HttpResponse:
    """The questions of an exam, what was decided about their keys, and hours that no longer fit."""
    exam = exam_led(request, exam_id)
    return render(
        request,
        "marking/keys.html",
        {
            "exam": exam,
            "here": "keys",
            "may_lead": True,
            "versions": queries.versions_of(exam),
            "corrections": queries.corrections_with_counts(exam),
            "against": credit_queries.all_hours_against_results(exam),
        },
    )


@access(LEADING)
@ACT
def correct_key(request: HttpRequest, exam_id: int, version_id: int) -> HttpResponse:
    """A ruling, first previewed, then done: the digest of what was seen comes back with it."""
    exam = exam_led(request, exam_id)
    version = queries.version_in(exam, version_id)
    if version is None:
        raise Http404
    form = KeyForm(request.POST or None, version=version)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            done = _correct(request, exam, version, form, context)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            if done:
                messages.success(request, _("已更正，成绩已经重新计算。"))
                return redirect("exam_keys", exam.pk)
    return render(
        request,
        "marking/correct_key.html",
        {
            "exam": exam,
            "here": "keys",
            "may_lead": True,
            "version": version,
            "key": key_lines(version, [version.key]),
            "options": version.content.get("options", []),
            "form": form,
            **context,
        },
        status=422 if form.errors else 200,
    )


def _correct(
    request: HttpRequest,
    exam: Exam,
    version: QuestionVersion,
    form: KeyForm,
    context: dict[str, Any],
) -> bool:
    decided = form.decided()
    if "digest" in request.POST:
        regrade_services.correct_key(
            exam=exam,
            version=version,
            decided=decided,
            reason=form.cleaned_data["reason"],
            by=cast(Member, request.user),
            digest=request.POST["digest"],
        )
        return True
    context["preview"] = regrade_services.preview_correction(
        exam=exam, version=version, decided=decided
    )
    return False


def exam_led(request: HttpRequest, exam_id: int) -> Exam:
    """The exam, if who asks leads it; otherwise there is none."""
    found = queries.exams_led(request.user).filter(pk=exam_id).first()
    if found is None:
        raise Http404
    return found
