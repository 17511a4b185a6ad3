"""The host's pages: the list, one gathering, its screen, its people, its sheet."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.gatherings import queries, rules, screen, services, words
from exams.gatherings.forms import KIND_FORMS, NamedForm, RoomForm
from exams.gatherings.models import Gathering, GatheringState
from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import BOARD

A_PAGE = 20
# So many names are ticked on one page; more are found by name or come on paper.
MOST_TICKED = 120
BESIDE_VIDEO = 9

VERBS: dict[str, Callable[..., None]] = {
    "open": services.open_gathering,
    "close": services.close_gathering,
    "cancel": services.cancel_gathering,
    "again": services.hand_in_again,
}


@access(BOARD)
@require_safe
def gatherings(request: HttpRequest) -> HttpResponse:
    """What the branches one looks after have held and plan, the latest first."""
    only_waiting = request.GET.get("show") == "waiting"
    found = queries.gatherings_listed(request.user, only_waiting=only_waiting)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "gatherings/list.html",
        {
            "page": page,
            "rows": [{"gathering": row, "state": words.state_of(row)} for row in page.object_list],
            "only_waiting": only_waiting,
        },
    )


@access(BOARD)
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Plan one in front of a screen, or write down one that has been."""
    form_class = KIND_FORMS.get(kind)
    if form_class is None:
        raise Http404
    by = person(request)
    form = form_class(request.POST or None, by=by)
    if form.is_valid():
        try:
            made = services.create_gathering(by=by, kind=kind, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("gatherings:gathering", made.pk)
    return _form_page(request, form, kind=kind)


@access(BOARD)
def edit(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """Correct what was planned or written down."""
    known = hosted(request, gathering_id)
    by = person(request)
    form = KIND_FORMS[known.kind](request.POST or None, by=by, known=known)
    if form.is_valid():
        try:
            services.correct_gathering(
                gathering=known, by=by, **{"starts_at": known.starts_at, **form.said()}
            )
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("gatherings:gathering", known.pk)
    return _form_page(request, form, kind=known.kind, known=known)


@access(BOARD)
@never_cache
@require_safe
def gathering(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """One gathering; `?mode=screen` is for the projector, which asks for its parts anew."""
    if request.GET.get("mode") == "screen":
        return _screen(request, hosted(request, gathering_id))
    found = queries.gathering_for(request.user, gathering_id)
    if found is None:
        raise Http404
    is_host = rules.can_host(request.user, found.branch)
    presences = queries.presences_shown(request.user, found, is_host=is_host)
    context: dict[str, Any] = {
        "gathering": found,
        "state": words.state_of(found),
        "length": words.length_of(found),
        "is_host": is_host,
        "people": _told(presences),
        "hours": queries.hours_of(found) if found.closed_at else None,
        "differences": words.differences(len(presences), found.middle_count, found.end_count)
        if is_host
        else [],
    }
    if is_host:
        context |= _host_context(request, found, len(presences))
    return render(request, "gatherings/gathering.html", context)


@access(BOARD)
@require_POST
def move(request: HttpRequest, gathering_id: int, verb: str) -> HttpResponse:
    """Press one of the buttons that lead from state to state."""
    found = hosted(request, gathering_id)
    if verb not in VERBS:
        raise Http404
    with_words(request, lambda: VERBS[verb](gathering=found, by=person(request)))
    address = reverse("gatherings:gathering", args=[found.pk])
    return redirect(f"{address}?mode=screen" if request.POST.get("mode") == "screen" else address)


@access(BOARD)
@require_POST
def room(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """Head-counts and the witness."""
    found = hosted(request, gathering_id)
    form = RoomForm(request.POST, witnesses=_witnesses(found))
    if form.is_valid():
        with_words(
            request,
            lambda: services.record_room(gathering=found, by=person(request), **form.said()),
            _("清点已记录。"),
        )
    else:
        messages.error(request, _("人数请填 0 到 9999 的整数，见证人请从名单中选。"))
    return redirect("gatherings:gathering", found.pk)


@access(BOARD)
@require_safe
def sheet(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """The sheet that is signed on paper: everybody of the branch that day, and the guests."""
    found = hosted(request, gathering_id)
    presences = {row.member_id: row for row in queries.presences_of(found)}
    lines = [
        {"member": member, "presence": presences.pop(member.pk, None)}
        for member in queries.sheet_members(found)
    ]
    lines += [{"member": row.member, "presence": row} for row in presences.values()]
    present = sum(1 for line in lines if line["presence"])
    return render(
        request,
        "gatherings/sheet.html",
        {
            "gathering": found,
            "length": words.length_of(found),
            "lines": lines,
            "present": present,
            "differences": words.differences(present, found.middle_count, found.end_count),
        },
    )


@access(BOARD)
@never_cache
def video(request: HttpRequest, gathering_id: int) -> JsonResponse:
    """The screen's player: where the video is, now and when the link has grown old."""
    found = hosted(request, gathering_id)
    link = screen.video_link(found, person(request))
    if link is None:
        raise Http404
    address = reverse("gatherings:video", args=[found.pk])
    return JsonResponse(
        {
            **link,
            "session": str(found.pk),
            "token": "",
            "settleUrl": address,
            "playlistUrl": address,
            "resumeMs": 0,
            "covered": [],
            "completed": True,
            "resumed": False,
        }
    )


# --- Putting together -----------------------------------------------------------------------------


def with_words(request: HttpRequest, act: Callable[[], str | None], done: str = "") -> None:
    """Do it; say what came of it, or why not."""
    try:
        said = act() or done
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        if said:
            messages.success(request, said)


def person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def hosted(request: HttpRequest, gathering_id: int) -> Gathering:
    found = queries.gathering_for(request.user, gathering_id, hosted=True)
    if found is None:
        raise Http404
    return found


def _told(presences: list[Any]) -> list[dict[str, Any]]:
    return [{"row": row, "how": words.how_sentence(row)} for row in presences]


def _witnesses(gathering: Gathering) -> list[tuple[int, str]]:
    return [(row.member_id, row.member.name) for row in queries.possible_witnesses(gathering)]


def _host_context(request: HttpRequest, gathering: Gathering, present: int) -> dict[str, Any]:
    named = request.GET.get("name", "").strip()[:60]
    takes_entries = rules.takes_entries(gathering)
    absent = list(queries.absent_members(gathering, named=named)[: MOST_TICKED + 1])
    return {
        "expected": queries.expected_count(gathering),
        "present": present,
        "takes_entries": takes_entries,
        "is_late": rules.is_late_now(gathering),
        "absent": absent[:MOST_TICKED] if takes_entries else [],
        "more_absent": len(absent) > MOST_TICKED,
        "named": named,
        "named_form": NamedForm(),
        "room_form": RoomForm(
            initial={
                "middle_count": gathering.middle_count,
                "end_count": gathering.end_count,
                "witness": gathering.witness_id or "",
            },
            witnesses=_witnesses(gathering),
        ),
        "scans": list(queries.scans_of(gathering)),
        "awaits": rules.awaits_confirmation(gathering),
        "can_confirm": rules.can_confirm(request.user, gathering),
        "can_correct": rules.can_be_corrected(gathering),
    }


def _screen(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    now = clock.now()
    is_open = gathering.state == GatheringState.OPEN
    presences = list(queries.presences_of(gathering))
    beside_video = request.GET.get("beside") == "video"
    part = getattr(request, "htmx", False)
    player = beside_video if part else screen.video_config(gathering, person(request))
    context: dict[str, Any] = {
        "gathering": gathering,
        "state": words.state_of(gathering),
        "is_open": is_open,
        "player": player,
        # Beside a video there is room for those who came last.
        "shown": presences[: -BESIDE_VIDEO - 1 : -1] if player else presences,
        "present": len(presences),
        "expected": queries.expected_count(gathering),
    }
    if is_open:
        link = request.build_absolute_uri(screen.link_path(gathering, now))
        context |= {
            "link": link,
            "drawing": screen.qr_drawing(link),
            "code": screen.code_shown(gathering, now),
            "join_address": request.get_host() + reverse("gatherings:join"),
        }
    return render(
        request, "gatherings/parts/live.html" if part else "gatherings/screen.html", context
    )


def _form_page(
    request: HttpRequest, form: Any, *, kind: str, known: Gathering | None = None
) -> HttpResponse:
    return render(
        request,
        "gatherings/form.html",
        {"form": form, "kind": kind, "known": known},
        status=422 if form.errors else 200,
    )
