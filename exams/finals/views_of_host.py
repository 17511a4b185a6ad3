"""The host's pages: making ready, the console, the hall's screen, the record.

Any office holder of the branch is host: whose line drops is followed by another, who finds
everything where it was. A button says which question it was pressed for, so that two who press at
once do one thing.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import segno
from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import modelformset_factory
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.finals import deciding, page, play_services, queries, services
from exams.finals.course import STAKES, State
from exams.finals.forms import CorrectionForm, FinalForm, ReasonForm, RoundForm, VoidForm
from exams.finals.models import Final, FinalRound, FinalState
from exams.finals.views import A_PAGE, person
from exams.finals.words import TONES
from exams.gatherings.tokens import code_for, token_for
from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.rules import BOARD

SAID_ALOUD = ("begun", "asked", "voided", "corrected", "paused", "resumed", "finished", "cancelled")
MOST_LOGGED = 12


@access(BOARD)
@require_safe
def hosted(request: HttpRequest) -> HttpResponse:
    """What the branches one looks after hold, the latest first."""
    shown = Paginator(queries.finals_listed(request.user), A_PAGE).get_page(request.GET.get("page"))
    rows = [{"final": row, "tone": TONES[FinalState(row.state)]} for row in shown.object_list]
    return render(request, "finals/hosted.html", {"page": shown, "rows": rows})


@access(BOARD)
def new(request: HttpRequest) -> HttpResponse:
    """Plan one."""
    by = person(request)
    form = FinalForm(request.POST or None, by=by)
    if form.is_valid():
        try:
            made = services.create_final(by=by, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("finals:rounds", made.pk)
    return _form_page(request, form)


@access(BOARD)
def edit(request: HttpRequest, final_id: int) -> HttpResponse:
    """Correct one that nobody can come in to yet."""
    known = held(request, final_id)
    form = FinalForm(request.POST or None, by=person(request), known=known)
    if form.is_valid():
        try:
            services.change_final(by=person(request), final=known, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("finals:rounds", known.pk)
    return _form_page(request, form, known=known)


@access(BOARD)
def rounds(request: HttpRequest, final_id: int) -> HttpResponse:
    """How each section of the paper is asked."""
    known = held(request, final_id)
    form_set = modelformset_factory(FinalRound, RoundForm, extra=0)
    rows = queries.rounds_of(known)
    forms = form_set(request.POST or None, queryset=queries.rounds_in(known))
    if request.method == "POST" and forms.is_valid():
        said = {row.instance.position: row.said() for row in forms.forms}
        try:
            services.set_rounds(by=person(request), final=known, rounds=said)
        except DomainError as refused:
            messages.error(request, refused.message)
        return redirect("finals:console", known.pk)
    counts = queries.counts_left(known, State())
    pairs = [
        {"form": form, "round": row, "count": counts.get(row.section, 0)}
        for form, row in zip(forms.forms, rows, strict=True)
    ]
    return render(
        request,
        "finals/rounds.html",
        {"final": known, "forms": forms, "pairs": pairs},
        status=422 if forms.is_bound and not forms.is_valid() else 200,
    )


# --- While it goes on -----------------------------------------------------------------------------


@access(BOARD)
@never_cache
@require_safe
def console(request: HttpRequest, final_id: int) -> HttpResponse:
    """The host's desk: everything that can be pressed now, beside what everybody sees."""
    found = held(request, final_id)
    state = play_services.settled(found).state
    return render(
        request,
        "finals/console.html",
        {
            **_panel(found, state),
            "correction": CorrectionForm(
                sides=_sides(state), initial=_last(state), auto_id="correct-%s"
            ),
            "voiding": VoidForm(initial=_last(state), auto_id="void-%s"),
            "cancelling": ReasonForm(auto_id="cancel-%s"),
            "config": page.live_config(found, mode="host"),
            **page.standing(found, state, None),
        },
    )


@access(BOARD)
@never_cache
@require_safe
def panel(request: HttpRequest, final_id: int) -> HttpResponse:
    """The buttons alone, asked for again whenever something has happened."""
    found = held(request, final_id)
    state = play_services.settled(found).state
    return render(request, "finals/parts/panel.html", _panel(found, state))


@access(BOARD)
@never_cache
@require_safe
def screen(request: HttpRequest, final_id: int) -> HttpResponse:
    """For the hall: seen from ten feet away."""
    found = held(request, final_id)
    state = play_services.settled(found).state
    return render(
        request,
        "finals/screen.html",
        {
            "final": found,
            "config": page.live_config(found, mode="screen"),
            **page.standing(found, state, None),
            **_entrance(request, found),
        },
    )


@access(BOARD)
@never_cache
@require_safe
def entrance(request: HttpRequest, final_id: int) -> HttpResponse:
    """The code and the link of this moment, for the screen to ask anew."""
    found = held(request, final_id)
    return render(request, "finals/parts/entrance.html", _entrance(request, found))


def _entrance(request: HttpRequest, final: Final) -> dict[str, Any]:
    now, key = clock.now().timestamp(), queries.code_key()
    link = reverse("finals:join_link", args=[final.pk, token_for(key, final.pk, now)])
    address = request.build_absolute_uri(link)
    return {
        "final": final,
        "code": code_for(key, final.pk, now),
        "link": address,
        "drawing": _drawing(address),
        "join_address": request.get_host() + reverse("finals:list"),
    }


