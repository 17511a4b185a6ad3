"""Where a member appeals and an overseer answers."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.catalogue.queries import visible_lessons
from courses.progress.queries import progress_of
from exams.corrections import appeals as services
from exams.corrections import queries
from exams.corrections.forms import AnswerForm, AppealForm, MissingForm
from exams.corrections.models import Appeal, AppealState, AppealSubject
from exams.corrections.rules import can_answer
from exams.corrections.views import ACT
from exams.corrections.words import APPEAL_TONES, OWN_ANSWERS
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member


@access(SIGNED_IN)
@require_safe
def appeals(request: HttpRequest) -> HttpResponse:
    """The member's own appeals and how far they are."""
    return render(
        request,
        "corrections/appeals.html",
        {"appeals": [(row, APPEAL_TONES[row.state]) for row in queries.appeals_of(request.user)]},
    )


@access(SIGNED_IN)
@ACT
def appeal_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Object to one of the own entries."""
    by = cast(Member, request.user)
    entry = queries.own_entry(by, entry_id)
    if entry is None:
        raise Http404
    return file_appeal(
        request,
        AppealForm(request.POST or None),
        lambda said: services.appeal_entry(entry=entry, by=by, **said),
        {"entry": entry, "title": entry.source_title},
        standing=(AppealSubject.ENTRY, str(entry.pk)),
    )


@access(SIGNED_IN)
@ACT
def appeal_lesson(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Why has this lesson brought no hours?"""
    by = cast(Member, request.user)
    lesson = visible_lessons(by).filter(pk=lesson_id).first()
    if lesson is None:
        raise Http404
    return file_appeal(
        request,
        AppealForm(request.POST or None),
        lambda said: services.appeal_lesson(lesson=lesson, by=by, **said),
        {
            "lesson": lesson,
            "title": lesson.title,
            "progress": progress_of(by, [lesson.pk]).get(lesson.pk),
        },
        standing=(AppealSubject.LESSON, str(lesson.pk)),
    )


@access(SIGNED_IN)
@ACT
def appeal_missing(request: HttpRequest) -> HttpResponse:
    """Why is a gathering or a day of study not in the ledger?"""
    by = cast(Member, request.user)
    return file_appeal(
        request,
        MissingForm(request.POST or None),
        lambda said: services.appeal_missing(by=by, **said),
        {"without_hours": queries.lessons_without_hours(by)},
    )


def file_appeal(
    request: HttpRequest,
    form: forms.Form,
    file: Any,
    context: dict[str, Any],
    *,
    standing: tuple[str, str] | None = None,
) -> HttpResponse:
    """The form of an appeal: the one that is open already, or a new one by `file`."""
    known = queries.open_appeal(cast(Member, request.user).pk, *standing) if standing else None
    if known is not None:
        return redirect("appeal", known.pk)
    if request.method == "POST" and form.is_valid():
        try:
            made = file(form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(
                request,
                _("申诉已提交，%(day)s前会有答复，在这里可以看到。")
                % {"day": made.due_on.isoformat()},
            )
            return redirect("appeal", made.pk)
    return render(
        request,
        "corrections/appeal_new.html",
        {"form": form, **context},
        status=422 if form.errors else 200,
    )


@access(SIGNED_IN)
@ACT
def appeal(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """One appeal with all that was said; the next word for whose turn it is."""
    by = cast(Member, request.user)
    found = queries.visible_appeals(by).filter(pk=appeal_id).first()
    if found is None:
        raise Http404
    form = AnswerForm(request.POST if request.POST.get("act") in _WORDED else None)
    if request.method == "POST" and _answered(request, found, by, form):
        return redirect("appeal", appeal_id)
    return render(
        request,
        "corrections/appeal.html",
        {
            "appeal": found,
            "tone": APPEAL_TONES[found.state],
            "answers": [
                (answer, answer.kind in OWN_ANSWERS) for answer in queries.answers_of(found)
            ],
            "corrections": queries.corrections_of_appeal(found),
            "is_own": found.member_id == by.pk,
            "is_overdue": found.due_on < clock.today(),
            "is_asked": found.state == AppealState.ASKED_BACK,
            "is_open": found.state in {AppealState.OPEN, AppealState.ASKED_BACK},
            "may_answer": can_answer(by, found),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


_WORDED = {
    "confirm": services.confirm_entry,
    "ask": services.ask_back,
    "supplement": services.supplement_appeal,
}


def _answered(request: HttpRequest, found: Appeal, by: Member, form: forms.Form) -> bool:
    """Whether the button pressed was dealt with: done or refused with a sentence."""
    act = request.POST.get("act", "")
    if act in _WORDED and not form.is_valid():
        return False
    try:
        if act in _WORDED:
            _WORDED[act](appeal=found, by=by, text=form.cleaned_data["text"])
            messages.success(request, _("已记录，双方都能看到。"))
        elif act == "withdraw":
            services.withdraw_appeal(appeal=found, by=by)
            messages.success(request, _("申诉已撤回。"))
    except DomainError as refused:
        messages.error(request, refused.message)
    return True
