"""Which rules hold where, and who is let off what."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from exams.credit.policy import PRESET, Relief, Rules
from exams.rules.models import ReliefState, RuleSet, TargetRelief
from lms.members.models import Branch
from lms.members.queries import path_and_above, visible_members


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
        .order_by("-branch__depth", "-year", "-version")
        .first()
    )


def rules_for(branch_path: str | None, year: int) -> Rules:
    """The rules in force at a place in the tree: of the nearest node upwards, else the preset."""
    found = rule_set_for(branch_path, year)
    return found.as_rules() if found else PRESET


def rules_by_path(year: int) -> dict[str, Rules]:
    """The rules of each node that has some of its own, by path; for many members at once."""
    latest = (
        RuleSet.objects.filter(year__lte=year)
        .order_by("branch", "-year", "-version")
        .distinct("branch")
        .select_related("branch")
    )
    return {found.branch.path: found.as_rules() for found in latest}


def nearest(by_path: dict[str, Rules], path: str | None) -> Rules:
    """Of `rules_by_path` those that hold at `path`."""
    for above in reversed(path_and_above(path or "")):
        if above in by_path:
            return by_path[above]
    return PRESET


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
