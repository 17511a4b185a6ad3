"""Services of the presence check: drawing its moment, its question, and taking the answer."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from courses.catalogue.queries import CheckQuestion, check_questions
from courses.progress import queries
from courses.progress.checks import CHECK_SPREAD_MS, answered, carried_over, due_after
from courses.progress.intervals import arrival
from courses.progress.models import WatchSession
from lms.core import clock
from lms.members.models import Member


def next_check(member_id: int) -> tuple[int, int | None]:
    """`(check_due_ms, answer_by_ms)` for a sitting about to open; the member is locked."""
    earlier = queries.last_checked(member_id)
    if earlier is None:
        return due_after(0, _drawn()), None
    return carried_over(earlier.as_watch())


def asked_question(session: WatchSession) -> CheckQuestion | None:
    """The question that is put instead of "are you there"; the lesson's take turns."""
    questions = check_questions(session.lesson_id)
    if not questions:
        return None
    before = queries.checks_answered(session.member_id, session.lesson_id)
    return questions[before % len(questions)]


@dataclass(frozen=True)
class Answered:
    """What the player is told of an answer: nothing of right and wrong without a question."""

    is_right: bool | None = None
    right_option: str = ""


def answer_check(*, session: WatchSession, choice: int | None = None) -> Answered:
    """Somebody is there: everything counts again, right answer or wrong.

    Also for the sittings before that still waited: it is the person who was asked. Pressing
    twice, or in two windows, is answering once.
    """
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=session.member_id)
        waiting = list(
            WatchSession.objects.select_for_update().filter(
                member_id=session.member_id, answer_by_ms__isnull=False
            )
        )
        question = asked_question(session) if choice is not None else None
        now_ms = round(clock.now().timestamp() * 1000)
        for row in waiting:
            watch = row.as_watch()
            after = answered(watch, arrival(watch, now_ms), _drawn())
            row.answer_by_ms = after.answer_by_ms
            row.held_ms = after.held_ms
            row.check_due_ms = after.check_due_ms
            row.counted_from_ms = after.counted_from_ms
            row.checks_answered += row.pk == session.pk
            row.save(
                update_fields=[
                    "answer_by_ms",
                    "held_ms",
                    "check_due_ms",
                    "counted_from_ms",
                    "checks_answered",
                ]
            )
    if question is None:
        return Answered()
    return Answered(choice == question.right, question.options[question.right])


def _drawn() -> int:
    return secrets.randbelow(CHECK_SPREAD_MS)
