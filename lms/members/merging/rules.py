"""Who may merge records."""

from typing import Any

from lms.members.merging.models import RecordMerge
from lms.members.models import Member
from lms.members.rules import can_manage_account


def can_merge(by: Any, kept: Member, lost: Member) -> bool:
    """Who may close and open either account; never one's own."""
    return by.pk not in {kept.pk, lost.pk} and all(
        can_manage_account(by, record) for record in (kept, lost)
    )


def can_undo(by: Any, merge: RecordMerge) -> bool:
    """Who may manage the surviving account, while the merge stands."""
    return (
        merge.undoes_id is None
        and merge.lost.merged_into_id == merge.kept_id
        and by.pk not in {merge.kept_id, merge.lost_id}
        and can_manage_account(by, merge.kept)
    )


def can_decide(by: Any, merge: RecordMerge) -> bool:
    """A second person with the same say, and neither of the two records."""
    if not merge.is_open or by.pk in {merge.by_id, merge.kept_id, merge.lost_id}:
        return False
    if merge.undoes_id:
        return can_manage_account(by, merge.kept)
    return can_merge(by, merge.kept, merge.lost)


def can_withdraw(by: Any, merge: RecordMerge) -> bool:
    """Who proposed it, while nobody has decided."""
    return merge.is_open and by.pk == merge.by_id
