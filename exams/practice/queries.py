"""What a member can practise, and what is to be asked next."""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courses.catalogue.models import LessonPage
from courses.catalogue.queries import visible_lessons
from exams.practice.models import PracticeCard
from exams.questions.models import Question, QuestionState, Topic
from lms.core import clock
from lms.members.queries import path_and_above, standing_today

NEXT_AMONG = 20  # the questions among which chance picks the next new one


def practice_questions(by: Any) -> QuerySet[Question]:
    """What is open for practice in the member's branch and above it, and where a role is held."""
    own, roles = standing_today(by)
    paths = {above for path in [own, *(path for _role, path in roles)] if path
             for above in path_and_above(path)}  # fmt: skip
    return (
        Question.objects.filter(
            branch__path__in=paths, state=QuestionState.READY, is_for_practice=True
        )
        .select_related("current", "topic", "clause__edition__text", "lesson")
        .order_by("pk")
    )


def _cards(by: Any) -> QuerySet[PracticeCard]:
    """The member's cards of what is still open."""
    return PracticeCard.objects.filter(
        member_id=by.pk, question__in=practice_questions(by).order_by()
    )


def card_of(by: Any, question: Question) -> PracticeCard | None:
    return (
        PracticeCard.objects.filter(member_id=by.pk, question=question)
        .select_related("version")
        .first()
    )


@dataclass(frozen=True, slots=True)
class TopicPractice:
    """One topic with how many of its questions there are, and how many were practised."""

    topic: Topic
    questions: int
    practised: int


def topics_to_practise(by: Any) -> list[TopicPractice]:
    """The topics with questions open for practice, by name."""
    practised = PracticeCard.objects.filter(member_id=by.pk, question=OuterRef("pk"))
    rows = (
        practice_questions(by)
        .order_by()
        .filter(topic__isnull=False)
        .annotate(is_practised=Exists(practised))
        .values("topic")
        .annotate(questions=Count("pk"), practised=Count("pk", filter=Q(is_practised=True)))
    )
    counted = {row["topic"]: row for row in rows}
    return [
        TopicPractice(topic, counted[topic.pk]["questions"], counted[topic.pk]["practised"])
        for topic in Topic.objects.filter(pk__in=counted).order_by("name", "pk")
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member's practice stands: all that is open, practised, due today, in the book."""

    questions: int
    practised: int
    due: int
    in_book: int


def standing_of(by: Any, today: dt.date) -> Standing:
    cards = _cards(by).aggregate(
        practised=Count("pk"),
        due=Count("pk", filter=Q(due_on__lte=today)),
        in_book=Count("pk", filter=Q(is_in_book=True)),
    )
    return Standing(questions=practice_questions(by).count(), **cards)


def wrong_answers(by: Any) -> QuerySet[PracticeCard]:
    """The book of wrong answers, the last one first."""
    return (
        _cards(by)
        .filter(is_in_book=True)
        .select_related("version", "question__topic")
        .order_by("-answered_at", "-pk")
    )


def next_question(
    by: Any, *, topic: Topic | None = None, is_from_book: bool = False, after: int = 0
) -> Question | None:
    """What is asked next: what is due, the longest due first, then what was never practised.

    From the book, everything in it is asked, due or not. `after` is the question just answered,
    which does not come twice running.
    """
    wanted = practice_questions(by).exclude(pk=after)
    if topic is not None:
        wanted = wanted.filter(topic=topic)
    cards = PracticeCard.objects.filter(member_id=by.pk, question__in=wanted.order_by())
    if is_from_book:
        cards = cards.filter(is_in_book=True).order_by("answered_at")
    else:
        cards = cards.filter(due_on__lte=clock.today()).order_by("due_on", "answered_at")
    found = cards.values_list("question", flat=True).first()
    if found is None and not is_from_book:
        mine = PracticeCard.objects.filter(member_id=by.pk, question=OuterRef("pk"))
        new = list(wanted.filter(~Exists(mine)).values_list("pk", flat=True)[:NEXT_AMONG])
        found = random.choice(new) if new else None  # noqa: S311
    return wanted.filter(pk=found).first() if found is not None else None


def order_for(by: Any, question: Question, times: int) -> random.Random:
    """The chance that orders a question on the screen: the same until it is answered."""
    return random.Random(f"{by.pk}/{question.current_id}/{times}")  # noqa: S311


def topic_to_practise(by: Any, key: int) -> Topic | None:
    """The topic of this key, if it has something to practise."""
    return Topic.objects.filter(
        pk=key, pk__in=practice_questions(by).order_by().values("topic")
    ).first()


def explaining_lesson(by: Any, question: Question) -> LessonPage | None:
    """The lesson that explains a question, if the member may study it."""
    return visible_lessons(by).filter(pk=question.lesson_id or 0).first()
