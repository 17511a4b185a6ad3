"""Which texts there are for whom: one's own, and those handed in to branches one looks after."""

from typing import Any

from django.db.models import Q, QuerySet

from live.writings.models import Attachment, Round, Writing, WritingState
from lms.members.queries import visible_branches


def own_writings(by: Any) -> QuerySet[Writing]:
    return Writing.objects.filter(author=by.pk).select_related("branch").order_by("-changed_at")


def _handed_in(by: Any) -> Q:
    return Q(branch__in=visible_branches(by).order_by()) & ~Q(state=WritingState.DRAFT)


def visible_writings(by: Any) -> QuerySet[Writing]:
    """One's own, and what was handed in to the branches one looks after; nobody else's."""
    if not by.is_authenticated or not by.is_active:
        return Writing.objects.none()
    return Writing.objects.filter(Q(author=by.pk) | _handed_in(by)).select_related(
        "author", "branch"
    )


def writing_for(by: Any, writing_id: int) -> Writing | None:
    return visible_writings(by).filter(pk=writing_id).first()


def writings_to_review(by: Any) -> QuerySet[Writing]:
    """Those waiting for somebody like `by`, the oldest first."""
    return (
        Writing.objects.filter(_handed_in(by), state=WritingState.HANDED_IN)
        .exclude(author=by.pk)
        .select_related("author", "branch")
        .order_by("handed_at", "pk")
    )


def reviewed_writings(by: Any) -> QuerySet[Writing]:
    """Those that wait no longer, the latest first."""
    return (
        Writing.objects.filter(_handed_in(by))
        .exclude(state=WritingState.HANDED_IN)
        .exclude(author=by.pk)
        .select_related("author", "branch")
        .order_by("-changed_at", "-pk")
    )


def rounds_of(writing: Writing) -> list[Round]:
    """In order, each with who read it."""
    return list(
        Round.objects.filter(writing=writing).select_related("reviewed_by").order_by("number")
    )


def attachments_of(writing: Writing) -> list[Attachment]:
    return list(Attachment.objects.filter(writing=writing).order_by("pk"))


def attachment_for(by: Any, writing_id: int, attachment_id: int) -> Attachment | None:
    """A file of a text `by` may see; one not handed in yet is its author's alone."""
    found = Attachment.objects.filter(
        pk=attachment_id, writing=writing_id, writing__in=visible_writings(by).values("pk")
    ).select_related("writing")
    return found.filter(Q(handed_in__isnull=False) | Q(writing__author=by.pk)).first()


def unarchived() -> QuerySet[Writing]:
    """Accepted texts without their PDF."""
    return Writing.objects.filter(state=WritingState.ACCEPTED, archive="")
