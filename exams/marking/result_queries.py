"""Results for those they are about: one attempt question by question, a branch in figures."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from courses.training.models import Enrolment, EnrolmentState
from exams.attempts.models import Attempt, AttemptState, Exam, ExamState
from exams.credit.models import MemberYear, SourceKind, StudyHourEntry
from exams.marking import queries
from exams.marking.models import KeyCorrection, Mark, MarkCorrection, MarkCorrectionState
from exams.marking.queries import KNOWN_TO_MARKERS
from exams.marking.scoring import Scored
from exams.papers.models import PaperItem
from exams.questions.types import Arrangement
from lms.core import clock
from lms.members.models import Member, Membership, Role
from lms.members.queries import (
    has_role,
    members_of,
    outermost,
    path_and_above,
    standing_on,
    visible_branches,
)

# --- One attempt ----------------------------------------------------------------------------------


def own_attempt(by: Member, attempt_id: UUID) -> Attempt | None:
    """An attempt of `by` that is handed in."""
    return (
        Attempt.objects.filter(pk=attempt_id, member=by)
        .exclude(state=AttemptState.OPEN)
        .select_related("exam__branch", "exam__paper", "member")
        .first()
    )


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question of an attempt as the member may read it afterwards."""

    number: int
    item: PaperItem
    arrangement: Arrangement
    answer: dict[str, Any]
    scored: Scored
    marks: Sequence[Mark] = ()
    correction: KeyCorrection | None = None
    mark_corrections: Sequence[MarkCorrection] = ()


def question_results(attempt: Attempt) -> list[QuestionResult]:
    """The questions of an attempt in its order, in six statements."""
    (sheet,) = queries.sheets([attempt], with_questions=True)
    rulings = queries.rulings_of(attempt.exam_id)
    marks = queries.marks_of_attempt(attempt)
    corrections = {row.version_id: row for row in corrections_of(attempt.exam)}
    points = queries.scored_sheet(sheet, rulings)
    changed: dict[int, list[MarkCorrection]] = defaultdict(list)
    for row in approved_corrections(attempt):
        changed[row.answer.item_id].append(row)
    arrangements = dict(attempt.items)
    return [
        QuestionResult(
            number,
            item,
            arrangements[item.pk],
            sheet.answers[item.pk].answer if item.pk in sheet.answers else {},
            earned,
            marks.get(item.pk, ()),
            corrections.get(item.version_id),
            changed[item.pk],
        )
        for number, (item, earned) in enumerate(zip(sheet.items, points, strict=True), start=1)
    ]


def corrections_of(exam: Exam) -> QuerySet[KeyCorrection]:
    """What was decided about keys of this exam, in order."""
    found = KeyCorrection.objects.filter(exam=exam).select_related("by", "version")
    return found.order_by("pk")


def approved_corrections(attempt: Attempt) -> QuerySet[MarkCorrection]:
    """What two people have changed of an attempt's marks, in order; for its member."""
    return (
        MarkCorrection.objects.filter(answer__attempt=attempt, state=MarkCorrectionState.APPROVED)
        .select_related("by", "decided_by", "answer")
        .order_by("decided_at", "pk")
    )


def entry_of(attempt: Attempt) -> StudyHourEntry | None:
    """The hours the member has for this exam."""
    return StudyHourEntry.objects.filter(
        member=attempt.member_id, source_kind=SourceKind.EXAM, source_id=str(attempt.exam_id)
    ).first()


# --- A branch -------------------------------------------------------------------------------------


def exams_with_results(by: Any) -> QuerySet[Exam]:
    """Exams held by branches `by` looks after or by those above them."""
    paths = outermost(visible_branches(by).values_list("path", flat=True))
    above = {step for path in paths for step in path_and_above(path)}
    return (
        Exam.objects.filter(state__in=KNOWN_TO_MARKERS)
        .filter(
            Q(branch__in=visible_branches(by).order_by().values("pk")) | Q(branch__path__in=above)
        )
        .select_related("branch", "training_class")
        .order_by("-opens_at", "-pk")
    )


@dataclass(slots=True)
class MemberResult:
    """One member and the best of the released attempts; nothing yet before the release."""

    member: Member
    branch: str
    is_exempt: bool
    is_expected: bool = True
    attempts: int = 0
    best: Attempt | None = None

    @property
    def sat(self) -> bool:
        return self.attempts > 0

    @property
    def passed(self) -> bool:
        return bool(self.best and self.best.is_passed)


@dataclass(slots=True)
class Figures:
    """The four numbers of a group of people; only who is expected is in the denominator."""

    name: str
    expected: int = 0
    sat: int = 0
    passed: int = 0
    exempt: int = 0
    others: int = 0

    def add(self, row: MemberResult) -> None:
        if not row.is_expected:
            self.others += 1
        elif row.is_exempt and not row.sat:
            self.exempt += 1
        else:
            self.expected += 1
            self.sat += row.sat
            self.passed += row.passed


