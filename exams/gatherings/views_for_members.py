"""The phone's pages: scan, type the code, help somebody, what one was at, and confirming."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.credit.words import limit_sentence
from exams.gatherings import presence_services, queries, rules, services, words
from exams.gatherings.forms import NamedForm
from exams.gatherings.models import Gathering, GatheringState
from exams.gatherings.presence_services import MOST_HELPED, SCAN_LASTS
from exams.gatherings.tokens import is_token
from exams.gatherings.views import person, with_words
from lms.core import clock
from lms.core.access import PUBLIC, SIGNED_IN, access
from lms.core.errors import DomainError

SCANNED = "gathering_scanned"
A_PAGE = 20


@access(PUBLIC)
@never_cache
@require_safe
def scan(request: HttpRequest, gathering_id: int, token: str) -> HttpResponse:
    """Where the code on the screen leads: who came in time may sign in first, then say yes.

    The same answer whether there is no such gathering, it is over, or the link is old.
    """
    now = clock.now()
    fresh = is_token(queries.token_key(), gathering_id, token, now.timestamp())
    if not fresh or queries.open_gathering(gathering_id) is None:
        return render(request, "gatherings/scan_over.html", status=410)
    request.session[SCANNED] = [gathering_id, now.timestamp()]
    return redirect("gatherings:join")


@access(SIGNED_IN)
@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """One big button for who has scanned; six digits for who has not."""
    member = person(request)
    scanned = _scanned(request)
    if request.method == "POST":
        code = request.POST.get("code", "").strip()
        try:
            if code:
                presence = presence_services.join_by_code(member=member, code=code)
            elif scanned is not None:
                presence = presence_services.join_by_scan(
                    member=member, gathering_id=scanned[0].pk, scanned_at=scanned[1]
                )
            else:
                messages.error(request, _("请输入屏幕上的六位签到码，或重新扫码。"))
                return redirect("gatherings:join")
        except DomainError as refused:
            messages.error(request, refused.message)
            return redirect("gatherings:join")
        request.session.pop(SCANNED, None)
        return redirect("gatherings:joined", presence.gathering_id)
    found = scanned[0] if scanned else None
    if found is not None and queries.presence_of(found, member) is not None:
        return redirect("gatherings:joined", found.pk)
    return render(request, "gatherings/join.html", {"gathering": found})


@access(SIGNED_IN)
@never_cache
def joined(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """On the list: what for, since when; and whom one sits beside."""
    member = person(request)
    own = queries.presences_of_member(member).filter(gathering_id=gathering_id).first()
    if own is None:
        raise Http404
    gathering = own.gathering
    if request.method == "POST":
        form = NamedForm(request.POST)

        def help_in() -> str:
            said = form.data
            presence_services.help_join(
                by=member,
                gathering=gathering,
                number=said.get("number", "")[:32],
                name=said.get("name", "")[:60],
            )
            return _("已帮%(name)s签到，记录上写着你们两个人的名字。") % {
                "name": said.get("name", "")
            }

        with_words(request, help_in)
        return redirect("gatherings:joined", gathering.pk)
    entry = queries.entries_for(member, [gathering.pk]).get(gathering.pk)
    return render(
        request,
        "gatherings/joined.html",
        {
            "presence": own,
            "entry": entry,
            "limit": limit_sentence(entry) if entry else "",
            "gathering": gathering,
            "how": words.how_sentence(own),
            "state": words.state_of(gathering),
            "helped": queries.helped_by(gathering, member),
            "may_help": gathering.state == GatheringState.OPEN,
            "most_helped": MOST_HELPED,
            "form": NamedForm(),
        },
    )


@access(SIGNED_IN)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Where the member has been, and what waits for the member's word as witness."""
    member = person(request)
    page = Paginator(queries.presences_of_member(member), A_PAGE).get_page(request.GET.get("page"))
    rows: list[Any] = list(page.object_list)
    entries = queries.entries_for(member, [row.gathering_id for row in rows])
    return render(
        request,
        "gatherings/mine.html",
        {
            "page": page,
            "rows": [
                {
                    "row": row,
                    "entry": entries.get(row.gathering_id),
                    "state": words.state_of(row.gathering),
                    "how": words.how_sentence(row),
                }
                for row in rows
            ],
            "to_witness": list(queries.gatherings_to_witness(member)),
        },
    )


@access(SIGNED_IN)
@never_cache
def confirm(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """The second person reads the record, and confirms it or sends it back."""
    by = person(request)
    gathering = queries.gathering_to_confirm(by, gathering_id)
    if gathering is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, gathering)
    presences = list(queries.presences_of(gathering))
    for row in presences:
        row.gathering = gathering
    scans = list(queries.scans_of(gathering))
    is_overseer = rules.can_host(by, gathering.branch)
    return render(
        request,
        "gatherings/confirm.html",
        {
            "gathering": gathering,
            "state": words.state_of(gathering),
            "length": words.length_of(gathering),
            "hours": queries.hours_of(gathering),
            "people": [{"row": row, "how": words.how_sentence(row)} for row in presences],
            "waiting": sum(1 for row in presences if row.confirmed_at is None),
            "differences": words.differences(
                len(presences), gathering.middle_count, gathering.end_count
            ),
            "lesson": queries.shown_lesson(gathering),
            "scans": scans if is_overseer else [],
            "is_overseer": is_overseer,
            "digest": queries.digest_of(gathering, presences, scans),
            "awaits": rules.awaits_confirmation(gathering),
            "can_confirm": rules.can_confirm(by, gathering),
        },
    )


def _decide(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    by = person(request)
    reason = request.POST.get("reason", "").strip()[:200]
    if "refuse" in request.POST:
        if not reason:
            messages.error(request, _("退回要写明哪里不对，登记的人才知道怎么改。"))
        else:
            with_words(
                request,
                lambda: services.refuse_gathering(gathering=gathering, by=by, reason=reason),
                _("已退回，请登记的人更正后重新提交。"),
            )
    else:
        with_words(
            request,
            lambda: _confirmed(
                services.confirm_gathering(
                    gathering=gathering, by=by, digest=request.POST.get("digest", "")
                )
            ),
        )
    return redirect("gatherings:confirm", gathering.pk)


def _confirmed(count: int) -> str:
    return _("已确认 %(count)s 人，学时随即记入各人档案。") % {"count": count}


def _scanned(request: HttpRequest) -> tuple[Gathering, dt.datetime] | None:
    """The open gathering this browser has scanned in time, and when."""
    gathering_id, seconds = request.session.get(SCANNED, (0, 0.0))
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    if not gathering_id or clock.now() > at + SCAN_LASTS:
        return None
    found = queries.open_gathering(gathering_id)
    return (found, at) if found else None
