"""The filters somebody has saved."""

from typing import Any

from django.db.models import QuerySet

from lms.members.models import Branch
from lms.reports.saved.models import SavedFilter


def saved_filters(by: Any) -> QuerySet[SavedFilter]:
    """One's own, by name; of whatever board, which says itself who may see it."""
    return SavedFilter.objects.filter(by=by).select_related("branch").order_by("name")


def saved_for(by: Any, branch: Branch) -> QuerySet[SavedFilter]:
    """One's own of this board."""
    return saved_filters(by).filter(branch=branch)
