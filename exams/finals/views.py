"""Everybody's pages of a final: which there are, coming in, playing or watching, the result."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.finals import page, play_services, queries, rules, services
from exams.finals.forms import JoinForm
from exams.finals.models import Final, FinalState
from exams.finals.pictures import picture_on_stage
from exams.finals.words import TONES
from exams.questions.views import picture_of
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.core.rate import is_within
from lms.members.models import Member

A_PAGE = 20
TRIES_A_MINUTE = 10


@access(SIGNED_IN)
@require_safe
def finals(request: HttpRequest) -> HttpResponse:
    """The finals one may play in or watch."""
    listed = Paginator(queries.finals_of_member(request.user), A_PAGE)
    shown = listed.get_page(request.GET.get("page"))
    rows = [{"final": row, "tone": TONES[FinalState(row.state)]} for row in shown.object_list]
    return render(request, "finals/list.html", {"page": shown, "rows": rows})


@access(SIGNED_IN)
@never_cache
@require_safe
def final(request: HttpRequest, final_id: int) -> HttpResponse:
    """Playing for who has come in, watching for all others; after the end, the result."""
    found = seen(request, final_id)
    if found.state == FinalState.FINISHED:
        return redirect("finals:result", found.pk)
    player = queries.player_of(request.user, found)
    state = play_services.settled(found).state
    return render(
        request,
        "finals/live.html",
        {
            "final": found,
            "tone": TONES[FinalState(found.state)],
            "player": player,
            "can_join": found.state == FinalState.LOBBY
            and queries.is_eligible(request.user, found),
            "can_host": rules.can_host(request.user, found.branch),
            "config": page.live_config(
                found, mode="watch" if player is None else "play", player=player
            ),
            **page.standing(found, state, player),
        },
    )


@access(SIGNED_IN)
@never_cache
def join(request: HttpRequest, final_id: int, token: str = "") -> HttpResponse:
    """Come in by the code or the link on the screen; bound to this account."""
    found = seen(request, final_id)
    by = person(request)
    if not queries.is_eligible(by, found):
        raise Http404
    known = queries.player_of(by, found)
    teams = [team for team in queries.teams_of(found) if rules.can_be_of(by, team)]
    initial = {
        "team": str(known.team_id if known else teams[0].pk if len(teams) == 1 else ""),
        "is_listed": known is not None and known.is_listed,
    }
    form = JoinForm(
        request.POST or None,
        teams=teams if found.by_team else [],
        asks_code=not token and known is None,
        initial=initial,
    )
    if form.is_valid():
        try:
            _limit(by)
            services.join_final(by=by, final=found, token=token, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("finals:final", found.pk)
    context = {"final": found, "form": form, "known": known, "teams": teams}
    return render(request, "finals/join.html", context, status=422 if form.errors else 200)


def _limit(by: Member) -> None:
    if not is_within("final-code", str(by.pk), most=TRIES_A_MINUTE, seconds=60):
        raise DomainError(_("试得太多了，请等一分钟再试。"))


@access(SIGNED_IN)
@never_cache
@require_safe
def result(request: HttpRequest, final_id: int) -> HttpResponse:
    """The frozen ranking."""
    found = seen(request, final_id)
    if found.state != FinalState.FINISHED:
        messages.info(request, _("决赛结束后才有成绩。"))
        return redirect("finals:final", found.pk)
    context: dict[str, Any] = {
        "final": found,
        "can_host": rules.can_host(request.user, found.branch),
        "result": page.result_for(found, person(request).pk),
    }
    return render(request, "finals/result.html", context)


@access(SIGNED_IN)
@require_safe
def picture(request: HttpRequest, final_id: int, token: str) -> HttpResponseBase:
    """A picture of the question that is on the stage; before and after it there is none."""
    found = seen(request, final_id)
    named = picture_on_stage(found.pk, queries.state_of(found), token)
    if named is None:
        raise Http404
    return picture_of(named)


def seen(request: HttpRequest, final_id: int) -> Final:
    found = queries.final_for(request.user, final_id)
    if found is None:
        raise Http404
    return found


def person(request: HttpRequest) -> Member:
    return cast(Member, request.user)