def _drawing(address: str) -> SafeString:
    """The address as an inline SVG; segno escapes nothing of ours, it draws squares."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(omitsize=True, border=2, svgclass="qr__code", lineclass=None)
    return mark_safe(drawing)  # noqa: S308


@access(BOARD)
@require_POST
def do(request: HttpRequest, final_id: int, verb: str) -> HttpResponse:
    """Press one of the host's buttons."""
    found = held(request, final_id)
    act = VERBS.get(verb)
    if act is None:
        raise Http404
    try:
        act(request, found)
    except DomainError as refused:
        messages.error(request, refused.message)
    if getattr(request, "htmx", False):
        found = held(request, final_id)
        state = queries.state_of(found)
        return render(request, "finals/parts/panel.html", _panel(found, state))
    return redirect("finals:console", found.pk)


@access(BOARD)
@never_cache
@require_safe
def record(request: HttpRequest, final_id: int) -> FileResponse:
    """The PDF to be signed."""
    found = held(request, final_id)
    if not found.record:
        raise Http404
    return FileResponse(
        found.record.open("rb"), content_type="application/pdf", filename=f"{found.title}.pdf"
    )


def _number(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise Http404
    return int(value)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise DomainError(_("请写明原因，最多 100 字。"))
    return str(form.cleaned_data["reason"])


def _correct(request: HttpRequest, final: Final) -> None:
    state = queries.state_of(final)
    form = CorrectionForm(request.POST, sides=_sides(state))
    if not form.is_valid():
        raise DomainError(_("请填写题号、哪一方、应得分和原因。"))
    said = form.cleaned_data
    play_services.correct(
        final=final,
        by=person(request),
        turn=said["turn"],
        side=int(said["side"]),
        points=Decimal(said["points"]),
        reason=said["reason"],
    )


def _void(request: HttpRequest, final: Final) -> None:
    form = VoidForm(request.POST)
    if not form.is_valid():
        raise DomainError(_("请填写题号和原因，原因最多 100 字。"))
    play_services.void(final=final, by=person(request), **form.cleaned_data)


def _ask(request: HttpRequest, final: Final) -> None:
    play_services.ask(
        final=final,
        by=person(request),
        turn=_number(request, "turn"),
        position=_number(request, "round"),
        side=_number(request, "side") if request.POST.get("side") else None,
    )


VERBS: dict[str, Callable[[HttpRequest, Final], Any]] = {
    "open": lambda request, final: services.open_lobby(by=person(request), final=final),
    "begin": lambda request, final: play_services.begin(final=final, by=person(request)),
    "ask": _ask,
    "stake": lambda request, final: play_services.choose_stake(
        final=final,
        by=person(request),
        turn=_number(request, "turn"),
        points=_number(request, "points"),
    ),
    "close": lambda request, final: play_services.end_answering(
        final=final, by=person(request), turn=_number(request, "turn")
    ),
    "pause": lambda request, final: play_services.pause(final=final, by=person(request)),
    "resume": lambda request, final: play_services.resume(final=final, by=person(request)),
    "void": _void,
    "correct": _correct,
    "finish": lambda request, final: play_services.finish(final=final, by=person(request)),
    "cancel": lambda request, final: play_services.cancel(
        final=final, by=person(request), reason=_reason(request)
    ),
    "remove": lambda request, final: services.remove_player(
        by=person(request), final=final, player_id=_number(request, "player")
    ),
}


def _last(state: State) -> dict[str, Any]:
    return {"turn": state.turn.number if state.turn else None}


def _sides(state: State) -> list[tuple[int, str]]:
    return [(side.id, side.label) for side in state.sides.values()]


def _panel(final: Final, state: State) -> dict[str, Any]:
    """What the host can press now, and who has pressed what."""
    is_running = final.state == FinalState.RUNNING
    counts = queries.counts_left(final, state) if final.state != FinalState.FINISHED else {}
    turns = [turn for turn in state.turns if turn.is_closed and not turn.void_reason]
    return {
        "final": final,
        "tone": TONES[FinalState(final.state)],
        "state": state,
        "turn": state.open_turn,
        "last": state.turn,
        "next_number": (state.turn.number if state.turn else 0) + 1,
        "rounds": [
            {
                "round": row,
                "left": counts.get(row.section, 0),
                "next": deciding.next_side(state, row.position),
            }
            for row in queries.rounds_of(final)
        ],
        "sides": _sides(state),
        "stakes": STAKES,
        "players": list(queries.players_of(final)) if not is_running else [],
        "teams": queries.teams_of(final) if final.by_team else [],
        "can_correct": is_running and bool(turns),
        "log": queries.log_of(final, kinds=SAID_ALOUD, most=MOST_LOGGED),
    }


def held(request: HttpRequest, final_id: int) -> Final:
    found = queries.hosted_final(request.user, final_id)
    if found is None:
        raise Http404
    return found


def _form_page(
    request: HttpRequest, form: FinalForm, *, known: Final | None = None
) -> HttpResponse:
    return render(
        request,
        "finals/form.html",
        {"form": form, "known": known},
        status=422 if form.errors else 200,
    )
