"""The back office's pages of one contest: how it stands, its rounds, the switch, its results."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exams.contests import queries, services
from exams.contests.board import standings_of, team_names
from exams.contests.export import results_book, results_csv
from exams.contests.forms import CancelForm, ExtendForm, RankingForm, RoundForm
from exams.contests.models import Contest, ContestState
from exams.contests.rules import can_change_rounds, day_of_people, phase_on
from exams.contests.words import person_rules, phase_words, team_note, team_rules
from exams.papers.pages import attempt, number, office_page, person
from exams.rules.models import Switch
from exams.rules.switches import CLAUSES
from lms.core import clock
from lms.core.access import access
from lms.members.rules import ADMINISTRATION


@access(ADMINISTRATION)
def contest_overview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the contest is, what it lacks, its rounds, and what can be done with it now."""
    contest = _managed(request, pk)
    forms: dict[str, Any] = {
        "round_form": RoundForm(contest=contest), "extend": ExtendForm(), "cancel": CancelForm(),
    }  # fmt: skip
    if request.method == "POST":
        answered = _changed(request, contest, forms)
        if answered is not None:
            return answered
    today = clock.today()
    rounds = queries.rounds_of(contest)
    found = standings_of(contest, day_of_people(contest, today))
    names = team_names(found.teams)
    context = {
        "problems": services.problems_of(contest) if contest.state == ContestState.DRAFT else [],
        "phase": phase_words(phase_on(contest, today)),
        "topics": [topic.name for topic in contest.topics.order_by("name")],
        "pool": queries.pool_of(contest).count(),
        "rounds": rounds,
        "may_change_rounds": can_change_rounds(contest),
        "people": len(found.players),
        "sat": len(found.placed),
        "teams": [
            (line, names.get(line.team, ""), team_note(line, contest.best_of))
            for line in found.teams
        ],
        "ranking": queries.ranking_changes(contest).first(),
        "sentences": [*person_rules(contest, rounds), *(team_rules(contest) if rounds else [])],
        "media": forms["extend"].media,
        **forms,
    }
    failed = any(form.errors for form in forms.values())
    return _page(request, "contests/office/contest.html", contest, _("竞赛安排"), context, failed)


def _changed(request: HttpRequest, contest: Contest, forms: dict[str, Any]) -> HttpResponse | None:
    """One press of a button, and back to the page; None where a form is to be shown again."""
    sent, by = request.POST, person(request)
    match sent.get("action"):
        case "open":
            attempt(
                request,
                lambda: services.open_contest(contest=contest, by=by),
                told=_("已发布，参赛人员现在可以看到。"),
            )
        case "close":
            attempt(
                request,
                lambda: services.close_contest(contest=contest, by=by),
                told=_("竞赛已结束，榜单不再变动人员。"),
            )
        case "copy":
            made = attempt(
                request,
                lambda: services.copy_contest(contest=contest, by=by),
                told=_("已复制为草稿，请核对日期，另加轮次。"),
            )
            if made:
                return redirect("contest_office:edit", made.pk)
        case "remove":
            gone = number(sent.get("round")) or 0
            attempt(
                request,
                lambda: services.remove_round(contest=contest, round_id=gone, by=by),
                told=_("已移除，考试本身不受影响。"),
            )
        case "add":
            form = forms["round_form"] = RoundForm(sent, contest=contest)
            if not form.is_valid() or not attempt(
                request,
                lambda: services.add_round(contest=contest, by=by, **form.cleaned_data),
                told=_("已加为一轮。"),
            ):
                return None
        case "extend":
            later = forms["extend"] = ExtendForm(sent)
            if not later.is_valid() or not attempt(
                request,
                lambda: services.extend_contest(contest=contest, by=by, **later.cleaned_data),
                told=_("已延长结束日期。"),
            ):
                return None
        case "cancel":
            why = forms["cancel"] = CancelForm(sent)
            if not why.is_valid() or not attempt(
                request,
                lambda: services.cancel_contest(contest=contest, by=by, **why.cleaned_data),
                told=_("竞赛已取消。"),
            ):
                return None
    return redirect("contest_overview", contest.pk)


@access(ADMINISTRATION)
def contest_ranking(request: HttpRequest, pk: int) -> HttpResponse:
    """Names what speaks against ranking persons, and asks for the ground."""
    contest = _managed(request, pk)
    is_on = queries.ranks_persons(contest)
    form = RankingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        ground, by = form.cleaned_data["ground"], person(request)
        if attempt(
            request,
            lambda: services.turn_ranking(contest=contest, is_on=not is_on, ground=ground, by=by),
            told=_("已记录。"),
        ):
            return redirect("contest_overview", pk)
    context = {
        "is_on": is_on,
        "form": form,
        "clauses": CLAUSES[Switch.RANKING],
        "changes": list(queries.ranking_changes(contest)),
    }
    return _page(
        request, "contests/office/ranking.html", contest, _("个人排名"), context, bool(form.errors)
    )


@access(ADMINISTRATION)
@require_safe
def contest_xlsx(request: HttpRequest, pk: int) -> FileResponse:
    contest = _managed(request, pk)
    return FileResponse(
        results_book(contest),
        as_attachment=True,
        filename=_("%(title)s成绩.xlsx") % {"title": contest.title},
    )


@access(ADMINISTRATION)
@require_safe
def contest_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    contest = _managed(request, pk)
    name = _("%(title)s成绩.csv") % {"title": contest.title}
    return StreamingHttpResponse(
        results_csv(contest),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


def _managed(request: HttpRequest, pk: int) -> Contest:
    return get_object_or_404(queries.managed_contests(request.user), pk=pk)


def _page(
    request: HttpRequest,
    template: str,
    contest: Contest,
    label: str,
    context: dict[str, Any],
    failed: bool = False,
) -> HttpResponse:
    trail = [
        {"url": reverse("contest_office:index"), "label": _("知识竞赛")},
        {"url": reverse("contest_overview", args=[contest.pk]), "label": contest.title},
    ]
    shared = {"contest": contest}
    return office_page(
        request, template, label, trail, {**shared, **context}, icon="pick", failed=failed
    )


CONTEST = "contests/<int:pk>/"

PATTERNS: list[URLPattern] = [
    path(CONTEST, contest_overview, name="contest_overview"),
    path(f"{CONTEST}ranking/", contest_ranking, name="contest_ranking"),
    path(f"{CONTEST}results.xlsx", contest_xlsx, name="contest_xlsx"),
    path(f"{CONTEST}results.csv", contest_csv, name="contest_csv"),
]
