"""Which groups a class has, who sits in them, and what was said and written there."""

import datetime as dt
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from live.classroom.models import LiveClass, LivePresence
from live.classroom.presence import PRESENT
from live.groups.models import Group, GroupMessage, GroupNote, GroupRound, GroupSeat
from lms.core import clock
from lms.members.models import Member, Membership
from lms.members.queries import standing_on

MOST_MESSAGES = 200


def open_round(live_class: LiveClass) -> GroupRound | None:
    return GroupRound.objects.filter(live_class=live_class, closed_at=None).first()


def over(now: dt.datetime) -> QuerySet[GroupRound]:
    return GroupRound.objects.filter(closed_at=None, ends_at__lte=now)


def here_with_branch(live_class: LiveClass) -> list[tuple[Member, str]]:
    """Who has a line in the room now, but the teacher; with the branch of today."""
    lines = LivePresence.objects.filter(
        live_class=live_class,
        member=OuterRef("pk"),
        left_at=None,
        seen_at__gte=clock.now() - PRESENT,
    )
    branch = Membership.objects.filter(standing_on(clock.today()), member=OuterRef("pk"))
    people = (
        Member.objects.filter(Exists(lines))
        .exclude(pk=live_class.teacher_id)
        .annotate(branch_path=Subquery(branch.values("branch__path")[:1]))
        .order_by("number")
    )
    return [(each, each.branch_path or "") for each in people]


def group_of(live_class_id: int, group_id: int) -> Group | None:
    return (
        Group.objects.select_related("round")
        .filter(pk=group_id, round__live_class=live_class_id)
        .first()
    )


def own_group(held: GroupRound, member: Member) -> Group | None:
    return Group.objects.select_related("round").filter(round=held, seats__member=member).first()


def smallest_group(held: GroupRound) -> Group:
    return (
        Group.objects.select_related("round")
        .filter(round=held)
        .annotate(seated=Count("seats"))
        .order_by("seated", "number")[0]
    )


def is_seated(member: Member, group: Group) -> bool:
    return GroupSeat.objects.filter(group=group, member=member).exists()


def people_of(group: Group) -> list[Member]:
    return list(
        Member.objects.filter(
            Exists(GroupSeat.objects.filter(group=group, member=OuterRef("pk")))
        ).order_by("number")
    )


def messages_of(group: Group, after: int = 0) -> list[GroupMessage]:
    """The last MOST_MESSAGES after the one with that key, in order."""
    rows = GroupMessage.objects.filter(group=group, pk__gt=after).select_related("by")
    return list(rows.order_by("-pk")[:MOST_MESSAGES])[::-1]


def message_known(group: Group, once: str) -> bool:
    return GroupMessage.objects.filter(group=group, once=once).exists()


def note_of(group: Group) -> GroupNote | None:
    return GroupNote.objects.filter(group=group).select_related("by").order_by("-revision").first()


def overview(live_class: LiveClass) -> list[dict[str, Any]]:
    """Every group of every round with its note, the last round first. One statement."""
    last = GroupNote.objects.filter(group=OuterRef("pk")).order_by("-revision")
    groups = (
        Group.objects.filter(round__live_class=live_class)
        .select_related("round")
        .annotate(
            people=Count("seats", distinct=True),
            said=Count("messages", distinct=True),
            note=Subquery(last.values("text")[:1]),
        )
        .order_by("-round", "number")
    )
    return [
        {
            "id": group.pk,
            "round": group.round_id,
            "topic": group.round.topic,
            "open": group.round.closed_at is None,
            "number": group.number,
            "people": group.people,
            "said": group.said,
            "note": group.note or "",
        }
        for group in groups
    ]
