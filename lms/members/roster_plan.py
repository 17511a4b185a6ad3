"""What a roster would change: each row against the person as they stand.

Pure: rows and what is known in, changes and problems out. The digest of a plan is what the
person confirming has seen; a plan with another digest is another plan.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from lms.members.roster import Problem, RosterRow

FULL_MEMBER = "full"


@dataclass(frozen=True, slots=True)
class KnownBranch:
    """A branch the person importing administers."""

    pk: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A person as recorded. `branch_pk` and `joined_on` are of the last membership, which
    still stands while `left_on` is None; `is_administered` says whether the importer may
    change the record."""

    pk: int
    number: str
    name: str
    phone: str | None
    kind: str
    is_administered: bool
    membership_pk: int | None = None
    branch_pk: int | None = None
    branch_name: str = ""
    joined_on: dt.date | None = None
    left_on: dt.date | None = None
    merged_into: str = ""  # the number of the record this one is a part of


class ChangeKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Change:
    """What one row does. `fields` maps a changed field to (before, after)."""

    line: int
    kind: ChangeKind
    number: str
    name: str
    member_pk: int | None
    fields: dict[str, tuple[str, str]]
    branch_pk: int | None = None  # where to, for who is new or moves
    joined_on: dt.date | None = None
    from_membership_pk: int | None = None  # the standing membership a transfer ends
    from_joined_on: dt.date | None = None
    from_branch: str = ""
    to_branch: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    changes: list[Change]
    problems: list[Problem]
    unchanged: int

    def counts(self) -> dict[str, int]:
        """How many rows do what; a row that moves and changes counts as a transfer."""
        totals = {kind.value: 0 for kind in ChangeKind}
        for change in self.changes:
            totals[change.kind] += 1
        faulty = len({problem.line for problem in self.problems})
        return {**totals, "unchanged": self.unchanged, "problems": faulty}

    def digest(self) -> str:
        """The same for two plans exactly if they would do the same."""
        said = json.dumps([asdict(change) for change in self.changes], default=str, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


class _RefusedError(Exception):
    def __init__(self, code: str, /, **words: str) -> None:
        super().__init__(code)
        self.code, self.words = code, words


def plan_roster(
    rows: Iterable[RosterRow],
    *,
    members: Iterable[KnownMember],
    branches: Iterable[KnownBranch],
    today: dt.date,
) -> Plan:
    """`members` are all who share a number or a phone with a row, administered or not."""
    known = list(members)
    by_number = {member.number: member for member in known}
    places = _Places(branches)
    wanted = list(rows)
    refused: list[Problem] = []
    while True:
        # A row that is refused keeps its old phone, which another row may have counted on.
        taken = _Names(known, wanted)
        changes: list[Change] = []
        problems: list[Problem] = []
        for row in wanted:
            try:
                change = _change(row, by_number.get(row.number), places, taken, today)
            except _RefusedError as refusal:
                problems.append(Problem(refusal.code, row.line, refusal.words))
            else:
                changes += [change] if change else []
        if not problems:
            refused.sort(key=lambda problem: problem.line or 0)
            return Plan(changes, refused, len(wanted) - len(changes))
        refused += problems
        bad = {problem.line for problem in problems}
        wanted = [row for row in wanted if row.line not in bad]


class _Places:
    """Branches by code and by name."""

    def __init__(self, branches: Iterable[KnownBranch]) -> None:
        self.by_code: dict[str, KnownBranch] = {}
        self.by_name: dict[str, list[KnownBranch]] = {}
        for branch in branches:
            self.by_code[branch.code] = branch
            self.by_name.setdefault(branch.name, []).append(branch)

    def of(self, row: RosterRow) -> KnownBranch:
        """The branch the row names. Either column may hold the code or the name."""
        branch = self._named(row.branch_code or row.branch or "")
        if row.branch_code and row.branch and row.branch not in (branch.name, branch.code):
            raise _RefusedError(
                "branch_differs", code=branch.code, name=branch.name, value=row.branch
            )
        return branch

    def _named(self, value: str) -> KnownBranch:
        if value in self.by_code:
            return self.by_code[value]
        found = self.by_name.get(value, [])
        if len(found) > 1:
            codes = "、".join(sorted(branch.code for branch in found))
            raise _RefusedError("ambiguous_branch", value=value, codes=codes)
        if not found:
            raise _RefusedError("unknown_branch", value=value)
        return found[0]


class _Names:
    """Which names to sign in with are taken once all rows are applied."""

    def __init__(self, members: Iterable[KnownMember], rows: Iterable[RosterRow]) -> None:
        new_phones = {row.number: row.phone for row in rows if row.phone}
        self.phones = {phone: number for number, phone in new_phones.items()}
        self.numbers = {row.number for row in rows}
        for member in members:
            self.numbers.add(member.number)
            if member.phone and member.number not in new_phones:
                self.phones[member.phone] = member.number

    def refuse_taken(self, row: RosterRow) -> None:
        if self.phones.get(row.number, row.number) != row.number:
            raise _RefusedError("number_is_phone", value=row.number)
        if not row.phone:
            return
        if self.phones.get(row.phone, row.number) != row.number:
            raise _RefusedError("phone_taken", value=row.phone)
        if row.phone != row.number and row.phone in self.numbers:
            raise _RefusedError("phone_is_number", value=row.phone)


def _change(
    row: RosterRow, member: KnownMember | None, places: _Places, taken: _Names, today: dt.date
) -> Change | None:
    branch = places.of(row)
    if member is not None and member.merged_into:
        raise _RefusedError("merged_member", value=row.number, into=member.merged_into)
    if member is not None and not member.is_administered:
        raise _RefusedError("foreign_member", value=row.number)
    taken.refuse_taken(row)
    if member is None:
        return Change(
            line=row.line,
            kind=ChangeKind.NEW,
            number=row.number,
            name=row.name,
            member_pk=None,
            fields={
                "name": ("", row.name),
                "phone": ("", row.phone or ""),
                "kind": ("", row.kind or FULL_MEMBER),
            },
            branch_pk=branch.pk,
            joined_on=row.joined_on or today,
            to_branch=branch.name,
        )
    fields = _changed_fields(row, member)
    stands = member.branch_pk is not None and member.left_on is None
    if stands and member.branch_pk == branch.pk:
        if not fields:
            return None
        return Change(row.line, ChangeKind.CHANGED, row.number, row.name, member.pk, fields)
    joined_on = row.joined_on or today
    _refuse_earlier(member, joined_on)
    return Change(
        line=row.line,
        kind=ChangeKind.TRANSFER,
        number=row.number,
        name=row.name,
        member_pk=member.pk,
        fields=fields,
        branch_pk=branch.pk,
        joined_on=joined_on,
        from_membership_pk=member.membership_pk if stands else None,
        from_joined_on=member.joined_on if stands else None,
        from_branch=member.branch_name,
        to_branch=branch.name,
    )


def _changed_fields(row: RosterRow, member: KnownMember) -> dict[str, tuple[str, str]]:
    """An empty cell says nothing, so it changes nothing."""
    said: Mapping[str, str | None] = {"name": row.name, "phone": row.phone, "kind": row.kind}
    recorded = {"name": member.name, "phone": member.phone or "", "kind": member.kind}
    return {
        name: (recorded[name], value)
        for name, value in said.items()
        if value and value != recorded[name]
    }


def _refuse_earlier(member: KnownMember, joined_on: dt.date) -> None:
    """A move may not rewrite days that already belong to a branch."""
    if member.left_on is not None and joined_on < member.left_on:
        raise _RefusedError("before_leaving", day=member.left_on.isoformat())
    if member.left_on is None and member.joined_on is not None and joined_on < member.joined_on:
        raise _RefusedError("before_joining", day=member.joined_on.isoformat())
