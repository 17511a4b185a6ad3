"""Who was there: for who holds the class all, for a secretary the own members, for each oneself."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live.classroom.models import LiveClass
from live.classroom.views import person, seen
from live.hours import queries, rules, words
from live.hours.chart import chart_of
from live.hours.counting import Frame, per_minute
from live.hours.export import attendance_sheet
from live.hours.queries import Attended
from lms.core.access import SIGNED_IN, access
from lms.core.design.drawing import strip_parts
from lms.members.queries import visible_branches


@access(SIGNED_IN)
@never_cache
@require_safe
def attendance(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """Curve, strips and rooms, with the rule in plain words."""
    found = seen(request, live_class_id)
    sees_others = rules.can_see_others(request.user, found)
    held = queries.frame_of(found)
    people = _people(request, found, held)
    rows = [words.row_of(each, found.counts_percent) for each in people]
    if held is not None:
        for row in rows:
            row["parts"] = _strip(row["spans"], held)
    context = {
        "live": found,
        "rows": rows,
        "counted": sum(row["counts"] for row in rows),
        "sees_others": sees_others,
        "own": next((row for row in rows if row["person"].pk == request.user.pk), None),
        "rules": words.rules(found.counts_percent),
        "minutes": queries.minutes_of(found, held) if held else 0,
        "hours": queries.hours_of(found, held) if held else 0,
        "chart": _chart(people, held) if held and sees_others else None,
        "venues": _venues(request, found) if sees_others else [],
    }
    return render(request, "live/attendance.html", context)


@access(SIGNED_IN)
@require_safe
def export(request: HttpRequest, live_class_id: int) -> FileResponse:
    """The same as a file."""
    found = seen(request, live_class_id)
    if not rules.can_see_others(request.user, found):
        raise Http404
    people = _people(request, found, queries.frame_of(found))
    rows = [words.row_of(each, found.counts_percent) for each in people]
    return FileResponse(
        attendance_sheet(found, rows),
        as_attachment=True,
        filename=_("%(title)s到课情况.xlsx") % {"title": found.title},
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _people(request: HttpRequest, found: LiveClass, held: Frame | None) -> list[Attended]:
    """Those the asker may see."""
    if rules.can_see_all(request.user, found):
        return queries.attendance_of(found, held=held)
    mine = queries.members_overseen(person(request), found)
    return queries.attendance_of(found, held=held, members=mine)


def _venues(request: HttpRequest, found: LiveClass) -> list[Any]:
    if rules.can_see_all(request.user, found):
        return list(queries.venues_of(found))
    return list(queries.venues_of(found, visible_branches(request.user).order_by()))


def _strip(spans: Any, held: Frame) -> Any:
    zero = held.held.since
    covered = [
        ((span.since - zero).total_seconds(), (span.until - zero).total_seconds()) for span in spans
    ]
    return strip_parts(covered, held.held.length.total_seconds())


def _chart(people: list[Attended], held: Frame) -> Any:
    began = timezone.localtime(held.held.since)
    counts = per_minute((each.stay for each in people), held)
    return chart_of(counts, began=began, gaps=[(gap.since, gap.until) for gap in held.gaps])
