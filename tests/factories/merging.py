"""Merges for tests, made by their own services."""

from lms.members.merging.models import RecordMerge
from lms.members.merging.queries import digest_of, preview
from lms.members.merging.services import confirm_merge, propose_merge, propose_undo
from lms.members.models import Member

REASON = "转接后名册重复建档，已与本人核对"


def make_merge_proposal(
    kept: Member, lost: Member, *, by: Member, reason: str = REASON
) -> RecordMerge:
    """Of the records as they stand in the database."""
    kept, lost = (Member.objects.get(pk=record.pk) for record in (kept, lost))
    return propose_merge(kept=kept, lost=lost, reason=reason, by=by)


def confirmed(merge: RecordMerge, *, by: Member) -> RecordMerge:
    """Confirmed by somebody who has seen the preview."""
    fresh = RecordMerge.objects.get(pk=merge.pk)
    confirm_merge(merge=fresh, digest=digest_of(preview(fresh)), by=by)
    return RecordMerge.objects.get(pk=merge.pk)


def merged(kept: Member, lost: Member, *, by: Member, second: Member) -> RecordMerge:
    return confirmed(make_merge_proposal(kept, lost, by=by), by=second)


def parted(merge: RecordMerge, *, by: Member, second: Member) -> RecordMerge:
    """The merge taken back."""
    return confirmed(
        propose_undo(merge=RecordMerge.objects.get(pk=merge.pk), reason="合错了人", by=by),
        by=second,
    )
