"""Which exams and attempts there are for whom, and what stands in them."""

import datetime as dt
import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from courses.training.models import Enrolment, EnrolmentState
from exams.attempts.models import (
    Allowance,
    Answer,
    Attempt,
    AttemptEvent,
    AttemptState,
    Exam,
    ExamState,
)
from exams.attempts.timing import NOTHING, Allowed, Granted, together
from exams.papers.models import Paper
from exams.papers.queries import people_of
from lms.core.statements import Loaded, Records, Statement, columns
from lms.members.models import Branch, Member
from lms.members.queries import (
    administered_branches,
    path_and_above,
    standing_today,
)

SAT = (ExamState.PUBLISHED, ExamState.RELEASED)


def visible_exams(by: Any) -> QuerySet[Exam]:
    """The exams `by` may sit or has sat: of the own branch and above, or of a class one is in."""
    if not by.is_authenticated or not by.is_active:
        return Exam.objects.none()
    return (
        _exams_for(by.pk, _paths_of(by))
        .select_related("paper", "branch")
        .order_by("-opens_at", "-pk")
    )


def _paths_of(by: Any) -> list[str]:
    """The paths of the branch `by` belongs to today and of those above it."""
    branch, _roles = standing_today(by)
    return [] if branch is None else path_and_above(branch)


def _exams_for(member_id: int, paths: list[str]) -> QuerySet[Exam]:
    """The exams for the member whose branch and those above it have these paths."""
    enrolled = Enrolment.objects.filter(
        training_class=OuterRef("training_class"), member_id=member_id
    ).exclude(state=EnrolmentState.WITHDRAWN)
    reached = Q(Exists(enrolled), training_class__isnull=False)
    if paths:
        reached |= Q(training_class__isnull=True, branch__path__in=paths)
    own = Attempt.objects.filter(exam=OuterRef("pk"), member_id=member_id)
    return Exam.objects.filter(Q(state__in=SAT) & reached | Exists(own))


# Marks of the statements below.
_MEMBER, _EXAM, _ATTEMPT = -101, -102, UUID(int=103)

# What a sitting needs of whom.
_TO_SIT: list[Loaded] = [
    (Exam, "", columns(Exam)),
    (Branch, "branch__", ["id", "path", "name"]),
    (Paper, "paper__", ["id", "sealed_at"]),
]
_OF_ATTEMPT: list[Loaded] = [
    (Attempt, "", columns(Attempt)),
    *((model, f"exam__{at}", names) for model, at, names in _TO_SIT),
]


def exam_to_sit(by: Any, exam_id: int) -> Exam | None:
    """One of `visible_exams` with its branch and its paper."""
    if not by.is_authenticated or not by.is_active:
        return None
    paths = _paths_of(by)
    for exam, exam.branch, exam.paper in _exam_records(len(paths)).rows(by.pk, exam_id, *paths):
        return exam
    return None


@functools.cache
def _exam_records(depth: int) -> Records:
    """One exam for a member of a branch so deep: member, exam, and the paths are to be given."""
    paths = [f"the path at {place} " for place in range(depth)]
    return Records(_exams_for(_MEMBER, paths).filter(pk=_EXAM), _TO_SIT, _MEMBER, _EXAM, *paths)


def attempts_of(member_id: int, exam_id: int) -> list[Attempt]:
    """The member's attempts at the exam, the first one first."""
    return list(Attempt.objects.filter(member_id=member_id, exam_id=exam_id).order_by("number"))


def own_attempt(by: Any, attempt_id: UUID) -> Attempt | None:
    """An attempt of `by`, with its exam, its branch and paper."""
    if not by.is_authenticated:
        return None
    for attempt, exam, exam.branch, exam.paper in _attempt_records().rows(attempt_id, by.pk):
        attempt.exam = exam
        return attempt
    return None


@functools.cache
def _attempt_records() -> Records:
    found = Attempt.objects.filter(pk=_ATTEMPT, member_id=_MEMBER)
    return Records(found, _OF_ATTEMPT, _ATTEMPT, _MEMBER)


@dataclass(frozen=True)
class AskedIn:
    """Which questions of which sealed paper (its id, and when it was sealed) are asked."""

    items: list[list[Any]]
    paper: tuple[int, dt.datetime]


def asked_in(attempt_id: UUID) -> AskedIn | None:
    """What is asked in an attempt, whoever's: for those who hold its ticket."""
    for items, *paper in _asked_statement().rows(attempt_id):
        return AskedIn(json.loads(items), (paper[0], paper[1]))
    return None


@functools.cache
def _asked_statement() -> Statement:
    columns = ("items", "exam__paper_id", "exam__paper__sealed_at")
    return Statement(Attempt.objects.filter(pk=_ATTEMPT).values_list(*columns), _ATTEMPT)


@dataclass(frozen=True)
class Had:
    """What a member had of an exam: how many attempts, which one runs, what was granted."""

    count: int = 0
    running: UUID | None = None
    allowances: int = 0
    allowed: Allowed = NOTHING


@functools.cache
def _had_statement() -> Statement:
    own = Attempt.objects.filter(exam=OuterRef("pk"), member_id=_MEMBER).order_by()
    counted = own.values("exam").annotate(count=Count("pk")).values("count")
    running = own.filter(state=AttemptState.OPEN).values("pk")
    granted = Allowance.objects.filter(exam=OuterRef("pk"), member_id=_MEMBER).values_list(
        JSONObject(
            extra_seconds="extra_seconds",
            time_percent="time_percent",
            extra_attempts="extra_attempts",
            at="at",
        )
    )
    rows = Exam.objects.filter(pk=_EXAM).values_list(
        Coalesce(Subquery(counted), 0), Subquery(running), ArraySubquery(granted)
    )
    return Statement(rows, _MEMBER, _EXAM)


