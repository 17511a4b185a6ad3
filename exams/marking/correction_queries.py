"""What of marks can be corrected after the release, and what is proposed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from exams.attempts.models import Answer, Attempt, AttemptState, Exam
from exams.marking.models import MarkCorrection, MarkCorrectionState, MarkingPlace, PlaceState

_NEXT = ("answer__attempt__exam__branch", "answer__attempt__member", "answer__item__version")


def released_attempt(exam: Exam, attempt_id: UUID) -> Attempt | None:
    """An attempt of the exam whose result the member may see."""
    return (
        Attempt.objects.filter(pk=attempt_id, exam=exam, state=AttemptState.RELEASED)
        .select_related("member", "exam__branch")
        .first()
    )


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """One answer people have marked, and what was proposed about it, the latest first."""

    answer: Answer
    corrections: Sequence[MarkCorrection]

    @property
    def open(self) -> MarkCorrection | None:
        return next(
            (row for row in self.corrections if row.state == MarkCorrectionState.PROPOSED), None
        )


def marked_answers(attempt: Attempt) -> list[MarkedAnswer]:
    """The answers of an attempt that people have marked, in the order of the attempt."""
    places = {item: place for place, (item, _arrangement) in enumerate(attempt.items)}
    answers = list(
        Answer.objects.filter(
            pk__in=MarkingPlace.objects.filter(
                answer__attempt=attempt, state=PlaceState.DONE
            ).values("answer")
        ).select_related("item__version", "attempt__exam__branch")
    )
    rows: dict[int, list[MarkCorrection]] = defaultdict(list)
    for row in corrections_of_attempt(attempt).order_by("-pk"):
        rows[row.answer_id].append(row)
    answers.sort(key=lambda answer: places.get(answer.item_id, 0))
    return [MarkedAnswer(answer, rows[answer.pk]) for answer in answers]


def corrections_of_attempt(attempt: Attempt) -> QuerySet[MarkCorrection]:
    """All that was proposed about an attempt, in order."""
    return (
        MarkCorrection.objects.filter(answer__attempt=attempt)
        .select_related("by", "decided_by", *_NEXT)
        .order_by("pk")
    )


def open_corrections(exam: Exam) -> QuerySet[MarkCorrection]:
    """What waits for a second person, the oldest first."""
    return (
        MarkCorrection.objects.filter(
            answer__attempt__exam=exam, state=MarkCorrectionState.PROPOSED
        )
        .select_related("by", *_NEXT)
        .order_by("pk")
    )


def correction_in(attempt: Attempt, correction_id: str) -> MarkCorrection | None:
    found = corrections_of_attempt(attempt)
    return found.filter(pk=correction_id).first() if correction_id.isdecimal() else None
