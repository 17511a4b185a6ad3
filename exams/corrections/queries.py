"""Which corrections and appeals there are for whom."""

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from courses.catalogue.queries import visible_lessons
from courses.progress.models import LessonProgress
from exams.corrections.models import (
    OPEN_APPEALS,
    Appeal,
    AppealAnswer,
    AppealState,
    Correction,
    CorrectionState,
)
from exams.credit.models import SourceKind, StudyHourEntry
from lms.core import clock
from lms.members.models import Branch, Member, Membership, RoleAssignment
from lms.members.queries import (
    OVERSEEING,
    branches_under,
    held_on,
    path_and_above,
    roles_of,
    visible_branches,
    visible_members,
)

_PEOPLE = ("member", "branch", "by", "decided_by", "entry", "posted", "appeal")


def branch_of_record(member: Member) -> Branch | None:
    """The branch whose overseers answer for the member: today's, or the last one."""
    last = (
        Membership.objects.filter(member_id=member.pk, joined_on__lte=clock.today())
        .select_related("branch")
        .order_by("-joined_on")
        .first()
    )
    return last.branch if last else None


def deciders(correction: Correction) -> set[int]:
    """Who may decide: overseers of the level above; where there are none, of the branch itself.

    Neither who proposed it nor whom it is about is ever among them.
    """
    path = correction.branch.path
    held = (
        RoleAssignment.objects.filter(
            held_on(clock.today()), role__in=OVERSEEING, branch__path__in=path_and_above(path),
            member__is_active=True,
        )
        .exclude(member_id__in=[correction.by_id, correction.member_id])
        .values_list("member_id", "branch__path")
    )  # fmt: skip
    everybody = list(held)
    above = {member_id for member_id, at in everybody if at != path}
    return above or {member_id for member_id, _at in everybody}


def names_of_deciders(correction: Correction) -> list[str]:
    """Who may decide a waiting proposal, by name; empty when it is decided."""
    if correction.state != CorrectionState.PROPOSED:
        return []
    people = Member.objects.filter(pk__in=deciders(correction)).order_by("number")
    return list(people.values_list("name", flat=True))


# --- Corrections ----------------------------------------------------------------------------------


def visible_corrections(by: Any) -> QuerySet[Correction]:
    """Of the branches `by` looks after, and those about `by`; the latest first."""
    if not by.is_authenticated or not by.is_active:
        return Correction.objects.none()
    return (
        Correction.objects.filter(
            Q(branch__in=visible_branches(by).order_by()) | Q(member_id=by.pk)
        )
        .select_related(*_PEOPLE)
        .order_by("-proposed_at", "-pk")
    )


def overseen_corrections(by: Any) -> QuerySet[Correction]:
    """Those of the branches `by` looks after that are about somebody else."""
    return visible_corrections(by).exclude(member_id=by.pk)


def waiting_corrections(by: Any) -> QuerySet[Correction]:
    """Not decided yet, the longest waiting first."""
    return (
        overseen_corrections(by)
        .filter(state=CorrectionState.PROPOSED)
        .order_by("proposed_at", "pk")
    )


def settled_corrections(by: Any) -> QuerySet[Correction]:
    """Decided or withdrawn, the latest first."""
    return (
        overseen_corrections(by)
        .exclude(state=CorrectionState.PROPOSED)
        .order_by("-decided_at", "-pk")
    )


def branches_below(by: Any) -> QuerySet[Branch]:
    """The branches below those where `by` holds an overseeing role: the levels underneath."""
    held = list(roles_of(by).filter(role__in=OVERSEEING).values_list("branch__path", flat=True))
    if not held and by.is_superuser:
        return visible_branches(by)
    return branches_under(held).exclude(path__in=held)


def corrections_below(by: Any) -> QuerySet[Correction]:
    """What the levels underneath have proposed, whatever became of it; the latest first."""
    return overseen_corrections(by).filter(branch__in=branches_below(by).order_by())


def corrections_of_entry(entry: StudyHourEntry) -> QuerySet[Correction]:
    """What was proposed about an entry, or made it; the earliest first."""
    return (
        Correction.objects.filter(Q(entry_id=entry.pk) | Q(posted_id=entry.pk))
        .select_related("by", "decided_by", "branch", "posted")
        .order_by("proposed_at", "pk")
    )


def correctable_entries(by: Any) -> QuerySet[StudyHourEntry]:
    """Entries of the members `by` looks after, other than the own ones."""
    return (
        StudyHourEntry.objects.filter(member__in=correctable_members(by).order_by())
        .select_related("member", "branch", "reversed_by")
        .order_by("pk")
    )


