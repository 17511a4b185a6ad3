"""The bank for the studio, what the replay asks again, and the results of a class."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from live.checks import queries, services
from live.checks.counting import Tally
from live.checks.models import Check, CheckAnswer, CheckKind
from live.checks.verbs import sent_of
from live.checks.words import clock_of
from live.classroom.models import LiveClass
from live.classroom.views import person, said_in, seen
from live.classroom.views_of_teacher import led
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.core.plain import Refused


@access(SIGNED_IN)
@never_cache
@require_safe
def bank(request: HttpRequest, live_class_id: int) -> JsonResponse:
    """Questions that can be asked here."""
    led(request, live_class_id)
    wanted = request.GET.get("words", "")[:50].strip()
    return JsonResponse({"questions": queries.bank(request.user, wanted)})


@access(SIGNED_IN)
@never_cache
@require_safe
def cues(request: HttpRequest, live_class_id: int) -> JsonResponse:
    """What the replay asks and when, and one's own answers so far."""
    found = seen(request, live_class_id)
    listed = [{"check": cue.check_id, "at": cue.at, **cue.said} for cue in queries.cues(found)]
    return JsonResponse({"cues": listed, "answered": queries.answers_of(found, person(request).pk)})


@access(SIGNED_IN)
@require_POST
def later(request: HttpRequest, live_class_id: int, check_id: int) -> JsonResponse:
    """Answer one of them."""
    found = seen(request, live_class_id)
    if queries.check_in(found.pk, check_id) is None:
        raise Http404
    try:
        check, kept = services.answer_later(
            by=person(request), live_class=found, check_id=check_id, sent=sent_of(said_in(request))
        )
    except DomainError as refused:
        return JsonResponse({"error": refused.message}, status=409)
    except Refused as refused:
        return JsonResponse({}, status=refused.status)
    said = {**queries.mine(check, kept), "clock": clock_of(kept.at)}
    if check.kind == CheckKind.QUIZ:
        said["outcome"] = queries.outcome(check)
    return JsonResponse(said)


@access(SIGNED_IN)
@never_cache
@require_safe
def results(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """What was asked and answered, and where people did not follow; kept with the class."""
    found = led(request, live_class_id)
    minutes = queries.puzzled_minutes(found)
    asked = list(queries.checks_of(found))
    tallies, present = queries.tallies_of(asked), queries.roll_answers(found)
    context = {
        "live": found,
        "rows": [_row(check, tallies[check.pk], present.get(check.pk, [])) for check in asked],
        "minutes": minutes,
        "most": max((row["count"] for row in minutes), default=0),
    }
    return render(request, "live/checks.html", context)


def _row(check: Check, counted: Tally, present: list[CheckAnswer]) -> dict[str, Any]:
    said = queries.outcome(check, counted) if check.kind != CheckKind.ROLL else {}
    shown = queries.public(check)
    written = [
        {"text": one.text, "count": one.count, "is_right": one.is_right} for one in counted.written
    ]
    labels = {"true": _("对"), "false": _("错")} if check.type == "true_false" else {}
    counts = said.get("counts", [])
    return {
        "check": check,
        "answered": said.get("answered", 0),
        "options": written
        or [
            {
                "text": labels.get(text, text),
                "count": count,
                "is_right": place in said.get("right", []),
            }
            for place, (text, count) in enumerate(
                zip(shown.get("options", []), counts, strict=True)
            )
        ],
        "present": present,
    }


def part_config(live_class: LiveClass, member: Any, leads: bool) -> dict[str, Any]:
    """What the part of the room is told at first."""
    return {
        "answered": queries.answers_of(live_class, member.pk),
        "bank": reverse("live:checks_bank", args=[live_class.pk]) if leads else "",
    }