def had(member_id: int, exam_id: int) -> Had:
    """What the member had of the exam until now."""
    ((count, running, rows),) = _had_statement().rows(member_id, exam_id)
    granted = [json.loads(row) for row in rows]
    return Had(
        count,
        running,
        len(granted),
        together(Granted(**{**one, "at": dt.datetime.fromisoformat(one["at"])}) for one in granted),
    )


def allowed_for(member_id: int, exam_id: int) -> Allowed:
    """All that was granted to the member in the exam."""
    return had(member_id, exam_id).allowed


def allowed_among(exam_id: int, member_ids: Iterable[int]) -> dict[int, Allowed]:
    """The same of many members; who was granted nothing is missing."""
    rows = Allowance.objects.filter(exam_id=exam_id, member_id__in=list(member_ids))
    return _together(rows, "member_id")


def allowed_in(by: Member, exam_ids: Iterable[int]) -> dict[int, Allowed]:
    """What was granted to the member, by exam; where nothing was, it is missing."""
    rows = Allowance.objects.filter(member_id=by.pk, exam_id__in=list(exam_ids))
    return _together(rows, "exam_id")


def _together(rows: QuerySet[Allowance], by: str) -> dict[int, Allowed]:
    granted: dict[int, list[Granted]] = {}
    for row in rows.defer("reason"):
        one = Granted(row.extra_seconds, row.time_percent, row.extra_attempts, row.at)
        granted.setdefault(getattr(row, by), []).append(one)
    return {key: together(given) for key, given in granted.items()}


def attempt(attempt_id: UUID) -> Attempt:
    """The attempt alone."""
    return Attempt.objects.get(pk=attempt_id)


def latest_attempts(by: Member, exam_ids: Iterable[int]) -> dict[int, Attempt]:
    """By exam, the member's last attempt at it."""
    rows = Attempt.objects.filter(member=by, exam_id__in=list(exam_ids)).order_by("number")
    return {row.exam_id: row for row in rows.defer("items")}


def answers_in(attempt_id: UUID) -> dict[int, Answer]:
    """By item, what is kept of the attempt."""
    rows = Answer.objects.filter(attempt_id=attempt_id)
    return {row.item_id: row for row in rows}


def answered_count(attempt_id: UUID) -> int:
    """How many questions of the attempt have an answer that is not empty."""
    return Answer.objects.filter(attempt_id=attempt_id).exclude(answer={}).count()


def over_before(moment: dt.datetime, *, limit: int) -> list[UUID]:
    """Open attempts whose deadline was before `moment`, the longest over first."""
    rows = Attempt.objects.filter(state=AttemptState.OPEN, deadline_at__lt=moment)
    return list(rows.order_by("deadline_at").values_list("pk", flat=True)[:limit])


# --- The people of the room ---------------------------------------------------------------------


def watched_exams(by: Any) -> QuerySet[Exam]:
    """The exams `by` looks after: those of the branches `by` administers."""
    return Exam.objects.filter(
        branch__in=administered_branches(by).order_by(), state__in=SAT
    ).select_related("paper", "branch", "training_class")


def watched_exam(by: Any, exam_id: int) -> Exam | None:
    return watched_exams(by).filter(pk=exam_id).first()


def watched_attempt(by: Any, attempt_id: UUID) -> Attempt | None:
    """An attempt at an exam `by` looks after."""
    return (
        Attempt.objects.select_related("exam__paper", "member")
        .filter(pk=attempt_id, exam__in=watched_exams(by).order_by().values("pk"))
        .first()
    )


def called_by_number(exam: Exam, numbers: Iterable[str]) -> list[Member]:
    """Those who may sit the exam with these numbers."""
    return list(people_of(exam).filter(number__in=list(numbers)))


def sitting_in(exam: Exam) -> QuerySet[Attempt]:
    """The attempts at the exam with `answered`, `last_save` and `times_left`; open ones first."""
    answers = Answer.objects.filter(attempt=OuterRef("pk")).order_by()
    left = AttemptEvent.objects.filter(attempt=OuterRef("pk"), kind="left").order_by()
    return (
        Attempt.objects.filter(exam=exam)
        .defer("items")
        .select_related("member")
        .annotate(
            answered=Subquery(
                answers.exclude(answer={})
                .values("attempt")
                .annotate(count=Count("pk"))
                .values("count")
            ),
            last_save=Subquery(
                answers.values("attempt").annotate(last=Max("saved_at")).values("last")
            ),
            times_left=Subquery(left.values("attempt").annotate(count=Count("pk")).values("count")),
        )
        .order_by(F("finished_at").asc(nulls_first=True), "member__number", "number")
    )


def attempts_among(exam: Exam, attempt_ids: Iterable[UUID]) -> list[Attempt]:
    """These attempts, as far as they are at the exam."""
    rows = Attempt.objects.filter(exam=exam, pk__in=list(attempt_ids)).select_related("member")
    return list(rows)


def events_of(attempt: Attempt) -> QuerySet[AttemptEvent]:
    """What happened during the attempt, in order."""
    return attempt.events.select_related("by").order_by("at", "pk")
