"""Who belongs where, and who may see whom.

A branch's subtree is everything whose path starts with the branch's own path. Every step of a
path has the same fixed length, so a sibling's path is never a prefix of another's.
"""

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Upper

from lms.core import clock
from lms.core.statements import Statement
from lms.members.models import (
    Branch,
    Duty,
    Letters,
    Member,
    Membership,
    Role,
    RoleAssignment,
    RosterImport,
)
from lms.members.roster import RosterRow
from lms.members.roster_plan import KnownBranch, KnownMember

OVERSEEING = (Role.SECRETARY, Role.ADMINISTRATOR)


def held_on(day: dt.date, *, prefix: str = "") -> Q:
    """Roles held on `day`."""
    return Q(**{f"{prefix}from_on__lte": day}) & (
        Q(**{f"{prefix}until_on__isnull": True}) | Q(**{f"{prefix}until_on__gt": day})
    )


def held_from(day: dt.date) -> Q:
    """Roles held on `day` or later."""
    return Q(until_on__isnull=True) | Q(until_on__gt=day)


def standing_on(day: dt.date, *, prefix: str = "") -> Q:
    """Memberships standing on `day`."""
    return Q(**{f"{prefix}joined_on__lte": day}) & (
        Q(**{f"{prefix}left_on__isnull": True}) | Q(**{f"{prefix}left_on__gt": day})
    )


def roles_of(by: Any, *, day: dt.date | None = None) -> QuerySet[RoleAssignment]:
    """The roles `by` holds on `day` (today), each with its branch; none for who may not enter."""
    if not by.is_authenticated or not by.is_active:
        return RoleAssignment.objects.none()
    return (
        RoleAssignment.objects.filter(held_on(day or clock.today()), member_id=by.pk)
        .select_related("branch")
        .order_by("branch__path", "role")
    )


def members_with_roles(today: dt.date | None = None) -> QuerySet[Member]:
    """Members who carry what they are today, which a request asks about several times.

    `roles_today` is ["role path", …], `branch_today` the path of the branch they belong to, or
    None. Loading both with the person costs no statement of its own.
    """
    today = today or clock.today()
    held = RoleAssignment.objects.filter(held_on(today), member_id=OuterRef("pk"))
    standing = Membership.objects.filter(standing_on(today), member_id=OuterRef("pk"))
    return Member.objects.annotate(
        roles_today=ArraySubquery(held.values_list(Concat("role", Value(" "), "branch__path"))),
        branch_today=Subquery(standing.values("branch__path")[:1]),
    )


_MEMBER = -101  # a mark: no member has this id
_CARRIED = ("roles_today", "branch_today")


@functools.lru_cache(maxsize=2)
def _person_statement(today: dt.date) -> Statement:
    """The statement for one of `members_with_roles`, put together once a day."""
    found = members_with_roles(today).filter(pk=_MEMBER)
    return Statement(found.values_list(*_person_columns(), *_CARRIED), _MEMBER)


@functools.cache
def _person_columns() -> tuple[str, ...]:
    return tuple(field.attname for field in Member._meta.concrete_fields)


def person(member_id: int) -> Member | None:
    """One of `members_with_roles`: what every request begins with, so it is kept compiled."""
    columns = _person_columns()
    for row in _person_statement(clock.today()).rows(member_id):
        member = Member.from_db("default", columns, row[: len(columns)])
        for name, carried in zip(_CARRIED, row[len(columns) :], strict=True):
            setattr(member, name, carried)
        return member
    return None


def standing_today(by: Any) -> tuple[str | None, list[tuple[str, str]]]:
    """The path of the branch `by` belongs to today, and the roles held as (role, path).

    No statement for the person of a request, one for any other.
    """
    if not hasattr(by, "roles_today"):
        by = members_with_roles().get(pk=by.pk)
    roles = [entry.split(" ") for entry in by.roles_today]
    return by.branch_today, [(role, path) for role, path in roles]


def has_role(by: Any, role: str | Iterable[str], branch: Branch | None = None) -> bool:
    """`by` holds `role` (or one of them) today: over `branch` if given, else anywhere."""
    if not by.is_authenticated or not by.is_active:
        return False
    if by.is_superuser:
        return True
    wanted = [role] if isinstance(role, str) else list(role)
    carried = getattr(by, "roles_today", None)
    if carried is not None:
        above = None if branch is None else path_and_above(branch.path)
        held_today = (entry.split(" ") for entry in carried)
        return any(held in wanted and (not above or path in above) for held, path in held_today)
    held = roles_of(by).filter(role__in=wanted)
    if branch is not None:
        held = held.filter(branch__path__in=path_and_above(branch.path))
    return held.exists()


