"""Which gatherings there are for whom, and who was at them."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, TruncDate

from courses.catalogue.queries import LessonTerms, lesson_terms, outlines, visible_courses
from exams.credit.models import SourceKind, StudyHourEntry
from exams.gatherings.lengths import hours_for
from exams.gatherings.models import Gathering, GatheringKind, GatheringState, Presence, Scan
from exams.gatherings.paper import Person
from exams.gatherings.tokens import is_code
from exams.rules.queries import rules_for
from lms.core import clock
from lms.members.models import Branch, Member, Membership
from lms.members.queries import members_of, standing_on, visible_branches

SOURCE_KINDS = {
    GatheringKind.SCREEN.value: SourceKind.GROUP.value,
    GatheringKind.OFFLINE.value: SourceKind.OFFLINE.value,
}
WITH_PEOPLE = ("branch", "lesson", "host", "witness", "confirmed_by", "refused_by", "closed_by")


@cache
def token_key() -> bytes:
    """What links and codes are made with; known to this school alone."""
    return hashlib.sha256(b"exams.gatherings.token" + settings.SECRET_KEY.encode()).digest()


def held_on(gathering: Gathering) -> dt.date:
    """The school's day on which the gathering takes place: whose members are whose that day."""
    return clock.local_date(gathering.began_at)


# --- Which gatherings -----------------------------------------------------------------------------


def hosted_gatherings(by: Any) -> QuerySet[Gathering]:
    """Those of the branches `by` looks after."""
    return Gathering.objects.filter(branch__in=visible_branches(by).order_by())


def visible_gatherings(by: Any) -> QuerySet[Gathering]:
    """The hosted ones, and those at which members of the branches `by` looks after were guests."""
    branches = visible_branches(by).order_by()
    guests = Presence.objects.filter(gathering=OuterRef("pk"), home_branch__in=branches)
    return Gathering.objects.filter(Q(branch__in=branches) | Exists(guests))


def unconfirmed() -> Q:
    """Handed in and not refused, with somebody on the list whom nobody has confirmed."""
    waiting = Presence.objects.filter(gathering=OuterRef("pk"), confirmed_at__isnull=True)
    handed_in = Q(state=GatheringState.CLOSED) | (
        Q(state=GatheringState.CONFIRMED) & Exists(waiting)
    )
    return handed_in & Q(refused_at__isnull=True)


def gatherings_listed(by: Any, *, only_waiting: bool = False) -> QuerySet[Gathering]:
    """For the list: the latest first, each with `present_count`."""
    found = visible_gatherings(by)
    if only_waiting:
        found = found.filter(unconfirmed())
    return (
        found.select_related("branch")
        .annotate(present_count=Count("presences"))
        .order_by("-starts_at", "-pk")
    )


def gathering_for(by: Any, gathering_id: int, *, hosted: bool = False) -> Gathering | None:
    """The gathering, if `by` may see it, or (`hosted`) looks after the branch that holds it."""
    found = hosted_gatherings(by) if hosted else visible_gatherings(by)
    return found.select_related(*WITH_PEOPLE).filter(pk=gathering_id).first()


def gathering_to_confirm(by: Any, gathering_id: int) -> Gathering | None:
    """One that `by` may read as second person: of an own branch, or witnessed."""
    return (
        Gathering.objects.filter(
            Q(branch__in=visible_branches(by).order_by()) | Q(witness_id=by.pk),
            state__in=(GatheringState.CLOSED, GatheringState.CONFIRMED),
        )
        .select_related(*WITH_PEOPLE)
        .filter(pk=gathering_id)
        .first()
    )


def open_gathering(gathering_id: int) -> Gathering | None:
    """The gathering, if people can sign in to it now."""
    return (
        Gathering.objects.filter(pk=gathering_id, state=GatheringState.OPEN)
        .select_related("branch", "host")
        .first()
    )


def gathering_by_code(code: str) -> Gathering | None:
    """The open gathering whose screen shows this code; None if none does, or more than one."""
    now = clock.now().timestamp()
    still_open = Gathering.objects.filter(state=GatheringState.OPEN).values_list("pk", flat=True)
    shown = [pk for pk in still_open if is_code(token_key(), pk, code, now)]
    return open_gathering(shown[0]) if len(shown) == 1 else None


