"""Asking whoever teaches, voting for a question, and settling it."""

from typing import Any

from django.db import transaction

from live.classroom.models import LiveClass
from live.classroom.plain_text import cleaned
from live.classroom.telling import lock, tell, whisper
from live.classroom.unsaying import take_back
from live.hands import queries, words
from live.hands.errors import NoSuchQuestionError, QuestionTextError
from live.hands.models import MOST_CHARS, LiveQuestion, QuestionState, QuestionVote
from live.hands.pulse import tell_votes_soon
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Member

MOST_OPEN = 5

# From which states whoever leads may move a question, by where it goes.
_FROM: dict[str, list[str]] = {
    QuestionState.OPEN: [QuestionState.ANSWERED, QuestionState.DISMISSED],
    QuestionState.ANSWERED: [QuestionState.OPEN],
    QuestionState.DISMISSED: [QuestionState.OPEN, QuestionState.ANSWERED],
}


def ask(*, by: Member, live_class_id: int, text: str, once: str) -> LiveQuestion:
    """One question, for everybody to read. Raises QuestionTextError."""
    line = cleaned(text)
    if not line:
        raise QuestionTextError(words.empty())
    if len(line) > MOST_CHARS:
        raise QuestionTextError(words.too_long(MOST_CHARS))
    with transaction.atomic():
        held = lock(live_class_id)
        known = queries.question_once(held, once)
        if known is not None:
            return known
        if queries.open_count_of(held, by) >= MOST_OPEN:
            raise QuestionTextError(words.too_many(MOST_OPEN))
        question = LiveQuestion.objects.create(
            live_class=held, asked_by=by, text=line, asked_at=clock.now(), once=once
        )
        _show(held, question, by)
    return question


def vote(*, by: Member, live_class: LiveClass, question_id: int, wants: bool) -> None:
    """Want a question answered, or no more; once a person. The class is not held for it."""
    question = queries.question_for_update(live_class, question_id)
    if question is None or question.state != QuestionState.OPEN:
        raise NoSuchQuestionError(words.no_question())
    with transaction.atomic():
        if wants:
            QuestionVote.objects.get_or_create(
                question=question, member=by, defaults={"at": clock.now()}
            )
        else:
            QuestionVote.objects.filter(question=question, member=by).delete()
        tell_votes_soon(live_class)


def settle(*, by: Member, live_class_id: int, question_id: int, to: str, note: str = "") -> None:
    """Answered, not answered, or open again; the note is read with it. Raises NoSuchQuestionError.

    What is not answered is read by who asked and who leads alone.
    """
    with transaction.atomic():
        held = lock(live_class_id)
        question = _held(held, question_id)
        said = cleaned(note)[:MOST_CHARS]
        was_hidden = not question.is_public
        moved = advance(
            question, to=to, from_=_FROM[to], note=said, settled_by=by, settled_at=clock.now()
        )
        if not moved:
            raise NoSuchQuestionError(words.no_question())
        if not question.is_public:
            _hide(held, question, by)
            whisper(held, {"ask_look": True}, to=question.asked_by_id)
        elif was_hidden:
            _show(held, question, by)
        else:
            tell(held, "q_settled", {"q": question.pk, "state": to, "note": said}, by=by)


def withdraw(*, by: Member, live_class_id: int, question_id: int) -> None:
    """Whoever asked takes the question back. Raises NoSuchQuestionError."""
    with transaction.atomic():
        held = lock(live_class_id)
        question = _held(held, question_id)
        moved = question.asked_by_id == by.pk and advance(
            question,
            to=QuestionState.WITHDRAWN,
            from_=[QuestionState.OPEN],
            settled_by=by,
            settled_at=clock.now(),
        )
        if not moved:
            raise NoSuchQuestionError(words.no_question())
        _hide(held, question, by)


def _held(held: LiveClass, question_id: int) -> LiveQuestion:
    found = queries.question_for_update(held, question_id)
    if found is None:
        raise NoSuchQuestionError(words.no_question())
    return found


def _show(held: LiveClass, question: LiveQuestion, by: Member) -> None:
    event = tell(held, "question", told(question), by=by)
    question.seqs = [*question.seqs, event.seq]
    question.save(update_fields=["seqs"])


def _hide(held: LiveClass, question: LiveQuestion, by: Member) -> None:
    take_back(held, question.seqs, names=["text", "note"])
    tell(held, "q_settled", {"q": question.pk, "state": question.state}, by=by)


def told(question: LiveQuestion) -> dict[str, Any]:
    return {
        "q": question.pk,
        "text": question.text,
        "state": question.state,
        "note": question.note,
        "asker": question.asked_by.name,
        "askerId": question.asked_by_id,
    }