@dataclass(frozen=True, slots=True)
class Results:
    """An exam's results as far as somebody looks after the people."""

    exam: Exam
    day: dt.date
    rows: Sequence[MemberResult]
    whole: Figures
    branches: Sequence[Figures] = field(default=())

    @property
    def are_released(self) -> bool:
        return self.exam.state == ExamState.RELEASED


def results_for(by: Any, exam: Exam) -> Results:
    """Who was expected, sat and passed, in a number of statements that does not grow.

    People count by the branch they belonged to on the day the exam closed. Who has no study to do
    that year is exempt, unless they sat it. Who sat it and is not of those expected (moved away,
    left the class) is counted apart, and only for whoever administers the exam.
    """
    day = min(clock.today(), clock.local_date(exam.closes_at))
    is_whole = has_role(by, Role.ADMINISTRATOR, exam.branch)
    if exam.training_class_id is not None:
        enrolled = Enrolment.objects.filter(training_class=exam.training_class_id)
        taking_part = enrolled.exclude(state=EnrolmentState.WITHDRAWN)
        people = Member.objects.filter(pk__in=taking_part.values("member"))
    else:
        people = members_of(exam.branch, day)
    if not is_whole:
        standing = Membership.objects.filter(
            standing_on(day),
            member=OuterRef("pk"),
            branch__in=visible_branches(by).order_by().values("pk"),
        )
        people = people.filter(Exists(standing))
    attempts = _attempts_by_member(exam)
    rows = [_row(member, attempts, exam) for member in _described(people, day)]
    if is_whole:
        known = {row.member.pk for row in rows}
        others = Member.objects.filter(pk__in=[pk for pk in attempts if pk not in known])
        for member in _described(others, day):
            row = _row(member, attempts, exam)
            row.is_expected = False
            rows.append(row)
    return _summed(exam, day, rows)


def _described(people: QuerySet[Member], day: dt.date) -> QuerySet[Member]:
    standing = Membership.objects.filter(standing_on(day), member=OuterRef("pk"))
    not_due = MemberYear.objects.filter(member=OuterRef("pk"), year=day.year, is_due=False)
    return people.annotate(
        branch_then=Subquery(standing.values("branch__name")[:1]),
        path_then=Subquery(standing.values("branch__path")[:1]),
        is_not_due=Exists(not_due),
    ).order_by("path_then", "number")


def _attempts_by_member(exam: Exam) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = defaultdict(list)
    rows = Attempt.objects.filter(exam=exam).exclude(state=AttemptState.OPEN).defer("items")
    for attempt in rows.order_by("number"):
        found[attempt.member_id].append(attempt)
    return found


def _row(member: Any, attempts: dict[int, list[Attempt]], exam: Exam) -> MemberResult:
    own = attempts.get(member.pk, [])
    return MemberResult(
        member=member,
        branch=member.branch_then or "",
        is_exempt=member.is_not_due and exam.training_class_id is None,
        attempts=len(own),
        best=best_of(own),
    )


def best_of(attempts: Iterable[Attempt]) -> Attempt | None:
    """The released attempt that counts for a member: passed before failed, then by points."""
    released = [one for one in attempts if one.state == AttemptState.RELEASED]
    return max(
        released, key=lambda one: (bool(one.is_passed), one.points or Decimal(0)), default=None
    )


def _summed(exam: Exam, day: dt.date, rows: list[MemberResult]) -> Results:
    whole = Figures(exam.branch.name)
    by_branch: dict[str, Figures] = {}
    for row in rows:
        whole.add(row)
        by_branch.setdefault(row.branch, Figures(row.branch)).add(row)
    return Results(exam, day, rows, whole, list(by_branch.values()))


# --- Before the release ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReleasePreview:
    """What would be released: numbers, and every marked total as a part of the whole."""

    handed_in: int
    marked: int
    open: int
    passed: int
    shares: Sequence[float]


def release_preview(exam: Exam) -> ReleasePreview:
    rows = list(
        Attempt.objects.filter(exam=exam)
        .order_by("pk")
        .values_list("state", "points", "out_of", "is_passed")
    )
    marked = [row for row in rows if row[0] in (AttemptState.MARKED, AttemptState.RELEASED)]
    return ReleasePreview(
        handed_in=sum(row[0] != AttemptState.OPEN for row in rows),
        marked=len(marked),
        open=sum(row[0] == AttemptState.OPEN for row in rows),
        passed=sum(bool(row[3]) for row in marked),
        shares=[share_of(points, out_of) for _state, points, out_of, _passed in marked],
    )


def share_of(points: Decimal | None, out_of: Decimal) -> float:
    """A total as a part of the whole."""
    return float((points or Decimal(0)) / out_of) if out_of else 0.0
