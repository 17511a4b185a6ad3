"""Importing a roster: a preview that changes nothing, then exactly that, once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.states import advance
from lms.members.codes import FIRST_CODE_LASTS, new_salt
from lms.members.errors import NotAllowedError, RosterChangedError, RosterError
from lms.members.models import Member, Membership, RosterImport, RosterState
from lms.members.queries import roster_branches, roster_members
from lms.members.roster import Problem, Roster, RosterRow, UnreadableRosterError, read_roster
from lms.members.roster_files import read_table
from lms.members.roster_plan import Change, ChangeKind, Plan, plan_roster
from lms.members.roster_words import sentence
from lms.members.rules import can_administer
from lms.members.services import announce_standing

BATCH = 1000
CHANGING = (ChangeKind.CHANGED, ChangeKind.TRANSFER)


@transaction.atomic
def preview_roster(*, by: Member, file_name: str, content: bytes) -> RosterImport:
    """Read the file and keep what it says and would change; nothing else is changed.

    Raises RosterError with a sentence when the file as a whole cannot be taken.
    """
    if not can_administer(by):
        raise NotAllowedError(_("只有学校管理员可以导入名册。"))
    try:
        roster = read_roster(read_table(content), today=clock.today())
    except UnreadableRosterError as unreadable:
        raise RosterError(sentence(unreadable.problem)) from unreadable
    plan = _plan(by, roster.rows, clock.today())
    return RosterImport.objects.create(
        by=by,
        file_name=file_name[:255],
        rows={
            "rows": [_kept(row) for row in roster.rows],
            "problems": [asdict(problem) for problem in roster.problems],
            "ignored": roster.ignored,
        },
        plan_digest=plan.digest(),
        counts=_counts(roster, plan),
        previewed_at=clock.now(),
    )


def replan(roster_import: RosterImport) -> tuple[Roster, Plan]:
    """What the kept file says, and what it would change as people stand now."""
    roster = _roster(roster_import)
    return roster, _plan(roster_import.by, roster.rows, clock.today())


def import_roster(*, roster_import: RosterImport, by: Member) -> RosterImport:
    """Apply the preview, all of it or nothing.

    Refused when people or branches have changed since, so that what is applied is what was
    read on the preview's page, and when it has been applied already.
    """
    if roster_import.by_id != by.pk or not can_administer(by):
        raise NotAllowedError(_("只能确认自己上传的名册。"))
    try:
        with transaction.atomic():
            moved = advance(
                roster_import,
                to=RosterState.APPLIED,
                from_=[RosterState.PREVIEWED],
                applied_at=clock.now(),
            )
            if not moved:
                raise RosterError(_("这份名册已经导入过了，没有重复导入。"))
            _lock(roster_import)
            _roster_now, plan = replan(roster_import)
            if plan.digest() != roster_import.plan_digest:
                raise RosterChangedError(
                    _(
                        "预览之后，人员或支部的数据有了变动，没有导入。请重新上传名册，核对后再确认。"
                    )
                )
            _apply(plan.changes)
    except IntegrityError as clash:
        raise RosterChangedError(
            _("导入时有人同时改动了数据，没有导入。请重新上传名册，核对后再确认。")
        ) from clash
    return roster_import


# --- Reading ------------------------------------------------------------------------------------


def _roster(roster_import: RosterImport) -> Roster:
    kept = roster_import.rows
    return Roster(
        rows=[_row(row) for row in kept["rows"]],
        problems=[Problem(**problem) for problem in kept["problems"]],
        ignored=kept["ignored"],
    )


def _kept(row: RosterRow) -> dict[str, Any]:
    joined_on = row.joined_on.isoformat() if row.joined_on else None
    return {**asdict(row), "joined_on": joined_on}


def _row(kept: dict[str, Any]) -> RosterRow:
    joined_on = dt.date.fromisoformat(kept["joined_on"]) if kept["joined_on"] else None
    return RosterRow(**{**kept, "joined_on": joined_on})


def _plan(by: Member, rows: Sequence[RosterRow], today: dt.date) -> Plan:
    branches = roster_branches(by)
    members = roster_members(by, rows, branches)
    return plan_roster(rows, members=members, branches=branches, today=today)


def _counts(roster: Roster, plan: Plan) -> dict[str, int]:
    counts = plan.counts()
    faulty = {problem.line for problem in (*roster.problems, *plan.problems)}
    return {**counts, "problems": len(faulty)}


# --- Applying -----------------------------------------------------------------------------------


def _lock(roster_import: RosterImport) -> None:
    """Nobody else moves or renames the people concerned until we are done."""
    numbers = [row["number"] for row in roster_import.rows["rows"]]
    list(
        Member.objects.select_for_update()
        .filter(number__in=numbers)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _apply(changes: Sequence[Change]) -> None:
    by_kind: dict[ChangeKind, list[Change]] = {kind: [] for kind in ChangeKind}
    for change in changes:
        by_kind[change.kind].append(change)
    _write_fields(by_kind[ChangeKind.CHANGED] + by_kind[ChangeKind.TRANSFER])
    _move(by_kind[ChangeKind.TRANSFER])
    added = _add(by_kind[ChangeKind.NEW])
    moved = [c.member_pk for c in changes if c.member_pk is not None and c.kind in CHANGING]
    announce_standing([*moved, *added])


def _write_fields(changes: list[Change]) -> None:
    changed = {c.member_pk: c.fields for c in changes if c.fields and c.member_pk is not None}
    phones = [pk for pk, fields in changed.items() if "phone" in fields]
    # Two members may swap numbers: all give theirs up before any takes one.
    Member.objects.filter(pk__in=phones).update(phone=None)
    members = list(Member.objects.filter(pk__in=changed))
    for member in members:
        for name, (_before, after) in changed[member.pk].items():
            setattr(member, name, after)
    _rewrite(Member, members, ["name", "phone", "kind"])


def _move(changes: list[Change]) -> None:
    """End what stands and begin anew; what began that very day has no day left and gives way."""
    replaced = [c.from_membership_pk for c in changes if c.from_joined_on == c.joined_on]
    ended = {
        c.from_membership_pk: c.joined_on
        for c in changes
        if c.from_membership_pk and c.from_joined_on != c.joined_on
    }
    Membership.objects.filter(pk__in=[pk for pk in replaced if pk]).delete()
    standing = list(Membership.objects.filter(pk__in=ended))
    for membership in standing:
        membership.left_on = ended[membership.pk]
    _rewrite(Membership, standing, ["left_on"])
    Membership.objects.bulk_create(
        [
            Membership(member_id=c.member_pk, **_place(c))
            for c in changes
            if c.member_pk is not None
        ],
        batch_size=BATCH,
    )


def _rewrite(model: type[Model], rows: Sequence[Model], fields: list[str]) -> None:
    """Write `fields` of rows that exist: as an upsert, which Django puts together several times
    faster than the CASE of a bulk update."""
    model._default_manager.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=fields,
    )


def _place(change: Change) -> dict[str, Any]:
    """Where to and since when: every new and every moving member has both."""
    return {"branch_id": change.branch_pk, "joined_on": change.joined_on}


def _add(changes: list[Change]) -> list[int]:
    """New people have no password: a first sign-in code costs no hash (see docs/decisions)."""
    until = clock.now() + FIRST_CODE_LASTS
    members = Member.objects.bulk_create(
        [
            Member(
                number=change.number,
                name=change.fields["name"][1],
                phone=change.fields["phone"][1] or None,
                kind=change.fields["kind"][1],
                password=make_password(None),
                first_code_salt=new_salt(),
                first_code_until=until,
            )
            for change in changes
        ],
        batch_size=BATCH,
    )
    Membership.objects.bulk_create(
        [
            Membership(member=member, **_place(change))
            for member, change in zip(members, changes, strict=True)
        ],
        batch_size=BATCH,
    )
    return [member.pk for member in members]
