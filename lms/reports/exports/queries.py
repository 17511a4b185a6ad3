"""The exports somebody may see and fetch, and those whose time is over."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from lms.members.queries import visible_branches
from lms.reports.exports.models import OPEN_EXPORT_STATES, Export, ExportState


def visible_exports(by: Any) -> QuerySet[Export]:
    """One's own, of branches one looks after today; the latest first."""
    return (
        Export.objects.filter(by=by, branch__in=visible_branches(by).order_by())
        .select_related("branch")
        .order_by("-pk")
    )


def new_exports(by: Any) -> int:
    """How many lie ready that were never fetched."""
    return visible_exports(by).filter(state=ExportState.READY, fetched_at=None).count()


def open_exports() -> QuerySet[Export]:
    """All that somebody waits for."""
    return Export.objects.filter(state__in=OPEN_EXPORT_STATES)


def expired_exports(now: dt.datetime) -> QuerySet[Export]:
    """Those nobody may fetch any more and nobody works at."""
    return Export.objects.filter(expires_at__lte=now).exclude(state__in=OPEN_EXPORT_STATES)


def is_named(file: str) -> bool:
    """Some export's file."""
    return Export.objects.filter(file=file).exists()
