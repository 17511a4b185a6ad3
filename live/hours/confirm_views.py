"""The page on which the second person reads a meeting room's list, and confirms or sends back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from exams.gatherings.words import difference
from live.classroom.views import person
from live.hours import confirm_services, queries, rules, words
from live.hours.models import Venue
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError

LONGEST_REASON = 200


@access(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, venue_id: int) -> HttpResponse:
    """For who looks after the branch and for the witness; nobody else finds it."""
    venue = queries.venue_to_confirm(request.user, venue_id)
    if venue is None:
        raise Http404
    if request.method == "POST":
        return _pressed(request, venue)
    present = list(queries.list_of(venue))
    counted = difference(len(present), venue.heads, _("现场"))
    context = {
        "venue": venue,
        "live": venue.live_class,
        "present": present,
        "state": words.state_of(venue),
        "difference": counted,
        "digest": queries.digest_of(venue),
        "awaits": rules.awaits_confirmation(venue),
        "can_confirm": rules.can_confirm(request.user, venue),
        "is_overseer": rules.can_host(request.user, venue.branch),
    }
    return render(request, "live/venue_confirm.html", context)


def _pressed(request: HttpRequest, venue: Venue) -> HttpResponse:
    by = person(request)
    reason = " ".join(request.POST.get("reason", "").split())[:LONGEST_REASON]
    try:
        if "refuse" in request.POST:
            if not reason:
                raise DomainError(_("请写明哪里不对，主持人才能改。"))
            confirm_services.refuse_list(by=by, venue=venue, reason=reason)
            messages.success(request, _("已退回，主持人会看到原因。"))
        else:
            count = confirm_services.confirm_list(
                by=by, venue=venue, digest=request.POST.get("digest", "")
            )
            said = ngettext(
                "已确认 %(count)d 人，课后学时自动入账。",
                "已确认 %(count)d 人，课后学时自动入账。",
                count,
            )
            messages.success(request, said % {"count": count})
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("live:venue_confirm", venue.pk)
