"""Everybody's pages of live classes: which there are, and the room, which is the replay later."""

import json
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from live.classroom import page, presence, queries, rules, saying, standing
from live.classroom.models import ClassState, LiveClass
from live.classroom.words import TONES
from lms.core.access import SIGNED_IN, access
from lms.core.plain import Refused
from lms.members.models import Member
from lms.members.queries import OVERSEEING, has_role
from media_pipeline.rules import LECTURES

A_PAGE = 20
MOST_COMING = 50
MOST_SAID_BYTES = 16_384


@access(SIGNED_IN)
@require_safe
def classes(request: HttpRequest) -> HttpResponse:
    """What is on the air, what comes next, and what can be watched again."""
    past = Paginator(queries.past_classes(request.user), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "coming": rows_of(queries.coming_classes(request.user)[:MOST_COMING]),
        "past": rows_of(past.object_list),
        "page": past,
        "can_teach": LECTURES.allows(request.user),
    }
    return render(request, "live/list.html", context)


@access(SIGNED_IN)
@never_cache
@require_safe
def room(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """Before the class, during it, and its replay afterwards: one address for all of it."""
    found = seen(request, live_class_id)
    by = person(request)
    context: dict[str, Any] = {
        "live": found,
        "tone": TONES[ClassState(found.state)],
        "can_lead": rules.can_lead(by, found),
        "looks_after": has_role(by, OVERSEEING),
    }
    if found.state == ClassState.CLOSED:
        config = page.room_config(found, by)
        context["is_sent"] = bool(queries.takes_of(found))
        return render(request, "live/replay.html", {**context, "config": config})
    if found.state == ClassState.CANCELLED:
        return render(request, "live/cancelled.html", context)
    return render(request, "live/room.html", {**context, "config": page.room_config(found, by)})


@access(SIGNED_IN)
@never_cache
@require_safe
def address(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """Fresh addresses of the segments, for a page that has been open for long."""
    found = seen(request, live_class_id)
    return JsonResponse({"state": found.state, **page.addresses(found, person(request))})


@access(SIGNED_IN)
@require_POST
def say(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """What the socket takes, where sockets are blocked."""
    try:
        return JsonResponse(
            saying.say(by=person(request), live_class_id=live_class_id, said=said_in(request) or {})
        )
    except Refused as refused:
        return JsonResponse({}, status=refused.status)


def said_in(request: HttpRequest) -> dict[str, Any] | None:
    """The JSON object a page of ours sent; None for anything else."""
    try:
        said = json.loads(request.body) if len(request.body) <= MOST_SAID_BYTES else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


@access(SIGNED_IN)
@require_POST
def events(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """What the socket tells after the number `after`, where sockets are blocked; a sign of life."""
    found = seen(request, live_class_id)
    asked = request.POST.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= 9 else 0
    device = presence.device_named(request.POST.get("device", ""))
    presence.poll(live_class_id=found.pk, member_id=person(request).pk, device=device)
    return JsonResponse(standing.now(found.pk, after))


def seen(request: HttpRequest, live_class_id: int) -> LiveClass:
    found = queries.class_for(request.user, live_class_id)
    if found is None:
        raise Http404
    return found


def person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def rows_of(classes: Any) -> list[dict[str, Any]]:
    return [{"live": row, "tone": TONES[ClassState(row.state)]} for row in classes]
