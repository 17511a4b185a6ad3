"""知识竞赛: the list, a contest, today's practice, the board, the own result."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exams.contests import member_services, queries, reading
from exams.contests.board import TOP, board_for
from exams.contests.models import Contest, ContestState
from exams.contests.phases import Phase
from exams.contests.rules import can_practise, day_of_people, phase_on
from exams.contests.words import person_rules, phase_words, team_note, team_rules, used_words
from exams.finals.models import FinalState
from exams.finals.queries import finals_of_contest
from exams.finals.words import TONES
from exams.practice.queries import card_of, explaining_lesson, practice_questions
from exams.practice.services import PracticeError, arrangement_for
from exams.questions.models import Question
from exams.questions.stems import plain_stem
from exams.questions.types import question_type, sent_from
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member

PREFIX = "q-"


@access(SIGNED_IN)
@require_safe
def contests(request: HttpRequest) -> HttpResponse:
    """The contests one may take part in: running, soon, over."""
    groups = reading.my_contests(_person(request), clock.today())
    return render(request, "contests/contests.html", {"groups": groups})


@access(SIGNED_IN)
@require_safe
def contest(request: HttpRequest, contest_id: int) -> HttpResponse:
    """The lobby: what is on, today's practice, the rounds, the finals, the rules in words."""
    found, by, day = _contest(request, contest_id), _person(request), clock.today()
    rounds = queries.rounds_of(found)
    phase = phase_on(found, day)
    known = queries.announced(rounds)
    context = {
        "contest": found,
        "phase": phase_words(phase),
        "is_cancelled": phase is Phase.CANCELLED,
        "today": queries.today_of(found, by, day) if can_practise(found, day) else None,
        "practises_later": phase is Phase.SOON and found.daily_questions > 0,
        "rounds": reading.round_rows(rounds, by),
        "finals": [
            {"final": final, "tone": TONES[FinalState(final.state)]}
            for final in finals_of_contest(by, found)
        ],
        "person_rules": person_rules(found, known),
        "team_rules": team_rules(found) if known else [],
    }
    return render(request, "contests/contest.html", context)


# --- Today's practice -----------------------------------------------------------------------------


@access(SIGNED_IN)
@require_safe
def daily(request: HttpRequest, contest_id: int) -> HttpResponse:
    """每日一练: today's questions, which are done, and on to the next."""
    found, by, day = _contest(request, contest_id), _person(request), clock.today()
    if not can_practise(found, day):
        messages.info(request, _("现在没有每日一练。"))
        return redirect("contest", contest_id)
    today = queries.today_of(found, by, day)
    there = practice_questions(by).in_bulk(today.questions)
    stems = {key: one.current.stem for key, one in there.items() if one.current}
    rows = [
        {
            "number": number,
            "question": there.get(key),
            "words": plain_stem(stems.get(key, "")),
            "is_answered": key in today.answers,
            "is_right": today.answers.get(key, False),
        }
        for number, key in enumerate(today.questions, start=1)
    ]
    return render(request, "contests/daily.html", {"contest": found, "today": today, "rows": rows})


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def daily_question(request: HttpRequest, contest_id: int, question_id: int) -> HttpResponse:
    """One of today's questions; answered, it leads on to what is right."""
    found, by, day = _contest(request, contest_id), _person(request), clock.today()
    question = _question(by, question_id)
    today = queries.today_of(found, by, day) if can_practise(found, day) else None
    sent: dict[str, Any] = {}
    refused = ""
    if request.method == "POST":
        sent = sent_from(dict(request.POST.lists()), PREFIX)
        version = request.POST.get("version", "")
        try:
            member_services.answer_daily(
                contest=found,
                question=question,
                by=by,
                version_id=int(version) if version.isascii() and version.isdigit() else 0,
                sent=sent,
            )
        except PracticeError as error:
            refused = error.message
        except DomainError as error:
            messages.info(request, error.message)
            return redirect("contest_daily", contest_id)
        else:
            return redirect("contest_daily_answer", contest_id, question_id)
    if today is None or question_id not in today.questions:
        messages.info(request, _("这道题不在今天的题目里。"))
        return redirect("contest_daily", contest_id)
    if question_id in today.answers:
        return redirect("contest_daily_answer", contest_id, question_id)
    current = question.current
    if current is None:
        raise Http404
    arrangement = arrangement_for(by, question, card_of(by, question))
    context = {
        "contest": found,
        "place": today.questions.index(question_id) + 1,
        "count": len(today.questions),
        "question": question,
        "version": current,
        "content": question_type(question.kind).arranged(current.content, arrangement),
        "sent": sent,
        "prefix": PREFIX,
        "refused": refused,
    }
    return render(request, "contests/daily_question.html", context, status=422 if refused else 200)


