"""What stands about marks: sheets to add up, places in the queue, workloads."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from exams.attempts.models import Answer, Attempt, AttemptState, Exam, ExamState, Release
from exams.marking.models import ADJUDICATION, KeyCorrection, Mark, MarkingPlace, PlaceState
from exams.marking.scoring import Decided, Ruling, Scored, Total, best_share, scored, total
from exams.papers.models import PaperItem
from exams.questions.models import QuestionVersion
from exams.questions.types import question_type
from lms.core import clock
from lms.members.models import Member, Role
from lms.members.queries import branches_of_role

MARKERS = (Role.INSTRUCTOR, Role.ADMINISTRATOR)
KNOWN_TO_MARKERS = (ExamState.PUBLISHED, ExamState.RELEASED)


# --- Exams ----------------------------------------------------------------------------------------


def exams_to_mark(by: Any) -> QuerySet[Exam]:
    """The exams of the branches `by` teaches in or administers, the latest first."""
    return _exams(branches_of_role(by, *MARKERS))


def exams_led(by: Any) -> QuerySet[Exam]:
    """The exams of the branches `by` administers, the latest first."""
    return _exams(branches_of_role(by, Role.ADMINISTRATOR))


def _exams(branches: QuerySet[Any]) -> QuerySet[Exam]:
    return (
        Exam.objects.filter(branch__in=branches.order_by().values("pk"))
        .filter(state__in=KNOWN_TO_MARKERS)
        .select_related("branch", "paper")
        .order_by("-opens_at", "-pk")
    )


def with_counts(exams: QuerySet[Exam]) -> QuerySet[Exam]:
    """Each with the numbers of attempts handed in and marked, and of places waiting."""
    attempts = Attempt.objects.filter(exam=OuterRef("pk")).order_by().values("exam")
    places = MarkingPlace.objects.filter(exam=OuterRef("pk"), state=PlaceState.WAITING)
    number = Count("pk")
    return exams.annotate(
        handed_in=Subquery(
            attempts.exclude(state=AttemptState.OPEN).annotate(number=number).values("number")
        ),
        marked=Subquery(
            attempts.filter(state__in=(AttemptState.MARKED, AttemptState.RELEASED))
            .annotate(number=number)
            .values("number")
        ),
        places_waiting=Subquery(
            places.order_by().values("exam").annotate(number=number).values("number")
        ),
    )


def is_complete(exam: Exam) -> bool:
    """Nobody is sitting it, and nothing waits to be marked."""
    unfinished = (AttemptState.OPEN, AttemptState.FINISHED)
    return not Attempt.objects.filter(exam=exam, state__in=unfinished).exists()


def exams_to_release() -> QuerySet[Exam]:
    """Published exams that are over, to be released without anybody's word, and complete."""
    unfinished = Attempt.objects.filter(
        exam=OuterRef("pk"), state__in=(AttemptState.OPEN, AttemptState.FINISHED)
    )
    return Exam.objects.filter(
        ~Exists(unfinished), state=ExamState.PUBLISHED, closes_at__lte=clock.now()
    ).exclude(release=Release.BY_HAND)


# --- Sheets: attempts with what is needed to add them up ------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """One attempt: its items in order and its answers by item."""

    attempt: Attempt
    items: Sequence[PaperItem]
    answers: Mapping[int, Answer]


def item_ids(attempt: Attempt) -> list[int]:
    """The items of an attempt in its order."""
    return [item for item, _arrangement in attempt.items]


