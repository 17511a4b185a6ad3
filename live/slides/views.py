"""The addresses of slides: the lists the room asks for, and the page where decks are brought."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from live.classroom import rules
from live.classroom.views import person, seen
from live.classroom.views_of_teacher import led
from live.slides import queries, reading, services
from live.slides.models import DeckState
from live.slides.words import MOST_MEGABYTES
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError


@access(SIGNED_IN)
@never_cache
@require_safe
def listed(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """JSON: where the pictures lie, and the decks for who leads."""
    found, by = seen(request, live_class_id), person(request)
    return JsonResponse(reading.listed(found, by, rules.can_lead(by, found)))


@access(SIGNED_IN)
@never_cache
@require_safe
def marks(request: HttpRequest, live_class_id: int, slide_id: int) -> HttpResponse:
    """JSON: what stands on a page, and the number of the event it is true after."""
    found, by = seen(request, live_class_id), person(request)
    slide = queries.slide_of(found.pk, slide_id)
    if slide is None:
        raise Http404
    if not rules.can_lead(by, found) and not queries.was_shown(found.pk, slide.pk):
        raise Http404
    # The number is read before what it stands for: what comes between is said twice, never left.
    return JsonResponse({"seq": found.last_seq, "marks": queries.marks_on(found, slide.pk)})


@access(SIGNED_IN)
@never_cache
@require_safe
def people(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """JSON: who is in the room, to be given the pen."""
    found = led(request, live_class_id)
    there = queries.people_in(found.pk)
    return JsonResponse({"people": [{"id": each.pk, "name": each.name} for each in there]})


@access(SIGNED_IN)
@require_POST
def add(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """One PDF or some pictures."""
    found = led(request, live_class_id)
    files = request.FILES.getlist("file")
    return _answer(
        request,
        found.pk,
        lambda: services.add_deck(by=person(request), live_class=found, files=files),
    )


@access(SIGNED_IN)
@require_POST
def deck(request: HttpRequest, live_class_id: int, deck_id: int, verb: str) -> HttpResponse:
    """A button of a deck: up, down, remove."""
    found = led(request, live_class_id)
    known = queries.deck_of(found, deck_id)
    if known is None or verb not in ("up", "down", "remove"):
        raise Http404
    by = person(request)

    def press() -> None:
        if verb == "remove":
            services.remove_deck(by=by, live_class=found, deck=known)
        else:
            services.move_deck(by=by, live_class=found, deck=known, up=verb == "up")

    return _answer(request, found.pk, press)


def _answer(request: HttpRequest, live_class_id: int, press: Any) -> HttpResponse:
    try:
        press()
        refusal = ""
    except DomainError as refused:
        refusal = refused.message
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": refusal}, status=422 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    return redirect("live:slides_prepare", live_class_id)


@access(SIGNED_IN)
@never_cache
@require_safe
def prepare(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """Decks before a class: bring them, look at them, put them in order."""
    found = led(request, live_class_id)
    decks = queries.decks_of(found)
    context = {
        "live": found,
        "decks": decks,
        "base": reading.base(found, person(request)),
        "can_add": found.state not in services.OVER,
        "is_making": any(each.state == DeckState.MAKING for each in decks),
        "most": MOST_MEGABYTES,
        "empty": _("还没有课件"),
    }
    return render(request, "live/slides.html", context)
