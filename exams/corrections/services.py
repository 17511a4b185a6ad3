"""Proposing a correction of the ledger, and the second person's decision."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.attempts.models import Exam
from exams.corrections.appeals import correction_decided, correction_proposed
from exams.corrections.errors import (
    AlreadyProposedError,
    NotAllowedError,
    NothingToReverseError,
    WrongHoursError,
)
from exams.corrections.models import (
    Appeal,
    Correction,
    CorrectionKind,
    CorrectionState,
)
from exams.corrections.queries import branch_of_record
from exams.corrections.rules import can_decide, can_propose, can_withdraw
from exams.credit.models import SourceKind, StudyHourEntry
from exams.credit.services import post_entry
from lms.core import clock
from lms.core.states import advance, advance_or_raise
from lms.members.models import Branch, Member

STEP = Decimal("0.25")
MOST = Decimal(200)  # more than any training class of a year gives at once
_MOVED = gettext_lazy("这条更正已经有人处理过了，请刷新页面查看结果。")


def propose_reversal(
    *,
    entry: StudyHourEntry,
    by: Member,
    reason: str,
    note: str = "",
    appeal: Appeal | None = None,
    follows: Exam | None = None,
) -> Correction:
    """Ask a second person to take an entry back. Nothing changes until they approve."""
    branch = _branch_to_propose_in(by, entry.member)
    if entry.source_kind == SourceKind.REVERSAL:
        raise NothingToReverseError(_("这一条本身就是冲销。如果冲销错了，请提出更正补记。"))
    if _reversal_of(entry) is not None:
        raise NothingToReverseError(_("这一条已经冲销过了，不用再提。"))
    return _propose(
        Correction(
            kind=CorrectionKind.REVERSAL, member=entry.member, branch=branch, entry=entry,
            category=entry.category, hours=entry.hours, earned_on=entry.earned_on,
            title=entry.source_title, reason=reason, note=note, appeal=appeal, follows=follows,
            by=by, proposed_at=clock.now(),
        )
    )  # fmt: skip


def propose_addition(
    *,
    member: Member,
    by: Member,
    category: str,
    hours: Decimal,
    earned_on: dt.date,
    title: str,
    reason: str,
    note: str = "",
    appeal: Appeal | None = None,
    follows: Exam | None = None,
) -> Correction:
    """Ask a second person to post hours that were earned and are missing (更正补记)."""
    branch = _branch_to_propose_in(by, member)
    if not (STEP <= hours <= MOST) or hours % STEP:
        raise WrongHoursError(_("学时以 0.25 为单位，最少 0.25，最多 200。请重新填写。"))
    if earned_on > clock.today():
        raise WrongHoursError(_("学习日期不能晚于今天，请重新填写。"))
    return _propose(
        Correction(
            kind=CorrectionKind.ADDITION, member=member, branch=branch, category=category,
            hours=hours, earned_on=earned_on, title=title, reason=reason, note=note,
            appeal=appeal, follows=follows, by=by, proposed_at=clock.now(),
        )
    )  # fmt: skip


def approve_correction(*, correction: Correction, by: Member, answer: str = "") -> StudyHourEntry:
    """Post what was proposed, once; the entry says who proposed and who approved it, and why."""
    _check_decider(by, correction)
    with transaction.atomic():
        # Whoever decides waits here for whoever is deciding, and then finds it decided.
        standing = Correction.objects.select_for_update(no_key=True).get(pk=correction.pk)
        if standing.state != CorrectionState.PROPOSED:
            raise NotAllowedError(str(_MOVED))
        now = clock.now()
        entry = post_entry(
            member=correction.member,
            category=correction.category,
            hours=-correction.hours if correction.entry else correction.hours,
            earned_on=correction.earned_on,
            source_kind=SourceKind.REVERSAL if correction.entry else SourceKind.CORRECTION,
            source_id=str(correction.entry_id or correction.pk),
            source_title=correction.title,
            evidence=_evidence(correction, by, now),
            by=by,
            reverses=correction.entry,
        )
        if entry.evidence.get("correction") != correction.pk:
            raise NothingToReverseError(
                _("这一条在此期间已经冲销，不会再冲销一次。请点“不批准”结束这条更正。")
            )
        advance_or_raise(
            correction,
            to=CorrectionState.APPROVED,
            from_=[CorrectionState.PROPOSED],
            message=str(_MOVED),
            decided_by=by,
            decided_at=now,
            answer=answer,
            posted=entry,
        )
        correction_decided(correction=correction, by=by, is_approved=True)
    return entry


def refuse_correction(*, correction: Correction, by: Member, answer: str) -> None:
    """End the proposal with a reason; the ledger stays as it is."""
    _check_decider(by, correction)
    with transaction.atomic():
        _end(correction, to=CorrectionState.REFUSED, decided_by=by, answer=answer)
        correction_decided(correction=correction, by=by, is_approved=False)


def withdraw_correction(*, correction: Correction, by: Member) -> None:
    """Take the own proposal back."""
    if not can_withdraw(by, correction):
        raise NotAllowedError(_("只有提出人可以撤回，而且要在批准之前。"))
    with transaction.atomic():
        _end(correction, to=CorrectionState.WITHDRAWN)
        correction_decided(correction=correction, by=by, is_approved=False)


def end_overtaken(*, correction: Correction, answer: str) -> bool:
    """End a proposal that followed from a result which is another now; False: it was decided."""
    with transaction.atomic():
        ended = advance(
            correction,
            to=CorrectionState.WITHDRAWN,
            from_=[CorrectionState.PROPOSED],
            decided_at=clock.now(),
            answer=answer,
        )
        if ended:
            correction_decided(correction=correction, by=correction.by, is_approved=False)
    return ended


def _branch_to_propose_in(by: Member, member: Member) -> Branch:
    branch = branch_of_record(member)
    if branch is None or not can_propose(by, member, branch):
        raise NotAllowedError(
            _("只有本人所在组织的书记或管理员可以提出更正；自己的学时请通过申诉提出。")
        )
    return branch


def _propose(correction: Correction) -> Correction:
    try:
        with transaction.atomic():
            correction.save(force_insert=True)
            if correction.appeal is not None:
                correction_proposed(correction=correction)
    except IntegrityError as refused:
        if "correction_once_an_entry" not in str(refused):
            raise
        raise AlreadyProposedError(_("这一条的冲销已经提出，正在等待批准，不用再提。")) from refused
    return correction


def _reversal_of(entry: StudyHourEntry) -> StudyHourEntry | None:
    return StudyHourEntry.objects.filter(reverses_id=entry.pk).first()


def _check_decider(by: Member, correction: Correction) -> None:
    if not can_decide(by, correction):
        raise NotAllowedError(
            _("更正要由提出人和本人以外的第二个人批准，有上级的由上级书记或管理员批准。")
        )


def _end(correction: Correction, *, to: str, **changes: Any) -> None:
    advance_or_raise(
        correction,
        to=to,
        from_=[CorrectionState.PROPOSED],
        message=str(_MOVED),
        decided_at=clock.now(),
        **changes,
    )


def _evidence(correction: Correction, by: Member, now: dt.datetime) -> dict[str, Any]:
    """All that explains the entry without asking another table."""
    return {
        "correction": correction.pk,
        "reason": correction.reason,
        "note": correction.note,
        "appeal": correction.appeal_id,
        "proposed_by": {"id": correction.by_id, "name": correction.by.name},
        "proposed_at": _instant(correction.proposed_at),
        "approved_by": {"id": by.pk, "name": by.name},
        "approved_at": _instant(now),
    }


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")