# --- Who was there --------------------------------------------------------------------------------


def presences_of(gathering: Gathering) -> QuerySet[Presence]:
    """The list, in the order in which people came."""
    return (
        Presence.objects.filter(gathering=gathering)
        .select_related("member", "home_branch", "by", "helper", "confirmed_by")
        .order_by("at", "pk")
    )


def presences_shown(by: Any, gathering: Gathering, *, is_host: bool) -> list[Presence]:
    """The list as `by` may read it: whole, or (as a guest's branch) the own members alone."""
    found = presences_of(gathering)
    if not is_host:
        found = found.filter(home_branch__in=visible_branches(by).order_by())
    rows = list(found)
    for row in rows:
        row.gathering = gathering
    return rows


def presence_of(gathering: Gathering, member: Member) -> Presence | None:
    return presences_of(gathering).filter(member_id=member.pk).first()


def presences_of_member(member: Member) -> QuerySet[Presence]:
    """Where the member has been, the latest first."""
    return (
        Presence.objects.filter(member_id=member.pk)
        .exclude(gathering__state=GatheringState.CANCELLED)
        .select_related("gathering__branch", "home_branch", "helper")
        .order_by("-gathering__starts_at", "-pk")
    )


def helped_by(gathering: Gathering, helper: Member) -> list[Presence]:
    """Whom the member has brought in."""
    return list(presences_of(gathering).filter(helper_id=helper.pk))


def entries_for(member: Member, gathering_ids: Sequence[int]) -> dict[int, StudyHourEntry]:
    """What these gatherings have brought the member, by gathering; what has not is absent."""
    entries = StudyHourEntry.objects.filter(
        member_id=member.pk,
        source_kind__in=SOURCE_KINDS.values(),
        source_id__in=[str(pk) for pk in gathering_ids],
    )
    return {int(entry.source_id): entry for entry in entries}


def gatherings_to_witness(member: Member) -> QuerySet[Gathering]:
    """Those that wait for this member's word as witness."""
    return (
        Gathering.objects.filter(unconfirmed(), witness_id=member.pk)
        .select_related("branch")
        .order_by("starts_at")
    )


def absent_members(gathering: Gathering, *, named: str = "") -> QuerySet[Member]:
    """Those of the branch that day who are not on the list, perhaps with `named` in their name."""
    present = Presence.objects.filter(gathering=gathering, member=OuterRef("pk"))
    found = members_of(gathering.branch, held_on(gathering)).filter(~Exists(present))
    return found.filter(Q(name__contains=named) | Q(number=named)) if named else found


def expected_count(gathering: Gathering) -> int:
    """How many belong to the branch that day."""
    return members_of(gathering.branch, held_on(gathering)).count()


def sheet_members(gathering: Gathering) -> QuerySet[Member]:
    """Everybody of the branch that day, for the sheet that is signed."""
    return members_of(gathering.branch, held_on(gathering))


def home_branches(members: Sequence[Member], day: dt.date) -> dict[int, int]:
    """The id of the branch of each on `day`; who belongs to none is left out."""
    rows = Membership.objects.filter(standing_on(day), member__in=members)
    return dict(rows.values_list("member_id", "branch_id"))


def own_people(gathering: Gathering) -> list[Person]:
    """Those of the branch that day, as a list on paper may name them."""
    rows = members_of(gathering.branch, held_on(gathering)).values_list("pk", "number", "name")
    return [Person(pk, number, name, gathering.branch.name) for pk, number, name in rows]


def guests_by_number(gathering: Gathering, numbers: Sequence[str]) -> dict[str, Person]:
    """Those of `numbers` who belong to another branch that day."""
    rows = (
        Membership.objects.filter(standing_on(held_on(gathering)), member__number__in=numbers)
        .exclude(branch__path__startswith=gathering.branch.path)
        .values_list("member_id", "member__number", "member__name", "branch__name")
    )
    return {number: Person(pk, number, name, branch) for pk, number, name, branch in rows}


def possible_witnesses(gathering: Gathering) -> QuerySet[Presence]:
    """Those present, of the branch itself, who have not held or kept the record."""
    return (
        presences_of(gathering)
        .filter(home_branch__path__startswith=gathering.branch.path)
        .exclude(member_id=gathering.host_id)
    )