@access(SIGNED_IN)
@require_safe
def daily_answer(request: HttpRequest, contest_id: int, question_id: int) -> HttpResponse:
    """What was right about one's answer: only who has answered it today gets here."""
    found, by, day = _contest(request, contest_id), _person(request), clock.today()
    question = _question(by, question_id)
    today = queries.today_of(found, by, day)
    card = card_of(by, question)
    if card is None or question_id not in today.answers:
        raise Http404
    version = card.version
    lesson = explaining_lesson(by, question)
    following = today.next_question
    next_url = (
        reverse("contest_daily_question", args=[contest_id, following])
        if following is not None and can_practise(found, day)
        else reverse("contest_daily", args=[contest_id])
    )
    context = {
        "contest": found,
        "question": question,
        "card": card,
        "version": version,
        "is_right": question_type(version.kind).share(version.content, version.key, card.answer)
        == 1,
        "lesson_url": f"{lesson.url}?t={question.lesson_second}" if lesson else "",
        "next_url": next_url,
        "is_last": following is None,
    }
    return render(request, "contests/daily_answer.html", context)


# --- The board and the own result -----------------------------------------------------------------


@access(SIGNED_IN)
@require_safe
def board(request: HttpRequest, contest_id: int) -> HttpResponse:
    """Organisations first; then the own place, and the names of those who agreed."""
    found = _held_contest(request, contest_id)
    by, day = _person(request), day_of_people(found, clock.today())
    shown = board_for(found, by, day)
    context = {
        "contest": found,
        "board": shown,
        "teams": [(team, team_note(team.line, found.best_of)) for team in shown.teams],
        "own_used": used_words(shown.own.used_ms) if shown.own else "",
        "top": [(named, used_words(named.placed.used_ms)) for named in shown.top],
        "top_count": TOP,
        "round_count": len(queries.announced(shown.standings.rounds)),
        "team_rules": team_rules(found),
        "phase": phase_words(phase_on(found, clock.today())),
    }
    return render(request, "contests/board.html", context)


@access(SIGNED_IN)
@require_POST
def showing(request: HttpRequest, contest_id: int) -> HttpResponse:
    """Agree to stand on the board by name, or take it back."""
    found, by = _held_contest(request, contest_id), _person(request)
    try:
        match request.POST.get("show"):
            case "yes":
                member_services.show_name(contest=found, by=by)
                messages.success(request, _("已同意公开，随时可以收回。"))
            case "no":
                member_services.hide_name(contest=found, by=by)
                messages.success(request, _("已收回，榜上不再出现您的姓名。"))
            case _:
                raise Http404
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("contest_board", contest_id)


@access(SIGNED_IN)
@require_safe
def result(request: HttpRequest, contest_id: int) -> HttpResponse:
    """The own result, to read and to print: nobody else sees it."""
    found = _held_contest(request, contest_id)
    by, day = _person(request), day_of_people(found, clock.today())
    shown = board_for(found, by, day)
    context = {
        "contest": found,
        "board": shown,
        "lines": reading.result_lines(shown),
        "waiting": len(queries.announced(shown.standings.rounds)) - len(shown.standings.counting),
        "own_used": used_words(shown.own.used_ms) if shown.own else "",
        "practised": queries.complete_days(found, [by.pk]).get(by.pk, 0),
    }
    return render(request, "contests/result.html", context)


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _contest(request: HttpRequest, contest_id: int) -> Contest:
    found = queries.contest_for(request.user, contest_id)
    if found is None:
        raise Http404
    return found


def _held_contest(request: HttpRequest, contest_id: int) -> Contest:
    """One that was not called off: of such a one there is no board."""
    found = _contest(request, contest_id)
    if found.state == ContestState.CANCELLED:
        raise Http404
    return found


def _question(by: Member, question_id: int) -> Question:
    found = practice_questions(by).filter(pk=question_id).first()
    if found is None:
        raise Http404
    return found
