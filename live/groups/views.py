"""What the room asks of groups, in JSON: one's own, one of them, all of them for who leads."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live.classroom import rules as class_rules
from live.classroom.views import person, seen
from live.classroom.views_of_teacher import led
from live.groups import queries, rules
from live.groups.models import Group
from lms.core.access import SIGNED_IN, access


@access(SIGNED_IN)
@never_cache
@require_safe
def own(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """The group one sits in, with what was said `?after=` and the note."""
    found, by = seen(request, live_class_id), person(request)
    round_open = queries.open_round(found)
    group = queries.own_group(round_open, by) if round_open else None
    return JsonResponse(told(request, group) if group else {"group": None})


@access(SIGNED_IN)
@never_cache
@require_safe
def one(request: HttpRequest, live_class_id: int, group_id: int) -> HttpResponse:
    """Any group for who leads, one's own for the others."""
    found, by = seen(request, live_class_id), person(request)
    group = queries.group_of(found.pk, group_id)
    if group is None or not rules.can_enter(by, group, leads=class_rules.can_lead(by, found)):
        raise Http404
    return JsonResponse(told(request, group))


@access(SIGNED_IN)
@never_cache
@require_safe
def every(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """All groups of all rounds, with their notes."""
    return JsonResponse({"groups": queries.overview(led(request, live_class_id))})


def told(request: HttpRequest, group: Group) -> dict[str, Any]:
    after = request.GET.get("after", "0")
    note = queries.note_of(group)
    return {
        "group": group.pk,
        "number": group.number,
        "people": [member.name for member in queries.people_of(group)],
        "messages": [
            {"id": each.pk, "by": each.by.name, "byId": each.by_id, "text": each.text}
            for each in queries.messages_of(
                group, int(after) if after.isdecimal() and len(after) < 15 else 0
            )
        ],
        "note": {
            "revision": note.revision if note else 0,
            "text": note.text if note else "",
            "by": note.by.name if note else "",
        },
    }
