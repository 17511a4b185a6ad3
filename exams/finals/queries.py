"""Which finals there are for whom, who plays, and how things stand."""

import hashlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from exams.contests.models import Contest, ContestState
from exams.finals.course import Event, Kind, State, fold
from exams.finals.deciding import Question, Round
from exams.finals.models import (
    Final,
    FinalEvent,
    FinalPlayer,
    FinalRound,
    FinalState,
    FinalTeam,
)
from exams.papers.models import Paper, PaperItem, PaperKind
from exams.papers.queries import items_of, sealed_papers
from lms.members.models import Branch, Member
from lms.members.queries import (
    OVERSEEING,
    has_role,
    path_and_above,
    standing_today,
    visible_branches,
)

KEPT_STATES = 64
SHOWN = (FinalState.LOBBY, FinalState.RUNNING, FinalState.FINISHED, FinalState.CANCELLED)


@cache
def code_key() -> bytes:
    """What the codes and links of the lobby are made with; known to this school alone."""
    return hashlib.sha256(b"exams.finals.code" + settings.SECRET_KEY.encode()).digest()


# --- Which finals ---------------------------------------------------------------------------------


def hosted_finals(by: Any) -> QuerySet[Final]:
    """Those of the branches `by` looks after: any of their office holders is host."""
    return Final.objects.filter(branch__in=visible_branches(by).order_by())


def finals_listed(by: Any) -> QuerySet[Final]:
    """For the host's list: the latest first."""
    return hosted_finals(by).select_related("branch").order_by("-made_at", "-pk")


def hosted_final(by: Any, final_id: int) -> Final | None:
    found = hosted_finals(by).select_related("branch", "paper", "made_by", "ended_by")
    return found.filter(pk=final_id).first()


def visible_finals(by: Any) -> QuerySet[Final]:
    """Those one may watch: of one's own branch or above it, and those one hosts."""
    if not by.is_authenticated or not by.is_active:
        return Final.objects.none()
    path, _roles = standing_today(by)
    shown = Q(branch__in=visible_branches(by).order_by())
    if path is not None:
        shown |= Q(branch__path__in=path_and_above(path), state__in=SHOWN)
    return Final.objects.filter(shown)


def seen_by(pairs: Collection[tuple[Member, int]]) -> set[tuple[int, int]]:
    """Of these pairs of a person and the id of a final, as ids, those where the one may watch.

    The answer of `visible_finals` for halls full of people, in one statement; the people are of
    `members_with_roles`.
    """
    finals = Final.objects.select_related("branch").in_bulk({pk for _member, pk in pairs})
    return {
        (member.pk, pk)
        for member, pk in pairs
        if (final := finals.get(pk)) is not None and _sees(member, final)
    }


def _sees(by: Member, final: Final) -> bool:
    if not by.is_active:
        return False
    path, _roles = standing_today(by)
    is_of_it = path is not None and path.startswith(final.branch.path) and final.state in SHOWN
    return is_of_it or has_role(by, OVERSEEING, final.branch)


def finals_of_member(by: Any) -> QuerySet[Final]:
    """For a member's list: what goes on first, then the latest."""
    return (
        visible_finals(by)
        .filter(state__in=SHOWN)
        .select_related("branch")
        .order_by("ended_at", "-made_at", "-pk")
    )


def finals_of_contest(by: Any, contest: Contest) -> list[Final]:
    """The finals of a contest that one may watch, the first planned first."""
    found = visible_finals(by).filter(contest=contest, state__in=SHOWN)
    return list(found.order_by("made_at", "pk"))


def contests_for(by: Any) -> QuerySet[Contest]:
    """The contests a final may close: those of the branches one looks after."""
    looked_after = visible_branches(by).order_by()
    return Contest.objects.filter(branch__in=looked_after).exclude(state=ContestState.CANCELLED)


def final_for(by: Any, final_id: int) -> Final | None:
    return visible_finals(by).select_related("branch", "paper").filter(pk=final_id).first()


def is_eligible(by: Any, final: Final) -> bool:
    """Members of the branch and of those below it may play."""
    path, _roles = standing_today(by)
    return path is not None and path.startswith(final.branch.path)


def papers_for(by: Any) -> QuerySet[Paper]:
    """What a final can be played with: sealed, the same for all."""
    return sealed_papers(by).filter(kind=PaperKind.FIXED)


# --- Who plays, what is asked ---------------------------------------------------------------------


def teams_of(final: Final) -> list[FinalTeam]:
    return list(FinalTeam.objects.filter(final=final).select_related("branch"))


def players_of(final: Final) -> QuerySet[FinalPlayer]:
    """Who has joined and not left, in the order of their numbers."""
    return (
        FinalPlayer.objects.filter(final=final, left_at=None)
        .select_related("member", "team")
        .order_by("number")
    )


