"""Answering a question for practice."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from exams.practice.leitner import Standing, after_answer
from exams.practice.models import PracticeCard
from exams.practice.queries import order_for, practice_questions
from exams.questions.models import Question
from exams.questions.types import AnswerError, question_type
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member


class PracticeError(DomainError):
    """An answer that cannot be taken."""


def arrangement_for(by: Member, question: Question, card: PracticeCard | None) -> list[int]:
    """The order in which the question stands before this member until it is answered."""
    if question.current is None:
        return []
    chance = order_for(by, question, card.times if card else 0)
    return question_type(question.kind).arrangement(question.current.content, chance)


@transaction.atomic
def answer_practice(
    *, question: Question, by: Member, version_id: int, sent: Mapping[str, Sequence[str]]
) -> PracticeCard:
    """Mark an answer and put the question where it belongs now.

    The version the page showed has to be the one of now: what was revised meanwhile is read again.
    """
    Member.objects.select_for_update(no_key=True).get(pk=by.pk)  # one press counts once
    question = practice_questions(by).filter(pk=question.pk).first() or _gone()
    version = question.current
    if version is None or version.pk != version_id:
        raise PracticeError(_("这道题刚刚修订过，请看新的题目再作答。"))
    card = PracticeCard.objects.filter(member=by, question=question).first()
    arrangement = arrangement_for(by, question, card)
    type_ = question_type(question.kind)
    try:
        answer = type_.read(version.content, arrangement, sent)
    except AnswerError as wrong:
        raise PracticeError(_("作答没有读懂，请重新作答。")) from wrong
    if not answer:
        raise PracticeError(_("请先作答，再看答案。"))
    is_right = type_.share(version.content, version.key, answer) == 1
    before = Standing(card.box, card.due_on, card.is_in_book) if card else None
    after = after_answer(before, is_right=is_right, today=clock.today())
    fields: dict[str, Any] = {
        "version": version,
        "box": after.box,
        "due_on": after.due_on,
        "is_in_book": after.is_in_book,
        "times": (card.times if card else 0) + 1,
        "times_wrong": (card.times_wrong if card else 0) + (not is_right),
        "answer": answer,
        "arrangement": arrangement,
        "answered_at": clock.now(),
    }
    kept, _made = PracticeCard.objects.update_or_create(
        member=by, question=question, defaults=fields
    )
    return kept


def _gone() -> Question:
    raise PracticeError(_("这道题不再开放练习，请换一道。"))