def branches_under(paths: Iterable[str]) -> QuerySet[Branch]:
    """The branches at `paths` and all below them, in tree order."""
    within = Q(pk__in=[])
    for path in outermost(paths):
        within |= Q(path__startswith=path)
    found: QuerySet[Branch] = Branch.objects.filter(within).order_by("path")
    return found


def branches_of_role(by: Any, *roles: str) -> QuerySet[Branch]:
    """The subtrees over which `by` holds one of `roles` today."""
    if by.is_authenticated and by.is_active and by.is_superuser:
        everywhere: QuerySet[Branch] = Branch.objects.order_by("path")
        return everywhere
    return branches_under(
        roles_of(by).filter(role__in=roles).values_list("branch__path", flat=True)
    )


def visible_branches(by: Any) -> QuerySet[Branch]:
    """The subtrees `by` looks after today, as secretary or administrator."""
    return branches_of_role(by, *OVERSEEING)


def administered_branches(by: Any) -> QuerySet[Branch]:
    """The subtrees whose people `by` may change in the back office."""
    return branches_of_role(by, Role.ADMINISTRATOR)


def branch_on(member: Member, day: dt.date) -> Branch | None:
    """The branch the member belongs to on `day`."""
    return branches_on(member, day)[0]


def branches_on(member: Member, *days: dt.date) -> list[Branch | None]:
    """The branch the member belongs to on each of `days`, in one statement."""
    standing = Q()
    for day in days:
        standing |= standing_on(day)
    spans = list(Membership.objects.filter(standing, member_id=member.pk).select_related("branch"))
    return [
        next(
            (
                span.branch
                for span in spans
                if span.joined_on <= day and (span.left_on is None or span.left_on > day)
            ),
            None,
        )
        for day in days
    ]


def members_of(branch: Branch, day: dt.date) -> QuerySet[Member]:
    """Who belongs on `day` to `branch` or to a branch below it; each once."""
    return Member.objects.filter(
        standing_on(day, prefix="memberships__"),
        memberships__branch__path__startswith=branch.path,
    ).order_by("number")


def named(people: QuerySet[Any, Any], text: str, *, name: str = "name") -> QuerySet[Any, Any]:
    """Those of `people` in whose `name` is `text`, found by the index of letters."""
    found = people.alias(letters=Letters(Upper(name))).filter(
        letters__contains=Letters(Upper(Value(text)))
    )
    # One letter that is there is in its place; of several the order counts as well.
    return found if len(text) == 1 else found.filter(**{f"{name}__icontains": text})


def visible_members(by: Any, day: dt.date | None = None) -> QuerySet[Member]:
    """Who belongs on `day` (today) to a branch visible to `by`, and `by` in person."""
    if not by.is_authenticated or not by.is_active:
        return Member.objects.none()
    standing = Membership.objects.filter(
        standing_on(day or clock.today()),
        member=OuterRef("pk"),
        branch__in=visible_branches(by).order_by(),
    )
    return Member.objects.filter(Exists(standing) | Q(pk=by.pk)).order_by("number")


def administered_members(by: Any) -> QuerySet[Member]:
    """Whose records `by` may change: the last branch they came to is one `by` administers.

    Who has left still belongs to the records of the branch they left; who has never been in
    any branch is seen by the superuser alone. A record merged into another is changed no more.
    """
    records = Member.objects.filter(merged_into=None).order_by("number")
    if by.is_authenticated and by.is_active and by.is_superuser:
        return records
    today = clock.today()
    own = Membership.objects.filter(member=OuterRef("pk"))
    last = own.filter(joined_on__lte=today).order_by("-joined_on").values("branch")[:1]
    first_to_come = own.filter(joined_on__gt=today).order_by("joined_on").values("branch")[:1]
    return records.alias(record=Coalesce(Subquery(last), Subquery(first_to_come))).filter(
        record__in=administered_branches(by).order_by().values("pk")
    )


def member_named(name: str) -> Member | None:
    """The member whose number, or else whose phone, is `name`."""
    people = Member.objects.select_related("merged_into")
    found = list(people.filter(Q(number=name) | Q(phone=name))[:2])
    return next((member for member in found if member.number == name), found[0] if found else None)


def roster_branches(by: Any) -> list[KnownBranch]:
    """The branches a roster of `by` may name."""
    return [
        KnownBranch(*values)
        for values in administered_branches(by).values_list("pk", "code", "name")
    ]