def player_of(by: Any, final: Final) -> FinalPlayer | None:
    found = FinalPlayer.objects.filter(final=final, member_id=by.pk, left_at=None)
    return found.select_related("team").first()


def rounds_in(final: Final) -> QuerySet[FinalRound]:
    return FinalRound.objects.filter(final=final).order_by("position")


def rounds_of(final: Final) -> list[FinalRound]:
    return list(rounds_in(final))


def round_at(final: Final, position: int) -> tuple[FinalRound, Round] | None:
    """A round as it is kept and as the course takes it."""
    row = FinalRound.objects.filter(final=final, position=position).first()
    if row is None:
        return None
    return row, Round(row.position, Kind(row.kind), row.seconds, row.costs)


def branches_named(branch: Branch, names: Iterable[str]) -> dict[str, Branch]:
    """Branches below `branch` by their names; a name two of them bear is nobody's."""
    found = Branch.objects.filter(path__startswith=branch.path, name__in=list(names))
    by_name: dict[str, list[Branch]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)
    return {name: rows[0] for name, rows in by_name.items() if len(rows) == 1}


def paper_items(paper: Paper) -> list[PaperItem]:
    return list(items_of(paper))


def left_in(final: Final, section: str, state: State) -> list[Question]:
    """The questions of a section that have not been asked, in the order of the paper."""
    asked = {turn.item for turn in state.turns}
    rows = (items_of(final.paper).filter(section=section).exclude(pk__in=asked)).values_list(
        "pk", "points"
    )
    return [Question(item, points) for item, points in rows]


def counts_left(final: Final, state: State) -> dict[str, int]:
    """How many questions each section has left."""
    asked = {turn.item for turn in state.turns}
    counts: dict[str, int] = {}
    for pk, section in items_of(final.paper).values_list("pk", "section"):
        counts[section] = counts.get(section, 0) + (pk not in asked)
    return counts


def item_with_key(item_id: int) -> PaperItem:
    return PaperItem.objects.select_related("version").get(pk=item_id)


# --- How things stand -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """The fold of a ledger, and the ledger in brief: (seq, kind, at) of every event."""

    state: State = field(default_factory=State)
    brief: tuple[tuple[int, str, int], ...] = ()

    def later(self, events: Sequence[Event]) -> "Known":
        """What is known after these events, of which some may be known already."""
        new = [event for event in events if event.seq > self.state.seq]
        if not new:
            return self
        brief = tuple((event.seq, event.kind, event.at) for event in new)
        return Known(fold(new, self.state), self.brief + brief)


_known: OrderedDict[UUID, Known] = OrderedDict()
_known_lock = Lock()


def known_of(final: Final, *, is_writing: bool = False) -> Known:
    """The ledger as it is now; what this process knows is not read again.

    Who is writing may read what will never be committed: nothing of it is kept.
    """
    known = _known.get(final.room, Known())
    new = events_after(final.pk, known.state.seq)
    if not new:
        return known
    known = known.later(new)
    if not is_writing:
        _keep(final.room, known)
    return known


def state_of(final: Final, *, is_writing: bool = False) -> State:
    """How things stand now."""
    return known_of(final, is_writing=is_writing).state


def keep_events(room: UUID, events: Sequence[Event]) -> None:
    """Remember what this process has just committed, if it knows all before it."""
    known = _known.get(room, Known())
    if events and events[0].seq <= known.state.seq + 1:
        _keep(room, known.later(events))


def _keep(room: UUID, known: Known) -> None:
    with _known_lock:
        before = _known.get(room)
        if before is None or before.state.seq < known.state.seq:
            _known[room] = known
        _known.move_to_end(room)
        while len(_known) > KEPT_STATES:
            _known.popitem(last=False)


def events_after(final_id: int, seq: int) -> list[Event]:
    rows = FinalEvent.objects.filter(final_id=final_id, seq__gt=seq).order_by("seq")
    return [
        Event(kind, int(at.timestamp() * 1000), body, number)
        for number, kind, at, body in rows.values_list("seq", "kind", "at", "body")
    ]


def log_of(final: Final, *, kinds: Sequence[str], most: int) -> list[FinalEvent]:
    """The latest events of these kinds, newest first, with who did what."""
    found = FinalEvent.objects.filter(final=final, kind__in=kinds).select_related("by")
    return list(found.order_by("-seq")[:most])


def final_of_room(final_id: int) -> Final:
    return Final.objects.select_related("branch", "paper").get(pk=final_id)


def player_ever(final: Final, member_id: int) -> FinalPlayer | None:
    return FinalPlayer.objects.filter(final=final, member_id=member_id).first()
