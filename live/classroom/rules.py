"""Who may plan a live class and who may hold it."""

from typing import Any

from live.classroom import queries
from live.classroom.models import ClassState, LiveClass
from lms.members.models import Branch
from lms.members.queries import has_role
from media_pipeline.queries import HANDLING


def can_plan(by: Any, branch: Branch) -> bool:
    """Whoever brings lectures in for a branch holds classes for it."""
    return has_role(by, HANDLING, branch)


def can_lead(by: Any, live_class: LiveClass) -> bool:
    """The teacher, who assists, and any teacher of the branch: if one's line drops, another
    goes on.
    """
    if queries.leads(by, live_class, assists=False):
        return True
    is_anybody = by.is_authenticated and by.is_active
    return bool(is_anybody and live_class.co_hosts.filter(pk=by.pk).exists())


def can_be_changed(live_class: LiveClass) -> bool:
    """Until people are let in."""
    return live_class.state == ClassState.SCHEDULED
