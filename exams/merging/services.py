"""What a merge of two records does to the ledger, by reversals and transfers, and to sheets."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from exams.credit.models import LedgerHead, SourceKind, StudyHourEntry
from exams.credit.policy import Grant
from exams.credit.services import post_entry
from exams.merging.carrying import Carried
from exams.merging.queries import (
    carried_sheets,
    carried_source,
    content_of,
    restored_source,
    to_carry,
    to_give_back,
    uncounted_sheets,
)
from exams.on_paper.models import PaperSheet
from lms.members.merging.models import RecordMerge


def carry_hours(*, merge: RecordMerge) -> None:
    """Every standing entry of the lost record is reversed there and given to the kept one.

    Within the transaction of the confirmation, memberships being joined already. The reversal
    names what the kept record was given; what that has of the same content is not given again.
    """
    with transaction.atomic():
        _hold_chains(merge)
        for entry, given in to_carry(merge):
            _reverse(entry, merge, {"carried": _said(given)})
            if not given.is_left:
                _post_carried(entry, given, merge)


def give_hours_back(*, undoing: RecordMerge) -> None:
    """What the merge carried over is reversed in the kept record and posted to the lost one again.

    What was earned after the merge stays where it is.
    """
    assert undoing.undoes is not None
    with transaction.atomic():
        _hold_chains(undoing)
        for entry, twin in to_give_back(undoing.undoes):
            if twin is not None:
                _reverse(twin, undoing, {})
            _post(
                entry, undoing, member=undoing.lost, granted=_gave(entry),
                source=(SourceKind.MERGE, restored_source(undoing.pk, entry)), more={},
            )  # fmt: skip


@transaction.atomic
def carry_sheets(*, merge: RecordMerge) -> None:
    """Sheets of the lost record that have come to no attempt are the kept record's.

    Where that has a sheet of the same exam already, this one counts as replaced by it: a person
    looks at it when it comes back, so that nobody has two.
    """
    held = list(uncounted_sheets(merge.lost_id).select_for_update().values_list("pk", flat=True))
    sheets = PaperSheet.objects.filter(pk__in=held)
    has_own = PaperSheet.objects.filter(
        exam=OuterRef("exam"), member=merge.kept_id, is_current=True
    )
    sheets.filter(Exists(has_own)).update(is_current=False)
    sheets.filter(member=merge.lost_id).update(member=merge.kept_id)
    sheets.filter(holder=merge.lost_id).update(holder=merge.kept_id)
    sheets.update(carried_by=merge)


@transaction.atomic
def give_sheets_back(*, undoing: RecordMerge) -> None:
    """What the merge carried over and has come to no attempt since is the lost record's again."""
    assert undoing.undoes is not None
    held = list(carried_sheets(undoing.undoes).select_for_update().values_list("pk", flat=True))
    sheets = PaperSheet.objects.filter(pk__in=held)
    sheets.filter(member=undoing.kept_id).update(member=undoing.lost_id)
    sheets.filter(holder=undoing.kept_id).update(holder=undoing.lost_id)
    sheets.update(carried_by=None)
    # The last printed for somebody is the one that holds.
    printed = PaperSheet.objects.filter(exam=OuterRef("exam"), member=undoing.lost_id)
    later = printed.filter(pk__gt=OuterRef("pk"))
    last = sheets.filter(~Exists(later), member=undoing.lost_id).values_list("pk", flat=True)
    PaperSheet.objects.filter(pk__in=list(last)).update(is_current=True)


def _post_carried(entry: StudyHourEntry, given: Carried, merge: RecordMerge) -> None:
    more: dict[str, Any] = {}
    if given.short:
        told = [*entry.evidence.get("limits", ()), *(limit.value for limit in given.grant.limits)]
        more = {"worth": f"{given.entry.worth:.2f}", "limits": list(dict.fromkeys(told))}
    _post(
        entry, merge, member=merge.kept, granted=given.grant,
        source=carried_source(merge.kept_id, merge.pk, entry), more=more,
    )  # fmt: skip


def _post(
    entry: StudyHourEntry,
    merge: RecordMerge,
    *,
    member: Any,
    granted: Grant,
    source: tuple[str, str],
    more: dict[str, Any],
) -> None:
    post_entry(
        member=member,
        category=entry.category,
        hours=granted.hours,
        earned_on=entry.earned_on,
        source_kind=source[0],
        source_id=source[1],
        source_title=entry.source_title,
        evidence=entry.evidence | more | {"reason": merge.reason, "merge": _told(merge, entry)},
        by=merge.decided_by,
        content_id=content_of(entry),
        programme_id=entry.programme_id,
        granted=granted,
        rule_version=entry.rule_version,
    )


def _reverse(entry: StudyHourEntry, merge: RecordMerge, more: dict[str, Any]) -> None:
    post_entry(
        member=entry.member,
        category=entry.category,
        hours=-entry.hours,
        earned_on=entry.earned_on,
        source_kind=SourceKind.REVERSAL,
        source_id=str(entry.pk),
        source_title=entry.source_title,
        evidence={"reason": merge.reason, "merge": _told(merge, entry) | more},
        by=merge.decided_by,
        reverses=entry,
    )


def _gave(entry: StudyHourEntry) -> Grant:
    return Grant(entry.hours, entry.counted_hours)


def _told(merge: RecordMerge, entry: StudyHourEntry) -> dict[str, Any]:
    """All that explains the entry without asking another table."""
    assert merge.decided_by is not None
    assert merge.decided_at is not None
    return {
        "id": merge.pk,
        "undoes": merge.undoes_id,
        "kept": {"number": merge.kept.number, "name": merge.kept.name},
        "lost": {"number": merge.lost.number, "name": merge.lost.name},
        "entry": entry.pk,
        "hours": f"{entry.hours:.2f}",
        "hash": entry.hash,
        "proposed_by": {"id": merge.by_id, "name": merge.by.name},
        "proposed_at": _instant(merge.proposed_at),
        "confirmed_by": {"id": merge.decided_by_id, "name": merge.decided_by.name},
        "confirmed_at": _instant(merge.decided_at),
    }


def _said(given: Carried) -> dict[str, Any]:
    return {
        "hours": f"{given.grant.hours:.2f}",
        "limits": [limit.value for limit in given.grant.limits],
    }


def _hold_chains(merge: RecordMerge) -> None:
    """Both heads in one order, so that two merges never wait for each other."""
    ids = sorted((merge.kept_id, merge.lost_id))
    LedgerHead.objects.bulk_create(
        [LedgerHead(member_id=member_id) for member_id in ids], ignore_conflicts=True
    )
    list(LedgerHead.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")