def roster_members(
    by: Any, rows: Sequence[RosterRow], branches: Iterable[KnownBranch]
) -> list[KnownMember]:
    """Everybody whose number or phone a row of the roster mentions.

    `branches` are those `by` administers; who counts as administered is decided here, from what
    is read anyway, by the same rule as `administered_members`.
    """
    named = {row.number for row in rows} | {row.phone for row in rows if row.phone}
    people = Member.objects.filter(Q(number__in=named) | Q(phone__in=named)).select_related(
        "merged_into"
    )
    spans: dict[int, list[Membership]] = {person.pk: [] for person in people}
    for membership in (
        Membership.objects.filter(member__in=list(spans))
        .select_related("branch")
        .order_by("joined_on")
    ):
        spans[membership.member_id].append(membership)
    own = {branch.pk for branch in branches}
    today = clock.today()
    return [_known_member(by, person, spans[person.pk], own, today) for person in people]


def _known_member(
    by: Any, person: Member, spans: list[Membership], own: set[int], today: dt.date
) -> KnownMember:
    begun = [span for span in spans if span.joined_on <= today]
    of_record = begun[-1:] or spans[:1]
    last = spans[-1] if spans else None
    return KnownMember(
        pk=person.pk,
        number=person.number,
        name=person.name,
        phone=person.phone,
        kind=person.kind,
        is_administered=by.is_superuser or any(span.branch_id in own for span in of_record),
        membership_pk=last.pk if last else None,
        branch_pk=last.branch_id if last else None,
        branch_name=last.branch.name if last else "",
        joined_on=last.joined_on if last else None,
        left_on=last.left_on if last else None,
        merged_into=person.merged_into.number if person.merged_into else "",
    )


def roster_imports(by: Any) -> QuerySet[RosterImport]:
    """The roster files `by` has uploaded, the newest first."""
    return RosterImport.objects.filter(by_id=by.pk).select_related("by").order_by("-pk")


def members_to_hand_codes(by: Any, numbers: Sequence[str]) -> QuerySet[Member]:
    """Those of `numbers` who may sign in by a first code and whose account `by` may manage."""
    return with_branch_name(
        managed_accounts(by)
        .filter(
            number__in=numbers,
            password__startswith=UNUSABLE_PASSWORD_PREFIX,
            first_code_until__gt=clock.now(),
        )
        .exclude(first_code_salt="")
    )


def with_branch_name(members: QuerySet[Member]) -> QuerySet[Member]:
    """Each with `branch_name`, of the last membership, standing or not."""
    last = Membership.objects.filter(member=OuterRef("pk")).order_by("-joined_on")
    return members.annotate(branch_name=Subquery(last.values("branch__name")[:1]))


def managed_accounts(by: Any) -> QuerySet[Member]:
    """Administered members whose way in `by` may close or open anew.

    Not the superuser, and nobody who holds a role over a branch `by` does not administer:
    whoever could give such a person a new code could take their place.
    """
    elsewhere = RoleAssignment.objects.filter(
        held_from(clock.today()), member=OuterRef("pk")
    ).exclude(branch__in=administered_branches(by).order_by())
    members = administered_members(by)
    if not by.is_superuser:
        members = members.filter(is_superuser=False)
    return members.exclude(Exists(elsewhere))


def is_others_number(phone: str, member: Member) -> bool:
    """Somebody else signs in by the number `phone`, which would hide it as a phone."""
    return Member.objects.exclude(pk=member.pk).filter(number=phone).exists()


def memberships_of(member: Member) -> QuerySet[Membership]:
    """Where the member has belonged and belongs, the latest first."""
    found = Membership.objects.filter(member=member).select_related("branch")
    return found.order_by("-joined_on")


def roles_ever(member: Member) -> QuerySet[RoleAssignment]:
    """Every term of the member in any role, the latest first."""
    found = RoleAssignment.objects.filter(member=member).select_related("branch")
    return found.order_by("-from_on", "role")


def duties_of(member: Member) -> QuerySet[Duty]:
    """Every duty of the member, the latest first."""
    return Duty.objects.filter(member=member).order_by("-from_on", "kind")


def held_since(
    member: Member, *, role: str = "", branch: Branch | None = None, duty: str = ""
) -> dt.date | None:
    """Since when the standing term has been held: of a role over a branch, or of a duty."""
    terms: Any = (
        Duty.objects.filter(kind=duty)
        if duty
        else RoleAssignment.objects.filter(role=role, branch=branch)
    )
    found: dt.date | None = (
        terms.filter(held_on(clock.today()), member=member)
        .order_by("-from_on")
        .values_list("from_on", flat=True)
        .first()
    )
    return found


def outermost(paths: Iterable[str]) -> list[str]:
    """`paths` without those that lie below another of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def path_and_above(path: str) -> list[str]:
    """The path of a branch and of all branches above it."""
    step = Branch.steplen
    return [path[:end] for end in range(step, len(path) + 1, step)]
