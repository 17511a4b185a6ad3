"""A meeting room: opened, its screen with the code, its list, and signing in by a phone."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.gatherings.screen import qr_drawing
from exams.gatherings.tokens import is_token, token_for
from live.classroom import page
from live.classroom.views import person, seen
from live.hours import queries, rules, venue_services, words
from live.hours.forms import HeadsForm, VenueForm
from live.hours.models import Venue
from lms.core import clock
from lms.core.access import PUBLIC, SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.queries import OVERSEEING, has_role

SCANNED = "live-venue-scanned"


@access(SIGNED_IN)
@never_cache
def start(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """Show the class in a meeting room of one's branch."""
    found = seen(request, live_class_id)
    if not has_role(request.user, OVERSEEING):
        raise Http404
    form = VenueForm(request.POST or None, by=request.user)
    if form.is_valid():
        try:
            venue = venue_services.open_venue(
                by=person(request), live_class=found, **form.cleaned_data
            )
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("live:venue_screen", venue.pk)
    own = queries.visible_venues(request.user).filter(live_class=found)
    context = {
        "live": found,
        "form": form,
        "venues": [(venue, words.state_of(venue)) for venue in own],
    }
    return render(request, "live/venue_new.html", context, status=422 if form.errors else 200)


@access(SIGNED_IN)
@never_cache
@require_safe
def screen(request: HttpRequest, venue_id: int) -> HttpResponse:
    """What the projector shows: the class, the code to scan, who is here."""
    venue = _kept(request, venue_id)
    context = {
        **_beside(request, venue),
        "live": venue.live_class,
        "is_own": venue.host_id == request.user.pk,
        "config": page.room_config(venue.live_class, person(request)),
    }
    return render(request, "live/venue_screen.html", context)


@access(SIGNED_IN)
@never_cache
@require_safe
def beside(request: HttpRequest, venue_id: int) -> HttpResponse:
    """The code of this moment and who is here, looked up again every few seconds."""
    venue = _kept(request, venue_id)
    return render(request, "live/parts/venue_beside.html", _beside(request, venue))


@access(SIGNED_IN)
@never_cache
@require_safe
def listed(request: HttpRequest, venue_id: int) -> HttpResponse:
    """The list: ticked by the host, counted, handed in."""
    venue = _kept(request, venue_id)
    takes = rules.takes_names(venue)
    context = {
        "venue": venue,
        "live": venue.live_class,
        "present": list(queries.list_of(venue)),
        "takes": takes,
        "absent": list(queries.absent_from(venue)) if takes else [],
        "heads": _heads_form(venue, initial={"heads": venue.heads, "witness": venue.witness_id})
        if takes
        else None,
        "state": words.state_of(venue),
        "awaits": rules.awaits_confirmation(venue),
        "can_confirm": rules.can_confirm(request.user, venue),
    }
    return render(request, "live/venue.html", context)


def _heads_form(venue: Venue, *said: Any, **more: Any) -> HeadsForm:
    possible = queries.possible_witnesses(venue)
    people = [(row.member_id, row.member.name) for row in possible]
    return HeadsForm(*said, witnesses=people, **more)


_WORDS: dict[str, Callable[[Any], str]] = {
    "tick": lambda count: (
        ngettext("登记了 %(count)d 人。", "登记了 %(count)d 人。", count) % {"count": count}
    ),
    "late": lambda count: (
        ngettext("登记了 %(count)d 人，从现在算起。", "登记了 %(count)d 人，从现在算起。", count)
        % {"count": count}
    ),
    "left": lambda _nothing: _("已记提前离开，时间算到现在。"),
    "off": lambda _nothing: _("已移出名单。"),
    "count": lambda _nothing: _("已记清点人数。"),
    "close": lambda _nothing: _("名单已交，等另一位书记、管理员或见证人确认，确认后学时自动入账。"),
    "take": lambda _nothing: _("现在由您的屏幕播放，会场时间按您的连接记。"),
}


@access(SIGNED_IN)
@require_POST
def do(request: HttpRequest, venue_id: int, verb: str) -> HttpResponse:
    """One button of the list."""
    venue = _kept(request, venue_id)
    if verb not in _WORDS:
        raise Http404
    try:
        told = _pressed(request, venue, verb)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _WORDS[verb](told))
    return redirect("live:venue_screen" if verb == "take" else "live:venue", venue.pk)


def _pressed(request: HttpRequest, venue: Venue, verb: str) -> Any:
    by = person(request)
    if verb in ("tick", "late"):
        ids = [int(each) for each in request.POST.getlist("member") if each.isdigit()]
        return venue_services.tick(by=by, venue=venue, member_ids=ids, is_late=verb == "late")
    if verb in ("left", "off"):
        number = request.POST.get("presence", "")
        service = venue_services.has_left if verb == "left" else venue_services.take_off
        return service(by=by, venue=venue, presence_id=int(number) if number.isdigit() else 0)
    if verb == "count":
        form = _heads_form(venue, request.POST)
        if not form.is_valid():
            raise DomainError(_("请填清点到的人数，0 到 9999。"))
        return venue_services.count_heads(by=by, venue=venue, **form.said())
    if verb == "take":
        return venue_services.take_over(by=by, venue=venue)
    return venue_services.hand_in(by=by, venue=venue)


@access(PUBLIC)
@never_cache
@require_safe
def scan(request: HttpRequest, venue_id: int, token: str) -> HttpResponse:
    """Where the code on the screen leads: who came in time may sign in first, then say yes.

    The same answer whether there is no such room, the class is over, or the link is old.
    """
    now = clock.now()
    fresh = is_token(queries.token_key(), venue_id, token, now.timestamp())
    if not fresh or queries.open_venue(venue_id) is None:
        return render(request, "gatherings/scan_over.html", status=410)
    request.session[SCANNED] = [venue_id, now.timestamp()]
    return redirect("live:venue_in")


@access(SIGNED_IN)
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """One big button for who has scanned; what to do for who has not."""
    member = person(request)
    venue_id, seconds = request.session.get(SCANNED, (0, 0.0))
    scanned_at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    venue = queries.open_venue(venue_id) if venue_id else None
    if request.method == "POST" and venue is not None:
        try:
            venue_services.sign_in(member=member, venue_id=venue.pk, scanned_at=scanned_at)
        except DomainError as refused:
            messages.error(request, refused.message)
            return redirect("live:venue_in")
        messages.success(request, _("已签到。坐好听课就行，不用再打开直播。"))
    seat = queries.seat_of(member, venue.live_class_id) if venue else None
    return render(request, "live/venue_in.html", {"venue": venue, "seat": seat})


def _kept(request: HttpRequest, venue_id: int) -> Venue:
    """The room if the person keeps its list; whoever does not does not find it."""
    venue = queries.venue_for(request.user, venue_id)
    if venue is None:
        raise Http404
    return venue


def _beside(request: HttpRequest, venue: Venue) -> dict[str, Any]:
    token = token_for(queries.token_key(), venue.pk, clock.now().timestamp())
    link = request.build_absolute_uri(reverse("live:venue_scan", args=[venue.pk, token]))
    present = list(queries.list_of(venue))
    return {
        "venue": venue,
        "is_open": queries.open_venue(venue.pk) is not None,
        "link": link,
        "drawing": qr_drawing(link),
        "present": present,
    }