def sheets(attempts: Iterable[Attempt], *, with_questions: bool = False) -> list[Sheet]:
    """The attempts with items and answers, in three statements whatever their number."""
    found = list(attempts)
    wanted = {item for attempt in found for item in item_ids(attempt)}
    related = ["version"]
    if with_questions:
        related += ["version__question__topic", "version__question__clause__edition__text"]
    items = PaperItem.objects.select_related(*related).in_bulk(wanted)
    answers: dict[UUID, dict[int, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(attempt__in=[attempt.pk for attempt in found]):
        answers[answer.attempt_id][answer.item_id] = answer
    return [
        Sheet(attempt, [items[pk] for pk in item_ids(attempt)], answers[attempt.pk])
        for attempt in found
    ]


def rulings_of(exam_id: int) -> dict[int, Decided]:
    """The ruling that holds for each corrected version of an exam."""
    rows = KeyCorrection.objects.filter(exam_id=exam_id).order_by("pk")
    return {row.version_id: Decided(Ruling(row.ruling), tuple(row.keys)) for row in rows}


def machine_share(item: PaperItem, answer: Answer | None, decided: Decided | None) -> Any:
    """How much of the points an answer earns by the keys that hold; None: people have to say."""
    version = item.version
    kind = question_type(version.kind)
    if answer is None or not answer.answer:
        return Fraction(0)
    if answer.is_on_paper:
        return None
    keys = decided.keys if decided and decided.ruling is Ruling.ACCEPT else (version.key,)
    return best_share(kind.share(version.content, key, answer.answer) for key in keys)


def scored_sheet(sheet: Sheet, rulings: Mapping[int, Decided]) -> list[Scored]:
    """The questions of a sheet by the points their answers have now; no answer earns nothing."""
    return [
        scored(_points(sheet.answers.get(item.pk)), item.points, rulings.get(item.version_id))
        for item in sheet.items
    ]


def _points(answer: Answer | None) -> Decimal | None:
    return Decimal(0) if answer is None else answer.points


def added_up(sheet: Sheet, rulings: Mapping[int, Decided]) -> Total:
    return total(scored_sheet(sheet, rulings))


def unmarked(limit: int) -> list[UUID]:
    """Attempts handed in that the machine has not looked at: an answer has neither points nor
    a place in the queue, or nothing of the attempt waits for people at all."""
    without_place = Answer.objects.filter(
        attempt=OuterRef("pk"), points__isnull=True, places__isnull=True
    )
    waiting = MarkingPlace.objects.filter(answer__attempt=OuterRef("pk"), state=PlaceState.WAITING)
    return list(
        Attempt.objects.filter(state=AttemptState.FINISHED)
        .filter(Exists(without_place) | ~Exists(waiting))
        .order_by("finished_at")
        .values_list("pk", flat=True)[:limit]
    )


# --- The queue ------------------------------------------------------------------------------------


def held_by(by: Member, exam: Exam) -> MarkingPlace | None:
    """The place `by` holds in this exam now, if any."""
    return (
        MarkingPlace.objects.filter(
            exam=exam, marker=by, state=PlaceState.WAITING, leased_until__gt=clock.now()
        )
        .order_by("pk")
        .first()
    )


def places_for(by: Member, exam: Exam, item_ids: Iterable[int] | None = None) -> QuerySet[Any]:
    """What `by` may take: free or run out, not the own answer, not one `by` has marked or left."""
    siblings = MarkingPlace.objects.filter(answer=OuterRef("answer")).exclude(pk=OuterRef("pk"))
    others = siblings.filter(marker=by)
    unread = siblings.filter(state=PlaceState.WAITING)
    found = (
        MarkingPlace.objects.filter(exam=exam, state=PlaceState.WAITING)
        .filter(answer__attempt__state=AttemptState.FINISHED)
        .filter(Q(marker__isnull=True) | Q(marker=by) | Q(leased_until__lte=clock.now()))
        .exclude(answer__attempt__member=by)
        .exclude(returned_by__contains=[by.pk])
        .filter(~Exists(others))
        .filter(Q(number__lt=ADJUDICATION) | ~Exists(unread))
        .order_by("queued_at", "pk")
    )
    return found if item_ids is None else found.filter(answer__item__in=list(item_ids))


def place_at_desk(place_id: int, by: Member) -> MarkingPlace | None:
    """A place of `by` with all its page shows; held, or marked and not yet released."""
    found: MarkingPlace | None = (
        MarkingPlace.objects.filter(pk=place_id, marker=by)
        .select_related("exam__branch", "answer__item__version", "answer__attempt")
        .first()
    )
    return found


def last_marks(answer_id: int) -> dict[int, Mark]:
    """Of each done place of an answer the mark that counts, by the place's number."""
    rows = (
        Mark.objects.filter(
            place__answer=answer_id, place__state=PlaceState.DONE, marker=F("place__marker")
        )
        .select_related("place", "marker")
        .order_by("pk")
    )
    return {row.place.number: row for row in rows}


def marks_of_attempt(attempt: Attempt) -> dict[int, list[Mark]]:
    """The marks that count of an attempt's answers, by item; for the member and who looks."""
    rows = (
        Mark.objects.filter(
            place__answer__attempt=attempt,
            place__state=PlaceState.DONE,
            marker=F("place__marker"),
        )
        .select_related("place__answer")
        .order_by("pk")
    )
    last = {row.place_id: row for row in rows}
    found: dict[int, list[Mark]] = defaultdict(list)
    for row in sorted(last.values(), key=lambda row: row.place.number):
        found[row.place.answer.item_id].append(row)
    return dict(found)


@dataclass(frozen=True, slots=True)
class QuestionLoad:
    """How far one question is that people mark."""

    version_id: int
    stem: str
    waiting: int
    held: int
    done: int
    to_settle: int

    @property
    def all(self) -> int:
        return self.waiting + self.held + self.done


def question_loads(exam: Exam) -> list[QuestionLoad]:
    """The questions of an exam that people mark, each with how far it is, in one statement."""
    is_held = Q(state=PlaceState.WAITING, leased_until__gt=clock.now(), marker__isnull=False)
    is_waiting = Q(state=PlaceState.WAITING) & (
        Q(leased_until__isnull=True) | Q(leased_until__lte=clock.now())
    )
    rows = (
        MarkingPlace.objects.filter(exam=exam)
        .filter(Q(state=PlaceState.DONE) | Q(answer__attempt__state=AttemptState.FINISHED))
        .values("answer__item__version", "answer__item__version__stem")
        .annotate(
            waiting=Count("pk", filter=is_waiting),
            held=Count("pk", filter=is_held),
            done=Count("pk", filter=Q(state=PlaceState.DONE)),
            to_settle=Count("pk", filter=Q(state=PlaceState.WAITING, number=ADJUDICATION)),
            position=Max("answer__item__position"),
        )
        .order_by("position")
    )
    return [
        QuestionLoad(
            row["answer__item__version"], row["answer__item__version__stem"],
            row["waiting"], row["held"], row["done"], row["to_settle"],
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MarkerLoad:
    """What one marker of an exam has taken and done."""

    marker: Member
    held: int
    done: int
    last_at: dt.datetime | None

    @property
    def assigned(self) -> int:
        return self.held + self.done


def marker_loads(exam: Exam) -> list[MarkerLoad]:
    """Who marks an exam and how much, the busiest first, in two statements."""
    rows = list(
        MarkingPlace.objects.filter(exam=exam, marker__isnull=False)
        .filter(Q(state=PlaceState.DONE) | Q(leased_until__gt=clock.now()))
        .values("marker")
        .annotate(
            held=Count("pk", filter=Q(state=PlaceState.WAITING), distinct=True),
            done=Count("pk", filter=Q(state=PlaceState.DONE), distinct=True),
            last_at=Max("marks__at"),
        )
        .order_by("-done", "marker")
    )
    people = Member.objects.in_bulk([row["marker"] for row in rows])
    return [
        MarkerLoad(people[row["marker"]], row["held"], row["done"], row["last_at"]) for row in rows
    ]


def returned(exam: Exam) -> QuerySet[MarkingPlace]:
    """Waiting places somebody gave back, with the reason, for who leads the exam."""
    return (
        MarkingPlace.objects.filter(exam=exam, state=PlaceState.WAITING)
        .exclude(return_reason="")
        .select_related("answer__item__version")
        .order_by("queued_at")
    )


# --- Keys -----------------------------------------------------------------------------------------


def versions_of(exam: Exam) -> QuerySet[QuestionVersion]:
    """The questions on an exam's paper, each once, in order."""
    return (
        QuestionVersion.objects.filter(paper_items__paper=exam.paper_id)
        .annotate(position=Min("paper_items__position"))
        .order_by("position", "pk")
    )


def version_in(exam: Exam, version_id: int) -> QuestionVersion | None:
    return versions_of(exam).filter(pk=version_id).first()


def corrections_with_counts(exam: Exam) -> QuerySet[KeyCorrection]:
    """What was decided about keys, the latest first, with what it did to how many."""
    to_pass = Q(regrades__passed_after=True) & ~Q(regrades__passed_before=True)
    to_fail = Q(regrades__passed_before=True) & ~Q(regrades__passed_after=True)
    return (
        KeyCorrection.objects.filter(exam=exam)
        .select_related("by", "version")
        .annotate(
            changed=Count("regrades"),
            now_passed=Count("regrades", filter=to_pass),
            now_failed=Count("regrades", filter=to_fail),
        )
        .order_by("-pk")
    )
