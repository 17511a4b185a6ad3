"""A member's exams: the list, the page to wait on, the sitting, handing in, the receipt."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.progress.browsers import mark, number_of, remember
from exams.attempts import queries, reading, rules, services
from exams.attempts.answers import PREFIX, SUFFIX
from exams.attempts.errors import AttemptClosedError, OtherDeviceError
from exams.attempts.forms import answers_in_form
from exams.attempts.models import Attempt, AttemptState, Exam, Fairness
from exams.attempts.page import sitting_page
from exams.attempts.saving import Told
from exams.attempts.services import Sitting
from exams.attempts.tickets import TICKET_SECONDS, Ticket, issue_ticket
from exams.attempts.words import sitting_words
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member


@access(SIGNED_IN)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My exams: open, soon, over, and what to do with each."""
    rows = reading.my_exams(_person(request))
    context = {
        "groups": reading.groups(rows),
        "watches": queries.watched_exams(request.user)[:20],
        "may_mark": rules.marks_somewhere(request.user),
        "may_read_results": rules.looks_after_somebody(request.user),
    }
    return render(request, "exams/mine.html", context)


@access(SIGNED_IN)
@never_cache
@require_safe
def exam(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Where one waits for the beginning: the rules, the time that is left, the button."""
    found = _exam(request, exam_id)
    now = clock.now()
    context = {
        "exam": found,
        "standing": reading.my_exam(_person(request), found),
        "count": services.question_count(found),
        "wait": {"remainingMs": max(0, _milliseconds(found.opens_at - now))},
        "now": now,
    }
    return render(request, "exams/exam.html", context)


@access(SIGNED_IN)
@never_cache
@require_POST
def start(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Begin, or go on: the answer is the sitting itself, so the clock starts with the questions."""
    found = _exam(request, exam_id)
    number, device = _device(request, found)
    try:
        shown = services.start_sitting(by=_person(request), exam=found, device=device)
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect("exam", exam_id)
    answer = _sitting_page(request, shown, device)
    remember(request, answer, number)
    return answer


@access(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sitting(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The questions; a POST is the plain form of a browser without script."""
    attempt = _own(request, attempt_id)
    number, device = _device(request, attempt.exam)
    try:
        shown = services.open_sitting(attempt=attempt, device=device)
    except AttemptClosedError as refused:
        messages.info(request, refused.message)
        return redirect("exam_receipt", attempt_id)
    except OtherDeviceError as refused:
        messages.error(request, refused.message)
        return redirect("exam", attempt.exam_id)
    answer = (
        _saved_form(request, shown, device)
        if request.method == "POST"
        else _sitting_page(request, shown, device)
    )
    remember(request, answer, number)
    return answer


def _saved_form(request: HttpRequest, shown: Sitting, device: str) -> HttpResponse:
    attempt = shown.attempt
    positions = [question.asked.position for question in shown.questions]
    paper = services.paper_of(shown.exam)
    told, unreadable = answers_in_form(request.POST, attempt, paper, positions)
    outcome = services.save_answers(attempt=attempt, answers=told, device=device)
    if outcome.refusal:
        return redirect("exam_sitting", attempt.pk)  # which says why
    stale = {one.position: one for one in told if one.item_id not in outcome.revisions}
    # Emptied by a page that did not know better: what is kept is shown, without a word.
    stale = {position: one for position, one in stale.items() if one.answer}
    if unreadable or stale:
        return _not_all_saved(request, shown, stale, unreadable, device)
    go = request.POST.get("go", "")
    if go == "submit":
        return redirect("exam_submit", attempt.pk)
    if go == "next" and shown.is_forward:
        services.move_on(attempt=attempt, position=attempt.reached)
        return redirect("exam_sitting", attempt.pk)
    address = reverse("exam_sitting", args=[attempt.pk])
    place = go if go.isdecimal() and 1 <= int(go) <= shown.count else request.POST.get("clear", "")
    return redirect(f"{address}#q{place}" if place.isdecimal() else address)


def _not_all_saved(
    request: HttpRequest,
    shown: Sitting,
    stale: dict[int, Told],
    unreadable: list[int],
    device: str,
) -> HttpResponse:
    """The form once more, with what the member wrote; nothing is overwritten unasked."""
    for position in unreadable:
        words = _("第 %(number)s 题没有保存：填写的格式不对，请改正后再保存。")
        messages.error(request, words % {"number": position})
    for position in stale:
        words = _(
            "第 %(number)s 题在别处有更新的答案。这里是您刚才填写的，还没有保存；"
            "再保存一次就以这里为准。"
        )
        messages.error(request, words % {"number": position})
    paper = services.paper_of(shown.exam)
    fresh = services.open_sitting(attempt=shown.attempt, device=device)
    questions = [
        replace(
            question,
            written=paper.written(
                shown.attempt.items, question.asked.position, stale[question.asked.position].answer
            ),
        )
        if question.asked.position in stale
        else question
        for question in fresh.questions
    ]
    return _sitting_page(request, replace(fresh, questions=questions), device, status=409)


@access(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Ask once more before handing in; a POST hands in. The page's script does it by its route."""
    attempt = _own(request, attempt_id)
    if request.method != "POST":
        try:
            shown = services.open_sitting(attempt=attempt, device=_device(request, attempt.exam)[1])
        except AttemptClosedError:
            return redirect("exam_receipt", attempt_id)
        except OtherDeviceError as refused:
            messages.error(request, refused.message)
            return redirect("exam", attempt.exam_id)
        return render(request, "exams/submit.html", _before_submitting(shown))
    try:
        services.submit_attempt(attempt=attempt, device=_device(request, attempt.exam)[1])
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect("exam_submit", attempt_id)
    return redirect("exam_receipt", attempt_id)


@access(SIGNED_IN)
@never_cache
@require_safe
def state(request: HttpRequest, attempt_id: UUID) -> JsonResponse:
    """What the server knows: the clock, and what is kept of the questions that may be shown."""
    attempt = _own(request, attempt_id)
    device = _device(request, attempt.exam)[1]
    try:
        shown = services.open_sitting(attempt=attempt, device=device)
    except AttemptClosedError as refused:
        url = reverse("exam_receipt", args=[attempt_id])
        return JsonResponse({"open": False, "error": refused.message, "url": url})
    except OtherDeviceError as refused:
        return JsonResponse({"error": refused.message}, status=403)
    return JsonResponse(
        {
            "open": True,
            "ticket": _ticket(attempt, device),
            "tab": "" if attempt.tab is None else str(attempt.tab),
            "remainingMs": shown.remaining_ms,
            "answers": [
                {
                    "position": question.asked.position,
                    "revision": question.revision,
                    "answer": question.written,
                    "flagged": question.is_flagged,
                }
                for question in shown.questions
            ],
        }
    )


@access(SIGNED_IN)
@never_cache
@require_POST
def take_over(request: HttpRequest, attempt_id: UUID) -> JsonResponse:
    """Go on in this tab; the other is told at its next save."""
    attempt = _own(request, attempt_id)
    try:
        tab = UUID(json.loads(request.body)["tab"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"error": _("请刷新页面后再试。")}, status=422)
    services.take_over(attempt=attempt, tab=tab)
    return JsonResponse({"tab": str(tab)})


@access(SIGNED_IN)
@never_cache
@require_safe
def receipt(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The receipt: its number, when and how it was handed in, how many answers count."""
    attempt = _own(request, attempt_id)
    if attempt.state == AttemptState.OPEN and not services.finish_if_over(attempt):
        return redirect("exam_sitting", attempt_id)
    context = {
        "attempt": attempt,
        "exam": attempt.exam,
        "answered": queries.answered_count(attempt.pk),
        "count": len(attempt.items),
    }
    return render(request, "exams/receipt.html", context)


# --- What the pages need --------------------------------------------------------------------------


def _sitting_page(
    request: HttpRequest, shown: Sitting, device: str, *, status: int = 200
) -> HttpResponse:
    attempt = shown.attempt
    address = reverse("exam_sitting", args=[attempt.pk])
    config = {
        "attempt": str(attempt.pk),
        "ticket": _ticket(attempt, device),
        "tab": "" if attempt.tab is None else str(attempt.tab),
        "pageUrl": address,
        "answersUrl": f"{PREFIX}{attempt.pk}{SUFFIX}",
        "stateUrl": reverse("exam_state", args=[attempt.pk]),
        "takeOverUrl": reverse("exam_take_over", args=[attempt.pk]),
        "remainingMs": shown.remaining_ms,
        "watched": shown.exam.fairness != Fairness.NONE,
        "forward": shown.is_forward,
        "strings": sitting_words(),
    }
    return HttpResponse(sitting_page(request, shown, config, address), status=status)


def _before_submitting(shown: Sitting) -> dict[str, Any]:
    attempt = shown.attempt
    unanswered = [one.asked.position for one in shown.questions if not one.is_answered]
    return {
        "sitting": shown,
        "exam": shown.exam,
        "attempt": attempt,
        "unanswered": unanswered,
        "flagged": [one.asked.position for one in shown.questions if one.is_flagged],
        "minutes": shown.minutes,
    }


def _ticket(attempt: Attempt, device: str) -> str:
    bound = device if attempt.exam.fairness == Fairness.ONE_DEVICE else ""
    expires = int(clock.now().timestamp()) + TICKET_SECONDS
    return issue_ticket(Ticket(attempt.pk.hex, attempt.member_id, bound, expires))


def _device(request: HttpRequest, exam: Exam) -> tuple[str, str]:
    """The browser's number, and what is written down of it: the same all through one exam."""
    number = number_of(request)
    return number, mark(number, exam.opens_at.year)


def _milliseconds(length: dt.timedelta) -> int:
    return round(length.total_seconds() * 1000)


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _exam(request: HttpRequest, exam_id: int) -> Exam:
    found = queries.exam_to_sit(request.user, exam_id)
    if found is None:
        raise Http404
    return found


def _own(request: HttpRequest, attempt_id: UUID) -> Attempt:
    attempt = queries.own_attempt(request.user, attempt_id)
    if attempt is None:
        raise Http404
    return attempt