def scans_of(gathering: Gathering) -> QuerySet[Scan]:
    return Scan.objects.filter(gathering=gathering).select_related("by").order_by("pk")


# --- What it is worth -----------------------------------------------------------------------------


def hours_of(gathering: Gathering) -> Decimal:
    """The hours each gets: as confirmed, or as the rules have it today."""
    if gathering.hours is not None:
        return gathering.hours
    rules = rules_for(gathering.branch.path, held_on(gathering).year)
    return hours_for(gathering.length, gathering.minutes, rules)


def shown_lesson(gathering: Gathering) -> LessonTerms | None:
    """The terms of the lesson on the screen, if there is one."""
    return lesson_terms(gathering.lesson_id) if gathering.lesson_id else None


def uncredited(*, since: dt.datetime | None = None) -> QuerySet[Presence]:
    """Confirmed presences whose hours are not in the ledger yet."""
    posted = StudyHourEntry.objects.filter(
        member_id=OuterRef("member_id"),
        source_kind__in=SOURCE_KINDS.values(),
        source_id=Cast(OuterRef("gathering_id"), CharField()),
    )
    found = Presence.objects.filter(confirmed_at__isnull=False, gathering__hours__gt=0)
    if since is not None:
        found = found.filter(confirmed_at__gte=since)
    return found.filter(~Exists(posted))


def unsettled_of_year(branch: Branch, year: int) -> QuerySet[Gathering]:
    """Those of a subtree that began in the year and are neither confirmed whole nor cancelled."""
    return (
        Gathering.objects.filter(branch__path__startswith=branch.path)
        .annotate(began_on=_day_of("opened_at", "starts_at"))
        .filter(
            unconfirmed() | Q(state__in=[GatheringState.PLANNED, GatheringState.OPEN]),
            began_on__gte=dt.date(year, 1, 1),
            began_on__lte=dt.date(year, 12, 31),
        )
        .select_related("branch")
        .order_by("began_on", "pk")
    )


def held_by(branch_id: int, first: dt.date, last: dt.date) -> list[tuple[int, dt.date]]:
    """The confirmed gatherings of a branch from `first` to `last`, each with its day."""
    return list(
        Gathering.objects.filter(branch=branch_id, state=GatheringState.CONFIRMED)
        .annotate(began_on=_day_of("opened_at", "starts_at"))
        .filter(began_on__gte=first, began_on__lte=last)
        .order_by("began_on", "pk")
        .values_list("pk", "began_on")
    )


def attended_by(member_ids: Sequence[int], gathering_ids: Sequence[int]) -> dict[int, set[int]]:
    """At which of these gatherings each of these members was, as a second person has confirmed.

    What was confirmed for a record that has been merged into a member's is the member's.
    """
    found: dict[int, set[int]] = {member_id: set() for member_id in member_ids}
    rows = (
        Presence.objects.filter(gathering__in=gathering_ids, confirmed_at__isnull=False)
        .annotate(person=Coalesce("member__merged_into", "member"))
        .filter(person__in=found)
        .values_list("person", "gathering")
    )
    for person, gathering in rows:
        found[person].add(gathering)
    return found


def _day_of(*moments: str) -> TruncDate:
    """The school's day of the first of these moments that is known."""
    return TruncDate(Coalesce(*moments))


def digest_of(gathering: Gathering, presences: Sequence[Presence], scans: Sequence[Scan]) -> str:
    """What the second person has read, in short; any change of the record changes it."""
    said = [
        gathering.title, gathering.category, gathering.length, gathering.minutes,
        gathering.starts_at.isoformat(), gathering.middle_count, gathering.end_count,
        gathering.witness_id, [[row.pk, row.how, row.helper_id] for row in presences],
        [scan.pk for scan in scans],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def lessons_to_show(by: Any) -> list[tuple[str, list[tuple[int, str]]]]:
    """(course, [(lesson, title), …]) of the lessons with a video that `by` may study."""
    courses = list(visible_courses(by).only("pk", "path", "title"))
    found = outlines(courses)
    groups = [
        (
            course.title,
            [(one.id, one.title) for one in found[course.pk].lessons if one.has_video],
        )
        for course in courses
    ]
    return [(title, lessons) for title, lessons in groups if lessons]
