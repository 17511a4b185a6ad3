"""Which rules hold where, and who is let off what."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from exams.credit.policy import PRESET, Relief, Rules
from exams.rules.models import ReliefState, RuleSet, TargetRelief
from lms.core import clock
from lms.members.models import Branch, Membership
from lms.members.queries import path_and_above, visible_branches, visible_members


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
    for above in reversed(path_and_above(path or "")):
        if above in by_path:
            return by_path[above]
    return PRESET


def reliefs_in_force(member_ids: Iterable[int], year: int) -> dict[int, list[Relief]]:
    """The approved exemptions and reductions of a year by member; others are absent."""
    found: dict[int, list[Relief]] = {}
    rows = TargetRelief.objects.filter(
        member__in=list(member_ids), year=year, state=ReliefState.APPROVED
    )
    for member_id, hours in rows.values_list("member_id", "hours"):
        found.setdefault(member_id, []).append(Relief(hours))
    return found


def visible_reliefs(by: Any) -> QuerySet[TargetRelief]:
    """The reliefs of whom `by` looks after, and the own ones; the latest first."""
    return (
        TargetRelief.objects.filter(member__in=visible_members(by).order_by())
        .select_related("member", "by", "decided_by")
        .order_by("-year", "-requested_at", "-pk")
    )
