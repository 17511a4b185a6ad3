"""Merges, who might be merged, and what a merge would do to the records themselves."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lms.core import clock
from lms.members.merging.models import MergeState, RecordMerge
from lms.members.merging.parts import Row, parts
from lms.members.merging.spans import Span, free_parts
from lms.members.models import Branch, Duty, Member, Membership, RoleAssignment
from lms.members.queries import (
    administered_members,
    held_from,
    managed_accounts,
    with_branch_name,
)

MOST_CANDIDATES = 20


def visible_merges(by: Any) -> QuerySet[RecordMerge]:
    """Those into records that `by` keeps, the latest first."""
    return (
        RecordMerge.objects.filter(kept__in=administered_members(by).order_by())
        .select_related("kept", "lost", "by", "decided_by", "undoes")
        .order_by("-proposed_at", "-pk")
    )


def merges_of(member: Member) -> QuerySet[RecordMerge]:
    """What stands merged into this record, the latest first."""
    return (
        RecordMerge.objects.filter(
            kept=member, lost__merged_into=member, undoes=None, state=MergeState.DONE
        )
        .select_related("lost")
        .order_by("-decided_at")
    )


def merge_in_force(lost: Member) -> RecordMerge | None:
    """The merge by which `lost` is a part of another record."""
    return (
        RecordMerge.objects.filter(
            lost=lost, kept=lost.merged_into_id, undoes=None, state=MergeState.DONE
        )
        .order_by("-decided_at", "-pk")
        .first()
    )


def proposal_about(records: Sequence[Member]) -> RecordMerge | None:
    """An undecided proposal one of these records is in."""
    return RecordMerge.objects.filter(
        Q(kept__in=records) | Q(lost__in=records), state=MergeState.PROPOSED
    ).first()


def record_numbered(by: Any, number: str) -> Member | None:
    """One of the records whose accounts `by` manages."""
    return managed_accounts(by).filter(number=number.strip()).first()


def same_names(by: Any) -> list[tuple[str, list[Member]]]:
    """Names that several records kept by `by` have, each with these records; the first few.

    People may well have the same name: it is a list to look through, and nothing more.
    """
    own = administered_members(by).order_by()
    names = (
        own.values("name")
        .annotate(records=Count("pk"))
        .filter(records__gt=1)
        .order_by("name")
        .values_list("name", flat=True)[:MOST_CANDIDATES]
    )
    found: dict[str, list[Member]] = {}
    for record in with_branch_name(own.filter(name__in=list(names))).order_by("name", "number"):
        found.setdefault(record.name, []).append(record)
    return list(found.items())


def obstacles(merge: RecordMerge) -> list[str]:
    """What is to be settled before this merge or undoing; empty when nothing is in the way."""
    found = list(_own_obstacles(merge))
    for part in parts():
        found += part.obstacles(merge)
    return found


def _own_obstacles(merge: RecordMerge) -> Iterator[str]:
    if merge.undoes is not None:
        if merge.lost.merged_into_id != merge.kept_id:
            yield _("这次合并已经撤销过了。")
        return
    if merge.kept.merged_into_id or merge.lost.merged_into_id:
        yield _("其中一份记录已经并入别的记录，不能再合并。请核对编号。")
    if Member.objects.filter(merged_into=merge.lost_id).exists():
        yield _("编号 %(number)s 已有别的记录并入，请把它作为保留的一方。") % {
            "number": merge.lost.number
        }
    held = held_from(clock.today())
    if any(
        model.objects.filter(held, member=merge.lost_id).exists()
        for model in (RoleAssignment, Duty)
    ):
        yield _("编号 %(number)s 还担任职责或职务。请先在其名下结束，再登记到保留的一方。") % {
            "number": merge.lost.number
        }


def taken_over(merge: RecordMerge) -> list[tuple[int, Span]]:
    """(branch, days) of the lost record's memberships on days the kept one leaves free."""
    taken = _spans_of(merge.kept_id)
    days = [span for _branch, span in taken]
    return [
        (branch_id, free)
        for branch_id, span in _spans_of(merge.lost_id)
        for free in free_parts(span, days)
    ]


def _spans_of(member_id: int) -> list[tuple[int, Span]]:
    rows = Membership.objects.filter(member=member_id).order_by("joined_on")
    return [(row.branch_id, (row.joined_on, row.left_on)) for row in rows]


