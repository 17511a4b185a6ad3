"""In what capacities people belong: kind, office and duties on a day, for many at once."""

import datetime as dt
from collections.abc import Iterable, Iterator

from lms.members.models import Duty, Member, Membership, Role, RoleAssignment
from lms.members.queries import held_on, standing_on

Standing = tuple[str | None, frozenset[str]]


def identities_on(member_ids: Iterable[int], day: dt.date) -> dict[int, Standing]:
    """By member: the path of the branch they belong to on `day` (or None), and what they are.

    What they are: their `MemberKind`, `Role.SECRETARY` for who holds that office, and the
    `DutyKind`s held. Four statements, however many members.
    """
    ids = list(member_ids)
    held: dict[int, set[str]] = {
        member_id: {kind}
        for member_id, kind in Member.objects.filter(pk__in=ids).values_list("pk", "kind")
    }
    offices = RoleAssignment.objects.filter(held_on(day), role=Role.SECRETARY, member__in=ids)
    for member_id, role in offices.values_list("member_id", "role"):
        held[member_id].add(role)
    duties = Duty.objects.filter(held_on(day), member__in=ids)
    for member_id, kind in duties.values_list("member_id", "kind"):
        held[member_id].add(kind)
    paths = dict(
        Membership.objects.filter(standing_on(day), member__in=ids).values_list(
            "member_id", "branch__path"
        )
    )
    return {
        member_id: (paths.get(member_id), frozenset(kinds)) for member_id, kinds in held.items()
    }


def member_ids_on(day: dt.date, *, under: str = "") -> Iterator[int]:
    """Everybody who belongs to some branch on `day` (below the path `under`), in order."""
    rows = Membership.objects.filter(standing_on(day)).order_by("member_id")
    if under:
        rows = rows.filter(branch__path__startswith=under)
    return rows.values_list("member_id", flat=True).iterator(chunk_size=5000)
