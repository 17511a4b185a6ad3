"""Questions in their order, hands in theirs, and who is there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from live.classroom.models import ClassState, LiveClass, LivePresence, LiveTake
from live.classroom.presence import PRESENT
from live.hands.models import (
    OPEN_HANDS,
    CallAnswer,
    HandState,
    LiveCall,
    LiveHand,
    LiveQuestion,
    QuestionState,
    QuestionVote,
)
from live.hands.queueing import Line, Wanted, in_order
from lms.core import clock
from lms.members.models import Member

PUBLIC = (QuestionState.OPEN, QuestionState.ANSWERED)


# --- Questions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its votes."""

    question: LiveQuestion
    votes: int


def questions(live_class: LiveClass, *, with_dismissed: bool = False) -> list[Asked]:
    """Those everybody reads, in their order; with the dismissed ones for who leads."""
    states = [*PUBLIC, QuestionState.DISMISSED] if with_dismissed else list(PUBLIC)
    rows = (
        LiveQuestion.objects.filter(live_class=live_class, state__in=states)
        .select_related("asked_by", "settled_by")
        .annotate(count=Count("votes"))
    )
    found = {row.pk: row for row in rows}
    wanted = [Wanted(row.pk, row.state == QuestionState.OPEN, row.count) for row in found.values()]
    return [Asked(found[one.number], one.votes) for one in in_order(wanted)]


def question_for_update(live_class: LiveClass, question_id: int) -> LiveQuestion | None:
    found = LiveQuestion.objects.filter(live_class=live_class, pk=question_id)
    return found.select_related("asked_by").first()


def open_count_of(live_class: LiveClass, member: Member) -> int:
    own = LiveQuestion.objects.filter(live_class=live_class, asked_by=member)
    return own.filter(state=QuestionState.OPEN).count()


def question_once(live_class: LiveClass, once: str) -> LiveQuestion | None:
    return LiveQuestion.objects.filter(live_class=live_class, once=once).first()


def votes_of(live_class: LiveClass, member: Member) -> list[int]:
    """Which questions this member voted for."""
    cast = QuestionVote.objects.filter(question__live_class=live_class, member=member)
    return list(cast.order_by("question").values_list("question", flat=True))


def vote_counts(live_class: LiveClass) -> dict[int, int]:
    """The votes of every question everybody reads."""
    rows = LiveQuestion.objects.filter(live_class=live_class, state__in=PUBLIC)
    return dict(rows.annotate(count=Count("votes")).values_list("pk", "count"))


# --- Hands ----------------------------------------------------------------------------------------


def hands(live_class: LiveClass) -> QuerySet[LiveHand]:
    """Hands that are up, and the one on the stage, in the order of the queue."""
    found = LiveHand.objects.filter(live_class=live_class, state__in=OPEN_HANDS)
    return found.select_related("member").order_by("pk")


def queue(live_class: LiveClass) -> list[LiveHand]:
    return list(hands(live_class).filter(state=HandState.RAISED))


def on_stage(live_class: LiveClass) -> LiveHand | None:
    return hands(live_class).filter(state=HandState.ON_STAGE).first()


def hand_of(live_class: LiveClass, member_id: int) -> LiveHand | None:
    return hands(live_class).filter(member=member_id).first()


def broadcaster_id(live_class: LiveClass) -> int:
    """Whose browser the picture comes from; the teacher's before there is one."""
    last = LiveTake.objects.filter(live_class=live_class).order_by("-number").first()
    return last.by_id if last else live_class.teacher_id


def stages() -> QuerySet[LiveHand]:
    """Everybody on a stage anywhere, and hands up in classes that are over."""
    over = (ClassState.CLOSED, ClassState.CANCELLED)
    rows = LiveHand.objects.filter(state=HandState.ON_STAGE) | LiveHand.objects.filter(
        state=HandState.RAISED, live_class__state__in=over
    )
    return rows.select_related("live_class").order_by("pk")


def lines_of(live_class: LiveClass, member_id: int) -> list[Line]:
    rows = LivePresence.objects.filter(live_class=live_class, member_id=member_id)
    return [Line(seen, left) for seen, left in rows.values_list("seen_at", "left_at")]


# --- Calling upon ---------------------------------------------------------------------------------


def present_ids(live_class: LiveClass) -> list[int]:
    """Who has a line in the room now, without those who hold the class."""
    since = clock.now() - PRESENT
    rows = LivePresence.objects.filter(live_class=live_class, left_at=None, seen_at__gte=since)
    held_by = [live_class.teacher_id, *live_class.co_hosts.values_list("pk", flat=True)]
    return sorted(set(rows.exclude(member__in=held_by).values_list("member", flat=True)))


def round_now(live_class: LiveClass) -> int:
    last = LiveCall.objects.filter(live_class=live_class).order_by("-round").first()
    return last.round if last else 1


def called_ids(live_class: LiveClass, number: int) -> list[int]:
    rows = LiveCall.objects.filter(live_class=live_class, round=number)
    return list(rows.values_list("member", flat=True))


def open_call(live_class: LiveClass) -> LiveCall | None:
    rows = LiveCall.objects.filter(live_class=live_class, answer=CallAnswer.OPEN)
    return rows.select_related("member").first()


def member_of(member_id: int) -> Member:
    return Member.objects.get(pk=member_id)


# --- Afterwards -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnStage:
    """Somebody's time on the stage."""

    member_id: int
    name: str
    since: dt.datetime
    until: dt.datetime | None


def stage_times(live_class: LiveClass) -> Sequence[OnStage]:
    """Who spoke from the audience and when, in order; one statement."""
    rows = LiveHand.objects.filter(live_class=live_class, granted_at__isnull=False)
    return [
        OnStage(hand.member_id, hand.member.name, hand.granted_at, hand.ended_at)
        for hand in rows.select_related("member").order_by("granted_at")
        if hand.granted_at is not None
    ]


def calls_of(live_class: LiveClass) -> list[LiveCall]:
    """Who was called upon and what came of it, in order; one statement."""
    rows = LiveCall.objects.filter(live_class=live_class)
    return list(rows.select_related("member").order_by("pk"))
