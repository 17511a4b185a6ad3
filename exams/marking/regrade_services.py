"""A key was wrong: who is touched, the decision, the new sums, and what follows for hours."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from exams.attempts.models import Attempt, AttemptState, Exam
from exams.marking import queries
from exams.marking.credit_services import propose_what_follows
from exams.marking.errors import KeyCorrectionError
from exams.marking.models import KeyCorrection, Regrade
from exams.marking.rules import can_lead
from exams.marking.scoring import Decided, Ruling, Scored, Total, points_for, scored, total
from exams.marking.services import announce, give_points, mark_attempt
from exams.questions.models import QuestionVersion
from exams.questions.types import QuestionTypeError, question_type
from lms.core import clock
from lms.members.models import Member

MARKED = (AttemptState.MARKED, AttemptState.RELEASED)


@dataclass(frozen=True, slots=True)
class Change:
    """One attempt before and after."""

    attempt: Attempt
    before: Total
    after: Total
    passed_before: bool | None
    passed_after: bool | None
    answer_points: Mapping[int, Decimal]

    @property
    def is_change(self) -> bool:
        return (self.before, self.passed_before) != (self.after, self.passed_after)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision would do to an exam; `digest` names exactly this."""

    changes: Sequence[Change]
    attempts: int
    digest: str

    @property
    def now_passed(self) -> int:
        return sum(bool(one.passed_after and not one.passed_before) for one in self.changes)

    @property
    def now_failed(self) -> int:
        return sum(bool(one.passed_before and not one.passed_after) for one in self.changes)

    @property
    def higher(self) -> int:
        return sum(_points(one.after) > _points(one.before) for one in self.changes)

    @property
    def lower(self) -> int:
        return sum(_points(one.after) < _points(one.before) for one in self.changes)


def check_ruling(*, version: QuestionVersion, decided: Decided) -> None:
    """Raise KeyCorrectionError if this cannot be decided about such a question."""
    if decided.ruling is not Ruling.ACCEPT:
        return
    kind = question_type(version.kind)
    if not kind.is_machine_marked:
        raise KeyCorrectionError(_("这道题由人评分，没有标准答案可改；可以给满分或不计分。"))
    if not decided.keys:
        raise KeyCorrectionError(_("请至少写出一个接受的答案。"))
    for key in decided.keys:
        try:
            kind.check(version.content, key)
        except QuestionTypeError as wrong:
            raise KeyCorrectionError(_("接受的答案不符合这道题的题型，请检查。")) from wrong


def preview_correction(*, exam: Exam, version: QuestionVersion, decided: Decided) -> Preview:
    """Who would change how; nothing is written."""
    check_ruling(version=version, decided=decided)
    rulings = queries.rulings_of(exam.pk)
    new = {**rulings, version.pk: decided}
    marked = Attempt.objects.filter(exam=exam, state__in=MARKED).select_related("member")
    sheets = queries.sheets(marked.order_by("pk"))
    if any(_is_emptied(sheet, new) for sheet in sheets):
        raise KeyCorrectionError(_("这样一来，有的答卷就没有计分的题了。请改为给所有人满分。"))
    changes = [_change(exam, sheet, rulings, new, version.pk) for sheet in sheets]
    changed = [change for change in changes if change.is_change]
    return Preview(changed, len(changes), _digest(version.pk, decided, changes))


@transaction.atomic
def correct_key(
    *, exam: Exam, version: QuestionVersion, decided: Decided, reason: str, by: Member, digest: str
) -> KeyCorrection:
    """Decide as previewed: sums, ledger of changes, proposals about hours; all or nothing."""
    if not can_lead(by, exam):
        raise KeyCorrectionError(_("答案由举办单位的管理员更正。"))
    if not reason.strip():
        raise KeyCorrectionError(_("请写明更正的原因，考生会看到。"))
    Exam.objects.select_for_update(no_key=True).get(pk=exam.pk)
    list(Attempt.objects.select_for_update(no_key=True).filter(exam=exam).order_by("pk"))
    previewed = preview_correction(exam=exam, version=version, decided=decided)
    if previewed.digest != digest:
        raise KeyCorrectionError(_("预览之后成绩有了变化，请重新查看影响再确认。"))
    correction = KeyCorrection.objects.create(
        exam=exam,
        version=version,
        ruling=decided.ruling.value,
        keys=list(decided.keys),
        reason=reason.strip()[:400],
        by=by,
        at=clock.now(),
    )
    for change in previewed.changes:
        _apply(correction, change)
    _settle_unmarked(exam)
    released = [one for one in previewed.changes if one.attempt.state == AttemptState.RELEASED]
    for change in released:
        announce(change.attempt.pk)
    turned = [one.attempt.member_id for one in released if one.passed_before != one.passed_after]
    propose_what_follows(exam=exam, members=turned, by=by, reason=correction.reason)
    return correction


def _change(
    exam: Exam,
    sheet: queries.Sheet,
    rulings: Mapping[int, Decided],
    new: Mapping[int, Decided],
    version_id: int,
) -> Change:
    decided = new[version_id]
    given: dict[int, Decimal] = {}
    questions: list[Scored] = []
    for item in sheet.items:
        answer = sheet.answers.get(item.pk)
        points = Decimal(0) if answer is None else answer.points
        if item.version_id == version_id and answer is not None:
            share = queries.machine_share(item, answer, decided)
            if share is not None:
                points = given[answer.pk] = points_for(share, item.points)
        questions.append(scored(points, item.points, new.get(item.version_id)))
    attempt = sheet.attempt
    after = total(questions)
    return Change(
        attempt=attempt,
        before=Total(attempt.points, attempt.out_of),
        after=after,
        passed_before=attempt.is_passed,
        passed_after=after.is_passed(exam.pass_percent),
        answer_points=given,
    )


def _apply(correction: KeyCorrection, change: Change) -> None:
    attempt = change.attempt
    answers = {answer.pk: answer for answer in attempt.answers.filter(pk__in=change.answer_points)}
    for pk, points in change.answer_points.items():
        give_points(answers[pk], points)
    Attempt.objects.filter(pk=attempt.pk).update(
        points=change.after.points, out_of=change.after.out_of, is_passed=change.passed_after
    )
    Regrade.objects.create(
        correction=correction,
        attempt=attempt,
        points_before=change.before.points,
        points_after=change.after.points,
        out_of_before=change.before.out_of,
        out_of_after=change.after.out_of,
        passed_before=change.passed_before,
        passed_after=change.passed_after,
    )


def _settle_unmarked(exam: Exam) -> None:
    """Attempts that waited for people may wait for nothing now."""
    for attempt in Attempt.objects.filter(exam=exam, state=AttemptState.FINISHED):
        attempt.exam = exam
        mark_attempt(attempt)


def _is_emptied(sheet: queries.Sheet, rulings: Mapping[int, Decided]) -> bool:
    return not queries.added_up(sheet, rulings).out_of


def _points(summed: Total) -> Decimal:
    return summed.points or Decimal(0)


def _digest(version_id: int, decided: Decided, changes: Sequence[Change]) -> str:
    facts: list[Any] = [version_id, decided.ruling.value, list(decided.keys)]
    facts += [(str(one.attempt.pk), one.attempt.state, one.before, one.after) for one in changes]
    return hashlib.sha256(repr(facts).encode()).hexdigest()