def correctable_members(by: Any) -> QuerySet[Member]:
    """Whose hours `by` may propose to correct: members seen, and who left for no other branch."""
    gone = Membership.objects.filter(
        left_on__lte=clock.today(), branch__in=visible_branches(by).order_by()
    ).exclude(
        member__memberships__joined_on__gt=F("joined_on"),
        member__memberships__joined_on__lte=clock.today(),
    )
    return (
        Member.objects.filter(
            Q(pk__in=visible_members(by).order_by().values("pk"))
            | Q(pk__in=gone.values("member_id"))
        )
        .exclude(pk=by.pk)
        .order_by("number")
    )


# --- Appeals --------------------------------------------------------------------------------------


def appeals_of(member: Any) -> QuerySet[Appeal]:
    """The member's own appeals, the latest first."""
    return (
        Appeal.objects.filter(member_id=member.pk)
        .select_related("member", "branch", "entry")
        .order_by("-filed_at", "-pk")
    )


def visible_appeals(by: Any) -> QuerySet[Appeal]:
    """One's own, and those of the branches one looks after."""
    if not by.is_authenticated or not by.is_active:
        return Appeal.objects.none()
    return (
        Appeal.objects.filter(Q(branch__in=visible_branches(by).order_by()) | Q(member_id=by.pk))
        .select_related("member", "branch", "entry")
        .order_by("-filed_at", "-pk")
    )


def waiting_appeals(by: Any) -> QuerySet[Appeal]:
    """Not settled yet and not one's own, the nearest to its day first."""
    return (
        visible_appeals(by)
        .exclude(member_id=by.pk)
        .filter(state__in=OPEN_APPEALS)
        .order_by("due_on", "pk")
    )


def settled_appeals(by: Any) -> QuerySet[Appeal]:
    return visible_appeals(by).exclude(member_id=by.pk).exclude(state__in=OPEN_APPEALS)


def overdue_appeals_below(by: Any) -> QuerySet[Appeal]:
    """Whose day has passed without an answer from the level underneath."""
    return waiting_appeals(by).filter(
        branch__in=branches_below(by).order_by(),
        due_on__lt=clock.today(),
        state__in=[AppealState.OPEN, AppealState.IN_CORRECTION],
    )


def own_entry(member: Member, entry_id: int) -> StudyHourEntry | None:
    """One of the member's own entries, to appeal against."""
    return StudyHourEntry.objects.filter(pk=entry_id, member_id=member.pk).first()


def lessons_without_hours(member: Member, limit: int = 10) -> list[LessonProgress]:
    """Lessons the member has begun and has no hours for, the last studied first."""
    posted = StudyHourEntry.objects.filter(
        member_id=member.pk,
        source_kind=SourceKind.LESSON,
        source_id=Cast(OuterRef("lesson_id"), CharField()),
    )
    return list(
        LessonProgress.objects.filter(
            ~Exists(posted), member_id=member.pk, lesson__in=visible_lessons(member).order_by()
        )
        .select_related("lesson")
        .order_by("-settled_at", "pk")[:limit]
    )


def open_appeal(member_id: int, subject: str, subject_id: str) -> Appeal | None:
    return Appeal.objects.filter(
        member_id=member_id, subject=subject, subject_id=subject_id, state__in=OPEN_APPEALS
    ).first()


def appeals_of_entry(entry: StudyHourEntry) -> QuerySet[Appeal]:
    return Appeal.objects.filter(entry_id=entry.pk).order_by("filed_at", "pk")


def corrections_of_appeal(appeal: Appeal) -> QuerySet[Correction]:
    """What was proposed in answer to it, the earliest first."""
    return appeal.corrections.order_by("proposed_at", "pk")


def answers_of(appeal: Appeal) -> QuerySet[AppealAnswer]:
    """What was said, in order."""
    return appeal.answers.select_related("by").order_by("seq")


def answer_chains() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Every appeal's answers in order, as rows for the check of their hashes."""
    rows = AppealAnswer.objects.order_by("appeal_id", "seq").values().iterator(chunk_size=2000)
    current: tuple[int, list[dict[str, Any]]] | None = None
    for row in rows:
        if current is None or current[0] != row["appeal_id"]:
            if current is not None:
                yield current
            current = (row["appeal_id"], [])
        current[1].append({**row})
    if current is not None:
        yield current


# --- What is still open in a year -----------------------------------------------------------------


def open_corrections_of_year(branch: Branch, year: int) -> QuerySet[Correction]:
    """Proposals in a subtree about a day of this year that nobody has decided."""
    return (
        Correction.objects.filter(
            branch__path__startswith=branch.path,
            earned_on__year=year,
            state=CorrectionState.PROPOSED,
        )
        .select_related("member", "branch")
        .order_by("proposed_at", "pk")
    )


def open_appeals_of_year(branch: Branch, year: int) -> QuerySet[Appeal]:
    """Appeals in a subtree about a day of this year, or filed in it about no day, not settled."""
    return (
        Appeal.objects.filter(branch__path__startswith=branch.path, state__in=OPEN_APPEALS)
        .filter(Q(day__year=year) | Q(day__isnull=True, filed_at__year=year))
        .select_related("member", "branch")
        .order_by("filed_at", "pk")
    )
