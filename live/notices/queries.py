"""Notices of one member, and how that member wants them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from live.notices.models import Notice, NoticeChoice, NoticeKind, QuietHours, Way
from live.notices.quiet import USUAL, Quiet
from lms.core import clock


def notices_of(by: Any) -> QuerySet[Notice]:
    """What may be read now: single ones at once, those rounded up at their hour; newest first."""
    if not by.is_authenticated or not by.is_active:
        return Notice.objects.none()
    now = clock.now()
    return Notice.objects.filter(
        Q(is_rounded_up=False) | Q(due_at__lte=now), member=by.pk
    ).order_by("-due_at", "-pk")


def new_count(by: Any) -> int:
    """How many count as new by now: none in quiet hours."""
    return notices_of(by).filter(read_at=None, due_at__lte=clock.now()).count()


def unread_count(by: Any) -> int:
    """How many of those that may be read now have not been."""
    return notices_of(by).filter(read_at=None).count()


def ways_of(member_ids: Iterable[int], kind: str) -> dict[int, str]:
    rows = NoticeChoice.objects.filter(member__in=list(member_ids), kind=kind)
    return dict(rows.values_list("member", "way"))


def quiet_of(member_ids: Iterable[int]) -> dict[int, Quiet]:
    rows = QuietHours.objects.filter(member__in=list(member_ids))
    return {row.member_id: Quiet(row.from_minute, row.until_minute) for row in rows}


def choices_of(by: Any) -> dict[str, str]:
    """The way chosen for every kind."""
    chosen = dict(NoticeChoice.objects.filter(member=by.pk).values_list("kind", "way"))
    return {kind: chosen.get(kind, Way.NOW) for kind in NoticeKind.values}


def quiet_hours_of(by: Any) -> Quiet:
    return quiet_of([by.pk]).get(by.pk, USUAL)
