"""What has been reported, hidden and appealed against, for those who look after it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from live.discussion.models import (
    Hiding,
    HidingState,
    ModerationEntry,
    Post,
    PostState,
    Report,
    ReportState,
)
from lms.members.queries import visible_branches


def _looked_after(by: Any, prefix: str = "post__") -> Q:
    """Posts of the threads, and of the people, of the branches `by` looks after."""
    branches = visible_branches(by).order_by()
    return Q(**{f"{prefix}branch__in": branches}) | Q(**{f"{prefix}thread__branch__in": branches})


def open_reports(by: Any) -> QuerySet[Report]:
    """Those waiting for somebody like `by`, the oldest first."""
    return (
        Report.objects.filter(_looked_after(by), state=ReportState.OPEN)
        .exclude(post__author=by.pk)
        .select_related("by", "post__author", "post__branch", "post__thread__branch")
        .order_by("at", "pk")
    )


def waiting_posts(by: Any) -> QuerySet[Post]:
    """Those somebody like `by` has to look at before they are shown, the oldest first."""
    return (
        Post.objects.filter(_looked_after(by, ""), state=PostState.WAITING)
        .exclude(author=by.pk)
        .select_related("author", "branch", "thread__branch")
        .defer("grams")
        .order_by("made_at", "pk")
    )


def report_for(by: Any, report_id: int) -> Report | None:
    return open_reports(by).filter(pk=report_id).first()


def open_appeals(by: Any) -> QuerySet[Hiding]:
    """Those `by` may decide: of what `by` has neither hidden nor written."""
    return (
        Hiding.objects.filter(_looked_after(by), state=HidingState.APPEALED)
        .exclude(by=by.pk)
        .exclude(post__author=by.pk)
        .select_related("by", "post__author", "post__branch", "post__thread__branch")
        .order_by("appealed_at", "pk")
    )


def visible_hidings(by: Any) -> QuerySet[Hiding]:
    """Those of one's own posts and of the posts one looks after."""
    return Hiding.objects.filter(_looked_after(by) | Q(post__author=by.pk)).select_related(
        "by", "decided_by", "post__author", "post__branch", "post__thread__branch",
        "post__thread__board", "post__thread__lesson", "post__thread__course",
    )  # fmt: skip


def hiding_for(by: Any, hiding_id: int) -> Hiding | None:
    return visible_hidings(by).filter(pk=hiding_id).first()


def standing_hiding(post: Post) -> Hiding | None:
    return Hiding.objects.filter(post=post).exclude(state=HidingState.LIFTED).first()


def standing_hidings(post_ids: Iterable[int]) -> dict[int, Hiding]:
    found = Hiding.objects.filter(post__in=list(post_ids)).exclude(state=HidingState.LIFTED)
    return {hiding.post_id: hiding for hiding in found.select_related("by")}


def own_report(by: Any, post: Post) -> Report | None:
    return Report.objects.filter(post=post, by=by.pk).first()


def log_entries(by: Any) -> QuerySet[ModerationEntry]:
    """Everything that was done in the threads, and about the people, `by` looks after."""
    branches = visible_branches(by).order_by()
    return (
        ModerationEntry.objects.filter(
            Q(thread__branch__in=branches) | Q(post__branch__in=branches)
        )
        .select_related("by", "thread", "post__author")
        .order_by("-at", "-pk")
    )


def open_count(by: Any) -> int:
    return open_reports(by).count() + open_appeals(by).count() + waiting_posts(by).count()
