"""The page from which a member subscribes, and the feed a calendar program fetches."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live.calendar import queries, services
from live.calendar.feeds import Entry, calendar_of
from live.classroom.models import ClassState, LiveClass
from live.classroom.queries import planned_end
from live.classroom.views import person
from lms.core import clock
from lms.core.access import PUBLIC, SIGNED_IN, access


@access(SIGNED_IN)
@never_cache
def subscribe(request: HttpRequest) -> HttpResponse:
    """Get an address, another one, or none; it is shown once."""
    member = person(request)
    address = ""
    if request.method == "POST":
        if request.POST.get("do") == "stop":
            services.take_back(member=member)
            messages.success(request, _("已停用，原来的地址不能再用。"))
            return redirect("live:calendar")
        secret = services.give_address(member=member)
        address = request.build_absolute_uri(reverse("live:calendar_feed", args=[secret]))
    context = {"address": address, "has_feed": queries.has_feed(member)}
    return render(request, "live/calendar.html", context)


@access(PUBLIC)
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The classes of whoever the address was given to; calendar programs do not sign in."""
    member = queries.member_of(secret)
    if member is None:
        raise Http404
    entries = [_entry(request, found) for found in queries.classes_in_calendar(member)]
    content = calendar_of(entries, name=_("网上党校直播课"), now=clock.now())
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, max-age=600"
    return answer


def _entry(request: HttpRequest, found: LiveClass) -> Entry:
    return Entry(
        uid=f"live-{found.room}@{request.get_host()}",
        starts_at=found.starts_at,
        ends_at=planned_end(found),
        title=found.title,
        about=_("主讲 %(name)s · %(branch)s")
        % {"name": found.teacher.name, "branch": found.branch.name},
        address=request.build_absolute_uri(reverse("live:room", args=[found.pk])),
        is_cancelled=found.state == ClassState.CANCELLED,
    )
