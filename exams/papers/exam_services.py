"""Holding exams: made, published, extended, cancelled. Sitting them is in `exams.attempts`."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from exams.attempts.models import Attempt, AttemptState, Exam, ExamState, Release
from exams.attempts.queries import allowed_among
from exams.attempts.rules import window_of
from exams.attempts.timing import NOTHING, extended
from exams.papers.errors import ExamFixedError, ExamNotReadyError
from exams.papers.models import PaperState
from exams.papers.queries import people_of
from exams.passing.services import send_class
from exams.questions.types import question_type
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Member

LONGEST = dt.timedelta(days=366)
COPIED_LATER = dt.timedelta(days=7)

# What the form of a draft holds.
FIELDS = (
    "title",
    "branch",
    "training_class",
    "paper",
    "instructions",
    "opens_at",
    "closes_at",
    "allowed_seconds",
    "attempts_allowed",
    "pass_percent",
    "study_hours",
    "navigation",
    "shuffles_questions",
    "shuffles_options",
    "fairness",
    "release",
    "markers_per_answer",
    "is_marked_blind",
)


def create_exam(*, exam: Exam, by: Member) -> Exam:
    """A draft: nobody but the officers knows of it."""
    exam.state = ExamState.DRAFT
    exam.made_by = by
    exam.made_at = clock.now()
    exam.save(force_insert=True)
    return exam


def update_exam(*, exam: Exam) -> Exam:
    """Write what the form of a draft holds. Raises ExamFixedError once it is published."""
    values = {name: getattr(exam, name) for name in FIELDS}
    if not Exam.objects.filter(pk=exam.pk, state=ExamState.DRAFT).update(**values):
        raise ExamFixedError(_("考试已经发布，只能延长结束时间或取消。要改别的，请复制一场。"))
    return exam


def discard_exam(*, exam: Exam) -> None:
    """A draft is thrown away."""
    deleted, _rows = Exam.objects.filter(pk=exam.pk, state=ExamState.DRAFT).delete()
    if not deleted:
        raise ExamFixedError(_("考试已经发布，不能删除，可以取消。"))


def problems_of(exam: Exam) -> list[str]:
    """What stands in the way of publishing, a sentence each."""
    told = []
    if exam.paper.state != PaperState.SEALED:
        told.append(_("试卷还没有封卷。请先打开试卷核对，然后封卷。"))
    if exam.closes_at <= clock.now():
        told.append(_("结束时间已经过去，请改开始和结束时间。"))
    if exam.closes_at - exam.opens_at > LONGEST:
        told.append(_("考试从开始到结束不能超过一年，请核对年份。"))
    if not 0 < exam.pass_percent <= 100:
        told.append(_("及格线应在 1% 到 100% 之间。"))
    if not people_of(exam).exists():
        told.append(_("没有人可以参加这场考试。请改举办单位，或者先在培训班里编入学员。"))
    if exam.release == Release.AT_ONCE and _has_human_marking(exam):
        told.append(_("试卷里有需要人工评阅的题，不能交卷后立即公布成绩。请改成绩公布方式。"))
    return told


@transaction.atomic
def publish_exam(*, exam: Exam, by: Member) -> None:
    """Announce the exam. From now on only what hurts nobody can be changed."""
    held = Exam.objects.select_for_update(of=("self",)).select_related("paper", "branch")
    problems = problems_of(held.get(pk=exam.pk))
    if problems:
        raise ExamNotReadyError(problems[0])
    advance_or_raise(
        exam,
        to=ExamState.PUBLISHED,
        from_=[ExamState.DRAFT],
        message=_("考试已经发布，或者已经取消。"),
    )
    log(instance=exam, action="exams.exam_published", user=by)


@transaction.atomic
def extend_exam(*, exam: Exam, closes_at: dt.datetime, by: Member) -> None:
    """Let the window close later; never earlier, because people have planned by it.

    Whom the window would have cut short while sitting has the new end at once, or the whole of
    the time allowed if that ends before it.
    """
    if closes_at <= exam.closes_at:
        raise ExamFixedError(_("考试发布以后只能延长：新的结束时间要晚于原来的结束时间。"))
    if closes_at - exam.opens_at > LONGEST:
        raise ExamFixedError(_("考试从开始到结束不能超过一年，请核对年份。"))
    before, now = window_of(exam), clock.now()
    rows = Exam.objects.filter(pk=exam.pk, state=ExamState.PUBLISHED, closes_at__lt=closes_at)
    if not rows.update(closes_at=closes_at):
        raise ExamFixedError(_("这场考试现在不能延长，请刷新页面看它的状态。"))
    exam.closes_at = closes_at
    cut_short = list(
        Attempt.objects.select_for_update(no_key=True)
        .filter(exam=exam, state=AttemptState.OPEN, deadline_at=before.closes_at)
        .filter(deadline_at__gt=now)
        .only("started_at", "deadline_at", "member_id")
        .order_by("pk")
    )
    granted = allowed_among(exam.pk, [attempt.member_id for attempt in cut_short])
    for attempt in cut_short:
        attempt.deadline_at = extended(
            attempt.deadline_at,
            before,
            window_of(exam),
            attempt.started_at,
            granted.get(attempt.member_id, NOTHING),
        )
    Attempt.objects.bulk_update(cut_short, ["deadline_at"])
    said = {"before": before.closes_at.isoformat(), "after": closes_at.isoformat()}
    log(instance=exam, action="exams.exam_extended", user=by, data=said)


@transaction.atomic
def cancel_exam(*, exam: Exam, reason: str, by: Member) -> None:
    """Call the exam off and say why. Attempts stay as they are, and count for nothing."""
    reason = reason.strip()
    if not reason:
        raise ExamFixedError(_("请写明取消的原因，考生会看到。"))
    advance_or_raise(
        exam,
        to=ExamState.CANCELLED,
        from_=[ExamState.PUBLISHED],
        message=_("只有已发布、还没有公布成绩的考试可以取消。"),
        cancelled_reason=reason,
    )
    log(instance=exam, action="exams.exam_cancelled", user=by, data={"reason": reason})
    if exam.training_class_id is not None:  # whom it alone kept from passing
        send_class(class_id=exam.training_class_id)


def copy_exam(*, exam: Exam, by: Member) -> Exam:
    """A draft with the same rules, a week later or, if that is past, a week from now."""
    values = {name: getattr(exam, name) for name in FIELDS}
    length = exam.closes_at - exam.opens_at
    values["opens_at"] = max(exam.opens_at, clock.now()) + COPIED_LATER
    values["closes_at"] = values["opens_at"] + length
    values["title"] = (_("%(title)s（副本）") % {"title": exam.title})[:120]
    return create_exam(exam=Exam(**values), by=by)


def _has_human_marking(exam: Exam) -> bool:
    kinds = exam.paper.items.order_by().values_list("version__kind", flat=True).distinct()
    return any(not question_type(kind).is_machine_marked for kind in kinds)
