"""练习: topics, the book of wrong answers, a question, and what was right about the answer."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from exams.practice import queries
from exams.practice.models import PracticeCard
from exams.practice.services import PracticeError, answer_practice, arrangement_for
from exams.questions.models import Question, Topic
from exams.questions.stems import plain_stem
from exams.questions.types import question_type, sent_from
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.members.models import Member

ROWS_A_PAGE = 20
PREFIX = "q-"
ACT = require_http_methods(["GET", "HEAD", "POST"])


@access(SIGNED_IN)
@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """What there is to practise, by topic, and what is due."""
    by = request.user
    return render(
        request,
        "exams/practice/practice.html",
        {
            "standing": queries.standing_of(by, clock.today()),
            "topics": queries.topics_to_practise(by),
        },
    )


@access(SIGNED_IN)
@require_safe
def wrong_answers(request: HttpRequest) -> HttpResponse:
    """错题本: what was answered wrong and is not known again yet."""
    cards = queries.wrong_answers(request.user)
    page = Paginator(cards, ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = [(card, plain_stem(card.version.stem)) for card in page.object_list]
    return render(request, "exams/practice/wrong.html", {"page": page, "rows": rows})


@access(SIGNED_IN)
@require_safe
def next_question(request: HttpRequest) -> HttpResponse:
    """On to the next question of the topic, of the book, or of all."""
    topic, way = _way(request)
    after = _number(request.GET.get("after", ""))
    found = queries.next_question(
        request.user, topic=topic, is_from_book="book" in way, after=after
    )
    if found is None:
        messages.success(request, _("这一组都练完了，过几天会再问到该复习的题。"))
        return redirect("practice")
    return redirect(_address("practice_question", found, way))


@access(SIGNED_IN)
@ACT
def practice_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """One question; answered, it leads on to what is right."""
    by = cast(Member, request.user)
    question = _question(by, question_id)
    _topic, way = _way(request)
    card = queries.card_of(by, question)
    sent: dict[str, Any] = {}
    refused = ""
    if request.method == "POST":
        sent = sent_from(dict(request.POST.lists()), PREFIX)
        version = _number(request.POST.get("version", ""))
        try:
            answer_practice(question=question, by=by, version_id=version, sent=sent)
        except PracticeError as error:
            refused = error.message
        else:
            return redirect(_address("practice_answer", question, way))
    current = question.current
    if current is None:
        raise Http404
    arrangement = arrangement_for(by, question, card)
    return render(
        request,
        "exams/practice/question.html",
        {
            "question": question,
            "version": current,
            "content": question_type(question.kind).arranged(current.content, arrangement),
            "sent": sent,
            "prefix": PREFIX,
            "refused": refused,
        },
        status=422 if refused else 200,
    )


@access(SIGNED_IN)
@require_safe
def practice_answer(request: HttpRequest, question_id: int) -> HttpResponse:
    """What was right about one's last answer: only who has answered gets here."""
    by = cast(Member, request.user)
    question = _question(by, question_id)
    card = queries.card_of(by, question)
    if card is None:
        raise Http404
    topic, way = _way(request)
    return render(
        request,
        "exams/practice/answer.html",
        {
            "question": question,
            "card": card,
            "version": card.version,
            "is_right": _is_right(card),
            "lesson_url": _lesson_url(question, by),
            "next_url": f"{reverse('practice_next')}?{urlencode({**way, 'after': question.pk})}",
            "topic": topic,
        },
    )


def _is_right(card: PracticeCard) -> bool:
    version = card.version
    return question_type(version.kind).share(version.content, version.key, card.answer) == 1


def _lesson_url(question: Question, by: Member) -> str:
    """Where the lecture explains it, if the member may see that lecture."""
    lesson = queries.explaining_lesson(by, question)
    return f"{lesson.url}?t={question.lesson_second}" if lesson else ""


def _question(by: Member, question_id: int) -> Question:
    found = queries.practice_questions(by).filter(pk=question_id).first()
    if found is None:
        raise Http404
    return found


def _way(request: HttpRequest) -> tuple[Topic | None, dict[str, str]]:
    """Which questions one is going through, kept in the addresses."""
    if "book" in request.GET:
        return None, {"book": "1"}
    key = _number(request.GET.get("topic", ""))
    topic = queries.topic_to_practise(request.user, key)
    return topic, {"topic": str(topic.pk)} if topic else {}


def _address(name: str, question: Question, way: dict[str, str]) -> str:
    address = reverse(name, args=[question.pk])
    return f"{address}?{urlencode(way)}" if way else address


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
