"""Merging two records of one person: proposed by one, confirmed by another, and taken back so."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.errors import NotAllowedError
from lms.members.merging.errors import MergeError, PreviewChangedError
from lms.members.merging.models import MergeState, RecordMerge
from lms.members.merging.parts import parts
from lms.members.merging.queries import (
    digest_of,
    memberships_kept,
    merge_in_force,
    obstacles,
    phone_after,
    preview,
    proposal_about,
    still_added,
    taken_over,
)
from lms.members.merging.rules import can_decide, can_merge, can_undo, can_withdraw
from lms.members.models import Member, Membership
from lms.members.services import announce_standing, deactivate_member, reactivate_member

_MOVED = gettext_lazy("这一件已经有人处理过了，请刷新页面查看结果。")


def propose_merge(*, kept: Member, lost: Member, reason: str, by: Member) -> RecordMerge:
    """Ask a second person to merge `lost` into `kept`. Nothing changes until they confirm."""
    if kept.pk == lost.pk:
        raise MergeError(_("两个编号是同一份记录，请核对。"))
    if not can_merge(by, kept, lost):
        raise NotAllowedError(_("两份记录都要在您管理的范围内，而且不能是您自己的。"))
    return _propose(
        RecordMerge(kept=kept, lost=lost, reason=reason, by=by, proposed_at=clock.now())
    )


def propose_undo(*, merge: RecordMerge, reason: str, by: Member) -> RecordMerge:
    """Ask a second person to part again what a merge put together."""
    if not can_undo(by, merge):
        raise NotAllowedError(_("只有管理这份记录的管理员可以提出撤销，而且要在合并生效期间。"))
    return _propose(
        RecordMerge(
            kept=merge.kept, lost=merge.lost, undoes=merge_in_force(merge.lost), reason=reason,
            by=by, proposed_at=clock.now(),
        )
    )  # fmt: skip


def confirm_merge(*, merge: RecordMerge, digest: str, by: Member) -> None:
    """Do what the preview says, whole or not at all: `digest` is that of the preview shown."""
    _check_decider(by, merge)
    with transaction.atomic():
        # In one order, whoever is merged into whom.
        held = {
            record.pk: record
            for record in Member.objects.select_for_update()
            .filter(pk__in=[merge.kept_id, merge.lost_id])
            .order_by("pk")
        }
        merge = (
            RecordMerge.objects.select_for_update(of=("self",))
            .select_related("undoes")
            .get(pk=merge.pk)
        )
        merge.kept, merge.lost = held[merge.kept_id], held[merge.lost_id]
        _check_obstacles(merge)
        if digest_of(preview(merge)) != digest:
            raise PreviewChangedError(_("预览之后，记录有了变动。请重新核对后再确认。"))
        advance_or_raise(
            merge, to=MergeState.DONE, from_=[MergeState.PROPOSED], message=str(_MOVED),
            decided_by=by, decided_at=clock.now(),
        )  # fmt: skip
        if merge.undoes is None:
            _merge(merge)
        else:
            _part_again(merge, merge.undoes)
        announce_standing([merge.kept_id, merge.lost_id])
        action = "members.unmerged" if merge.undoes else "members.merged"
        for record, other in ((merge.kept, merge.lost), (merge.lost, merge.kept)):
            log(instance=record, action=action, user=by, data={"what": other.number})


def refuse_merge(*, merge: RecordMerge, answer: str, by: Member) -> None:
    """End the proposal with a reason; both records stay as they are."""
    _check_decider(by, merge)
    _end(merge, to=MergeState.REFUSED, decided_by=by, answer=answer)


def withdraw_merge(*, merge: RecordMerge, by: Member) -> None:
    """Take the own proposal back."""
    if not can_withdraw(by, merge):
        raise NotAllowedError(_("只有提出人可以撤回，而且要在确认之前。"))
    _end(merge, to=MergeState.WITHDRAWN)


# --- What is done to the records themselves -------------------------------------------------------


def _merge(merge: RecordMerge) -> None:
    kept, lost = merge.kept, merge.lost
    phone = phone_after(merge) if phone_after(merge) != kept.phone else None
    moved: dict[str, Any] = {
        "memberships": memberships_kept(merge), "was_active": lost.is_active, "phone": phone,
        "added": [],
    }  # fmt: skip
    joined = taken_over(merge)
    Membership.objects.filter(member=lost).delete()
    for branch_id, (joined_on, left_on) in joined:
        added = Membership.objects.create(
            member=kept, branch_id=branch_id, joined_on=joined_on, left_on=left_on
        )
        moved["added"].append(
            [added.pk, joined_on.isoformat(), left_on.isoformat() if left_on else None]
        )
    deactivate_member(member=lost)
    Member.objects.filter(pk=lost.pk).update(merged_into=kept, phone=None if phone else lost.phone)
    if phone:
        Member.objects.filter(pk=kept.pk).update(phone=phone)
    lost.merged_into = kept
    RecordMerge.objects.filter(pk=merge.pk).update(moved=moved)
    # Where who belonged is settled now: hours are carried to the branch of their day.
    for part in parts():
        part.carry(merge)


def _part_again(undoing: RecordMerge, merge: RecordMerge) -> None:
    kept, lost, moved = undoing.kept, undoing.lost, merge.moved
    still_added(merge).delete()
    for said in moved["memberships"]:
        Membership.objects.create(
            member=lost, branch_id=said["branch"], joined_on=said["joined_on"],
            left_on=said["left_on"],
        )  # fmt: skip
    Member.objects.filter(pk=lost.pk).update(merged_into=None)
    lost.merged_into = None
    if moved["phone"] and kept.phone == moved["phone"]:
        Member.objects.filter(pk=kept.pk).update(phone=None)
        Member.objects.filter(pk=lost.pk).update(phone=moved["phone"])
    if moved["was_active"]:
        reactivate_member(member=lost)
    for part in parts():
        part.give_back(undoing)


# --- Guards ---------------------------------------------------------------------------------------


def _propose(merge: RecordMerge) -> RecordMerge:
    _check_obstacles(merge)
    if proposal_about([merge.kept, merge.lost]):
        raise MergeError(_("其中一份记录已在等待确认的合并里，请先处理那一件。"))
    try:
        with transaction.atomic():
            merge.save(force_insert=True)
    except IntegrityError as refused:
        if "merge_one_open_a_record" not in str(refused):
            raise
        raise MergeError(_("其中一份记录已在等待确认的合并里，请先处理那一件。")) from refused
    return merge


def _check_obstacles(merge: RecordMerge) -> None:
    found = obstacles(merge)
    if found:
        raise MergeError("".join(found))


def _check_decider(by: Member, merge: RecordMerge) -> None:
    if not can_decide(by, merge):
        raise NotAllowedError(
            _("合并要由提出人和本人以外的第二位管理员确认，两份记录都要在其管理范围内。")
        )


def _end(merge: RecordMerge, *, to: str, **changes: Any) -> None:
    advance_or_raise(
        merge, to=to, from_=[MergeState.PROPOSED], message=str(_MOVED), decided_at=clock.now(),
        **changes,
    )  # fmt: skip