def memberships_kept(merge: RecordMerge) -> list[dict[str, Any]]:
    """The lost record's memberships as JSON."""
    return [
        {
            "branch": branch_id,
            "joined_on": joined.isoformat(),
            "left_on": left.isoformat() if left else None,
        }
        for branch_id, (joined, left) in _spans_of(merge.lost_id)
    ]


def phone_after(merge: RecordMerge) -> str | None:
    """The kept record's own phone, else the lost one's."""
    return merge.kept.phone or merge.lost.phone


# --- The preview ----------------------------------------------------------------------------------


def preview(merge: RecordMerge) -> list[Row]:
    """Side by side what is and what will be, the people's own records first."""
    rows = list(_undo_rows(merge) if merge.undoes else _merge_rows(merge))
    for part in parts():
        rows += part.preview(merge)
    return rows


def digest_of(rows: Sequence[Row]) -> str:
    """The same for two previews exactly if they show the same."""
    said = json.dumps([asdict(row) for row in rows], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _merge_rows(merge: RecordMerge) -> Iterator[Row]:
    kept, lost = merge.kept, merge.lost
    yield Row(
        _("编号"), (kept.number,), (lost.number,),
        (kept.number, _("用 %(number)s 也能找到这份记录") % {"number": lost.number}),
    )  # fmt: skip
    yield Row(_("姓名"), (kept.name,), (lost.name,), (kept.name,))
    yield Row(_("手机"), _one(kept.phone), _one(lost.phone), _one(phone_after(merge)))
    yield Row(
        _("身份"), (kept.get_kind_display(),), (lost.get_kind_display(),),
        (kept.get_kind_display(),),
    )  # fmt: skip
    yield Row(_("登录"), (kept.way_in,), (lost.way_in,), (kept.way_in,))
    own, others = _spans_of(kept.pk), _spans_of(lost.pk)
    yield Row(
        _("组织关系"),
        _told(own),
        _told(others),
        _told(sorted([*own, *taken_over(merge)], key=_begins)),
    )


def _undo_rows(merge: RecordMerge) -> Iterator[Row]:
    assert merge.undoes is not None
    kept, lost, moved = merge.kept, merge.lost, merge.undoes.moved
    yield Row(_("编号"), (kept.number,), (kept.number,), (lost.number,))
    given = moved["phone"] is not None and kept.phone == moved["phone"]
    phones = (None, moved["phone"]) if given else (kept.phone, lost.phone)
    yield Row(_("手机"), _one(kept.phone), _one(phones[0]), _one(phones[1]))
    own = _spans_of(kept.pk)
    added = set(still_added(merge.undoes).values_list("joined_on", flat=True))
    yield Row(
        _("组织关系"), _told(own),
        _told([each for each in own if each[1][0] not in added]),
        _told([_read(each) for each in moved["memberships"]]),
    )  # fmt: skip


def still_added(merge: RecordMerge) -> QuerySet[Membership]:
    """The memberships the merge gave to the kept record that have not been changed since."""
    unchanged = Q(pk__in=[])
    for pk, joined_on, left_on in merge.moved["added"]:
        unchanged |= Q(pk=pk, joined_on=joined_on, left_on=left_on)
    return Membership.objects.filter(unchanged, member=merge.kept_id)


def _read(said: dict[str, Any]) -> tuple[int, Span]:
    left = said["left_on"]
    return said["branch"], (
        dt.date.fromisoformat(said["joined_on"]), dt.date.fromisoformat(left) if left else None
    )  # fmt: skip


def _begins(each: tuple[int, Span]) -> dt.date:
    return each[1][0]


def _one(said: str | None) -> tuple[str, ...]:
    return (said or "—",)


def _told(spans: Sequence[tuple[int, Span]]) -> tuple[str, ...]:
    names = dict(
        Branch.objects.filter(pk__in={branch for branch, _span in spans}).values_list("pk", "name")
    )
    told = tuple(
        f"{names[branch]} {joined.isoformat()} — {left.isoformat()}"
        if left
        else _("%(branch)s %(day)s 起") % {"branch": names[branch], "day": joined.isoformat()}
        for branch, (joined, left) in spans
    )
    return told or ("—",)
