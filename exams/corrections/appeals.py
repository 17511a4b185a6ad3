"""Appealing against what the ledger says or lacks, and answering; services.

Every step adds an answer to the appeal's own chain; what is said there is never changed.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.catalogue.models import LessonPage
from exams.corrections.answer_chain import answer_hash
from exams.corrections.errors import AlreadyProposedError, NotAllowedError
from exams.corrections.models import (
    AnswerKind,
    Appeal,
    AppealAnswer,
    AppealState,
    AppealSubject,
    Correction,
)
from exams.corrections.queries import branch_of_record
from exams.corrections.rules import can_answer
from exams.credit.models import StudyHourEntry
from lms.core import clock
from lms.core.states import advance, advance_or_raise
from lms.members.models import Branch, Member

_MOVED = gettext_lazy("这条申诉已经有人处理过了，请刷新页面查看结果。")


def appeal_entry(*, entry: StudyHourEntry, by: Member, text: str) -> Appeal:
    """Object to one of the own entries."""
    if entry.member_id != by.pk:
        raise NotAllowedError(_("只能对自己的学时记录提出申诉。"))
    return _file(
        by, text, subject=AppealSubject.ENTRY, subject_id=str(entry.pk),
        title=entry.source_title, entry=entry, day=entry.earned_on,
    )  # fmt: skip


def appeal_lesson(*, lesson: LessonPage, by: Member, text: str) -> Appeal:
    """Ask why a lesson has brought no hours."""
    return _file(
        by, text, subject=AppealSubject.LESSON, subject_id=str(lesson.pk), title=lesson.title
    )


def appeal_missing(*, subject: str, title: str, day: dt.date, by: Member, text: str) -> Appeal:
    """Ask why a gathering or a day of study is not in the ledger."""
    if day > clock.today():
        raise NotAllowedError(_("日期还没有到。请填写学习的那一天。"))
    wanted = AppealSubject(subject)
    key = day.isoformat() if wanted is AppealSubject.DAY else f"{day.isoformat()} {title}"[:64]
    return _file(by, text, subject=wanted, subject_id=key, title=title, day=day)


def appeal_result(
    *, attempt_id: str, title: str, branch: Branch, day: dt.date, by: Member, text: str
) -> Appeal:
    """Object to the result of an exam, before the branch that holds it."""
    return _file(
        by, text, subject=AppealSubject.EXAM, subject_id=attempt_id, title=title, day=day,
        branch=branch,
    )  # fmt: skip


def ask_back(*, appeal: Appeal, by: Member, text: str) -> None:
    """Ask the member for more before answering."""
    _check_answerer(by, appeal)
    with transaction.atomic():
        _move(appeal, to=AppealState.ASKED_BACK, from_=[AppealState.OPEN])
        _say(appeal, AnswerKind.ASKED_BACK, by, text)


def supplement_appeal(*, appeal: Appeal, by: Member, text: str) -> None:
    """What the member was asked for; the time for the answer begins anew."""
    _check_own(by, appeal)
    with transaction.atomic():
        _move(appeal, to=AppealState.OPEN, from_=[AppealState.ASKED_BACK], due_on=_due_from_today())
        _say(appeal, AnswerKind.SUPPLEMENTED, by, text)


def confirm_entry(*, appeal: Appeal, by: Member, text: str) -> None:
    """Answer that the ledger stands as it is, on record beside what it said at this moment."""
    _check_answerer(by, appeal)
    with transaction.atomic():
        _move(appeal, to=AppealState.CONFIRMED, from_=[AppealState.OPEN, AppealState.ASKED_BACK])
        _say(appeal, AnswerKind.CONFIRMED, by, text)


def withdraw_appeal(*, appeal: Appeal, by: Member) -> None:
    """Let the own appeal go; not while a correction it led to is being decided."""
    _check_own(by, appeal)
    with transaction.atomic():
        _move(appeal, to=AppealState.WITHDRAWN, from_=[AppealState.OPEN, AppealState.ASKED_BACK])
        _say(appeal, AnswerKind.WITHDRAWN, by, "")


def correction_proposed(*, correction: Correction) -> None:
    """The appeal waits for the second person; within the proposal's transaction."""
    appeal = correction.appeal
    assert appeal is not None
    _check_answerer(correction.by, appeal)
    if appeal.member_id != correction.member_id:
        raise NotAllowedError(_("这条申诉是另一位党员提出的。"))
    _move(appeal, to=AppealState.IN_CORRECTION, from_=[AppealState.OPEN, AppealState.ASKED_BACK])
    _say(appeal, AnswerKind.PROPOSED, correction.by, correction.reason)


def correction_decided(*, correction: Correction, by: Member, is_approved: bool) -> None:
    """What the decision means for the appeal: settled, or open again for another answer."""
    appeal = correction.appeal
    if appeal is None:
        return
    to = AppealState.CORRECTED if is_approved else AppealState.OPEN
    if advance(appeal, to=to, from_=[AppealState.IN_CORRECTION]):
        kind = AnswerKind.CORRECTED if is_approved else AnswerKind.NOT_CORRECTED
        _say(appeal, kind, by, correction.answer)


def _file(by: Member, text: str, branch: Branch | None = None, **subject: Any) -> Appeal:
    branch = branch or branch_of_record(by)
    if branch is None:
        raise NotAllowedError(_("您目前没有组织关系，请先联系学校管理员登记。"))
    appeal = Appeal(
        member=by, branch=branch, filed_at=clock.now(), due_on=_due_from_today(), **subject
    )
    try:
        with transaction.atomic():
            appeal.save(force_insert=True)
            _say(appeal, AnswerKind.FILED, by, text)
    except IntegrityError as refused:
        if "appeal_one_open_a_subject" not in str(refused):
            raise
        raise AlreadyProposedError(
            _("这一项您已经申诉过，正在处理。请到“我的申诉”查看，可以补充说明。")
        ) from refused
    return appeal


def _due_from_today() -> dt.date:
    return clock.today() + dt.timedelta(days=settings.APPEAL_DAYS)


def _check_own(by: Member, appeal: Appeal) -> None:
    if by.pk != appeal.member_id:
        raise NotAllowedError(_("只有申诉人本人可以这样做。"))


def _check_answerer(by: Member, appeal: Appeal) -> None:
    if not can_answer(by, appeal):
        raise NotAllowedError(_("申诉由本人以外的所在组织书记或管理员答复，已办结的不再答复。"))


def _move(appeal: Appeal, *, to: str, from_: list[str], **changes: Any) -> None:
    advance_or_raise(appeal, to=to, from_=from_, message=str(_MOVED), **changes)


def _say(appeal: Appeal, kind: str, by: Member, text: str) -> AppealAnswer:
    """Add one answer to the appeal's chain; the row of the appeal is held by this transaction."""
    last = appeal.answers.order_by("-seq").first()
    entry = appeal.entry
    answer = AppealAnswer(
        appeal_id=appeal.pk,
        seq=last.seq + 1 if last else 1,
        kind=kind,
        by_id=by.pk,
        text=text,
        stands={"entry": entry.pk, "hours": str(entry.hours), "hash": entry.hash} if entry else {},
        said_at=clock.now(),
        previous_hash=last.hash if last else "",
    )
    answer.hash = answer_hash(answer.previous_hash, vars(answer))
    answer.save(force_insert=True)
    return answer
