"""Which rules hold where, and who is let off what."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Q, QuerySet

from exams.credit.policy import PRESET, Relief, Rules
from exams.rules.models import ReliefState, RuleSet, TargetRelief
from lms.core import clock
from lms.members.models import Branch, Member, Membership
from lms.members.queries import (
    members_of,
    path_and_above,
    visible_branches,
    visible_members,
    with_branch_name,
)

T = TypeVar("T")


def rule_sets_of(branch: Branch) -> QuerySet[RuleSet]:
    """Everything this node has ever published, the latest first."""
    return (
        RuleSet.objects.filter(branch=branch)
        .select_related("by", "branch")
        .order_by("-year", "-version")
    )


def rule_set_for(branch_path: str | None, year: int) -> RuleSet | None:
    """The published rules in force at a place in the tree; None where the preset holds."""
    if not branch_path:
        return None
    return (
        RuleSet.objects.filter(branch__path__in=path_and_above(branch_path), year__lte=year)
        .select_related("branch", "by")
        .order_by("-branch__depth", "-year", "-version")
        .first()
    )


def rules_for(branch_path: str | None, year: int) -> Rules:
    """The rules in force at a place in the tree: of the nearest node upwards, else the preset."""
    found = rule_set_for(branch_path, year)
    return found.as_rules() if found else PRESET


def rule_sets_by_path(year: int) -> dict[str, RuleSet]:
    """What is in force of each node that has rules of its own, by path."""
    latest = (
        RuleSet.objects.filter(year__lte=year)
        .order_by("branch", "-year", "-version")
        .distinct("branch")
        .select_related("branch", "by")
    )
    return {found.branch.path: found for found in latest}


def rules_by_path(year: int) -> dict[str, Rules]:
    """The rules of each node that has some of its own, by path; for many members at once."""
    return {path: found.as_rules() for path, found in rule_sets_by_path(year).items()}


def hours_for_video(duration_ms: int, branch_path: str | None) -> Decimal:
    """What a recording this long is worth by the rules in force where it is for."""
    return rules_for(branch_path, clock.today().year).hours_for_video(duration_ms)


def readable_rule_set(by: Any, version: str) -> RuleSet | None:
    """The published version, if it has ever bound `by`, or binds whom `by` looks after."""
    found = RuleSet.objects.filter(rules__version=version).select_related("branch", "by").first()
    if found is None:
        return None
    below = {"branch__path__startswith": found.branch.path}
    if Membership.objects.filter(member_id=by.pk, **below).exists():
        return found
    overseen = visible_branches(by).order_by()
    reached = Q(path__startswith=found.branch.path) | Q(path__in=path_and_above(found.branch.path))
    return found if overseen.filter(reached).exists() else None


def nearest(by_path: dict[str, Rules], path: str | None) -> Rules:
    """Of `rules_by_path` those that hold at `path`."""
    return nearest_at(by_path, path) or PRESET


def nearest_at(by_path: Mapping[str, T], path: str | None) -> T | None:
    """What the nearest node upwards from `path` has, if any has something."""
    above = reversed(path_and_above(path or ""))
    return next((by_path[each] for each in above if each in by_path), None)


def is_readable(by: Any, version: str) -> bool:
    """Whether `by` can read the text of this version."""
    return version == PRESET.version or readable_rule_set(by, version) is not None


def reliefs_in_force(member_ids: Iterable[int], year: int) -> dict[int, list[Relief]]:
    """The approved exemptions and reductions of a year by member; others are absent."""
    found: dict[int, list[Relief]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_RELIEFS, [list(member_ids), year, ReliefState.APPROVED.value])
        for member_id, hours in cursor.fetchall():
            found.setdefault(member_id, []).append(Relief(hours))
    return found


# The ids in one array, as in `identities_on`.
_RELIEFS = """
SELECT member_id, hours FROM exams_targetrelief
WHERE member_id = ANY (%s) AND year = %s AND state = %s
"""


def visible_reliefs(by: Any) -> QuerySet[TargetRelief]:
    """The reliefs of whom `by` looks after, and the own ones; the latest first."""
    return (
        TargetRelief.objects.filter(member__in=visible_members(by).order_by())
        .select_related("member", "by", "decided_by")
        .order_by("-year", "-requested_at", "-pk")
    )


def reliefs_shown(
    by: Any, *, states: Iterable[str], year: int | None, branch: Branch | None
) -> QuerySet[TargetRelief]:
    """Of the visible reliefs those in one of `states`, of a year, of who belongs to a branch."""
    found = visible_reliefs(by).filter(state__in=list(states))
    if year is not None:
        found = found.filter(year=year)
    if branch is not None:
        day = min(clock.today(), dt.date(year, 12, 31)) if year else clock.today()
        found = found.filter(member__in=members_of(branch, day).order_by())
    return found


def reliefs_of(member: Member, year: int) -> QuerySet[TargetRelief]:
    """What was ever asked for the member in a year, the latest first."""
    return (
        TargetRelief.objects.filter(member=member, year=year)
        .select_related("decided_by")
        .order_by("-requested_at", "-pk")
    )


def people_to_relieve(by: Any, named: str) -> QuerySet[Member]:
    """Others whom `by` looks after, by part of a name or by number; each with `branch_name`."""
    found = with_branch_name(visible_members(by).exclude(pk=by.pk))
    return found.filter(Q(name__icontains=named) | Q(number=named)) if named else found
