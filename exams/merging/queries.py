"""What both records of a person have in the ledger, and what a merge would make of it."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from django.db.models import Q, QuerySet

from courses.progress.models import LessonProgress
from exams.corrections.models import OPEN_APPEALS, Appeal, Correction, CorrectionState
from exams.credit.models import SourceKind, StudyHourEntry
from exams.credit.policy import NOTHING, PRESET, Rules
from exams.credit.queries import uncredited
from exams.gatherings import queries as gatherings
from exams.gatherings.models import GatheringState, Presence
from exams.merging.carrying import Carried, Standing, carried
from exams.on_paper.models import PaperSheet, SheetState
from exams.rules.models import ReliefState, RuleSet, TargetRelief
from lms.members.merging.models import RecordMerge
from lms.members.models import Member


def standing_entries(member_id: int) -> QuerySet[StudyHourEntry]:
    """What has been posted to this record and not been reversed, in the order of its chain."""
    return (
        StudyHourEntry.objects.filter(member=member_id, reverses=None, reversed_by=None)
        .select_related("branch")
        .order_by("member_seq")
    )


def content_of(entry: StudyHourEntry) -> str:
    """What is counted once a year: the recording, else the source itself."""
    return entry.content_id or f"{entry.source_kind}:{entry.source_id}"


def as_standing(entry: StudyHourEntry) -> Standing:
    return Standing(
        key=entry.pk,
        category=entry.category,
        hours=entry.hours,
        counted=entry.counted_hours,
        worth=Decimal(entry.evidence.get("worth", entry.hours)),
        earned_on=entry.earned_on,
        content=content_of(entry),
        programme=entry.programme_id,
        rule_version=entry.rule_version,
    )


def to_carry(merge: RecordMerge) -> list[tuple[StudyHourEntry, Carried]]:
    """Each standing entry of the lost record with what the kept one is given for it."""
    entries = list(standing_entries(merge.lost_id))
    own = [as_standing(entry) for entry in standing_entries(merge.kept_id)]
    given = carried(own, [as_standing(entry) for entry in entries], cache(_rules_of))
    return list(zip(entries, given, strict=True))


def _rules_of(version: str) -> Rules:
    found = RuleSet.objects.filter(rules__version=version).first()
    return found.as_rules() if found else PRESET


def to_give_back(merge: RecordMerge) -> list[tuple[StudyHourEntry, StudyHourEntry | None]]:
    """Each entry of the lost record that `merge` reversed, with its standing twin in the kept one.

    Not those whose twin has been reversed since: that was decided about the person.
    """
    twins = {
        entry.evidence["merge"]["entry"]: entry
        for entry in StudyHourEntry.objects.filter(
            member=merge.kept_id, reverses=None, evidence__merge__id=merge.pk
        ).select_related("reversed_by")
    }
    taken = (
        StudyHourEntry.objects.filter(
            member=merge.lost_id, evidence__merge__id=merge.pk, reverses__isnull=False
        )
        .select_related("reverses")
        .order_by("member_seq")
    )
    found = []
    for reversal in taken:
        assert reversal.reverses is not None
        twin = twins.get(reversal.reverses_id)
        if twin is None or not hasattr(twin, "reversed_by"):
            found.append((reversal.reverses, twin))
    return found


Hours = tuple[Decimal, Decimal]  # all, and of them what counts towards the annual target


def hours_by_year(member_id: int) -> dict[int, Hours]:
    """What the ledger has of this record by year."""
    sums: dict[int, Hours] = defaultdict(lambda: (NOTHING, NOTHING))
    for day, hours, counted in StudyHourEntry.objects.filter(member=member_id).values_list(
        "earned_on", "hours", "counted_hours"
    ):
        before = sums[day.year]
        sums[day.year] = (before[0] + hours, before[1] + counted)
    return sums


def is_being_credited(member_id: int) -> bool:
    """Something this record has earned is not in the ledger yet; it will be within minutes."""
    lessons = LessonProgress.objects.filter(member=member_id, completed_at__isnull=False)
    presences = gatherings.uncredited().filter(member=member_id)
    return uncredited(lessons).exists() or presences.exists()


def waiting_presences(member_id: int) -> Iterator[str]:
    """The gatherings at which this record is on a list nobody has confirmed."""
    rows = (
        Presence.objects.filter(member=member_id, confirmed_at=None)
        .exclude(gathering__state=GatheringState.CANCELLED)
        .select_related("gathering")
        .order_by("pk")
    )
    return (row.gathering.title for row in rows)


def has_open_words(member_id: int) -> bool:
    """An appeal or a correction about this record is not settled."""
    return (
        Appeal.objects.filter(member=member_id, state__in=OPEN_APPEALS).exists()
        or Correction.objects.filter(member=member_id, state=CorrectionState.PROPOSED).exists()
    )


def reliefs_of_record(member: Member) -> QuerySet[TargetRelief]:
    """The approved exemptions and reductions of one record, by year."""
    return TargetRelief.objects.filter(member=member, state=ReliefState.APPROVED).order_by("year")


def restored_source(merge_id: int, entry: StudyHourEntry) -> str:
    """The source of an entry put back, or carried over where its own source is taken."""
    return f"{merge_id}:{entry.pk}"


def carried_source(kept_id: int, merge_id: int, entry: StudyHourEntry) -> tuple[str, str]:
    """The entry's own source, so that it can never be credited again; where the kept record has
    had that before, one of the merge's own."""
    taken = StudyHourEntry.objects.filter(
        member=kept_id, source_kind=entry.source_kind, source_id=entry.source_id
    ).exists()
    if taken:
        return SourceKind.MERGE, restored_source(merge_id, entry)
    return entry.source_kind, entry.source_id


# --- Answer sheets --------------------------------------------------------------------------------


def uncounted_sheets(member_id: int) -> QuerySet[PaperSheet]:
    """The sheets printed for this record, or waiting as its own, that have come to no attempt."""
    return PaperSheet.objects.filter(Q(member=member_id) | Q(holder=member_id)).exclude(
        state=SheetState.COUNTED
    )


def carried_sheets(merge: RecordMerge) -> QuerySet[PaperSheet]:
    """What `merge` carried over and nobody has counted since."""
    return uncounted_sheets(merge.kept_id).filter(carried_by=merge)
