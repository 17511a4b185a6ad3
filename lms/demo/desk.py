"""What waits on the desks of the demo school: a case to look into, an appeal, a record made twice.

Each is made once; what is there, decided or not, is left as it is.
"""

from collections.abc import Sequence

from django.db import transaction

from courses.catalogue.models import LessonPage
from exams.corrections.appeals import appeal_entry, confirm_entry
from exams.corrections.models import Appeal
from exams.credit.models import SourceKind, StudyHourEntry
from exams.integrity.models import ReviewCase
from exams.integrity.services import keep_case
from exams.integrity.signals import Kind, Name, Signal, Suspicion
from lms.demo.demo_year import DemoYear
from lms.demo.enrolment import branch_of
from lms.demo.stories import MEETINGS
from lms.demo.study import attend
from lms.members.models import Member
from lms.members.services import join_branch

# Two who studied the same lectures; who asked why the afternoon gave two hours, and who answered.
ALIKE = ("400010", "400011")
APPELLANT, ANSWERING = "400008", "200001"
# Taken in again by the roster of the branch the member was transferred to.
TWICE, AGAIN, RETIRED_SECRETARY = "400018", "410018", "200003"


def lay_on_desks(
    *, members: dict[str, Member], lessons: Sequence[LessonPage], year: DemoYear
) -> None:
    _case(members, lessons, year)
    _appeal(members)
    _record_made_twice(members, year)


def _case(members: dict[str, Member], lessons: Sequence[LessonPage], year: DemoYear) -> None:
    """As the night's task leaves one; the figures are made up, as all of the demo school is."""
    if ReviewCase.objects.exists():
        return
    seen = [lesson.pk for lesson in lessons[:3]]
    signals = (
        Signal(Name.STARTS, 2, {"lessons": len(seen), "days": 3, "ms": 900}),
        Signal(Name.ENDS, 1, {"lessons": len(seen), "ms": 800}),
    )
    alike = tuple(members[number].pk for number in ALIKE)
    keep_case(
        suspicion=Suspicion(Kind.MIRROR, alike, signals, tuple(seen)),
        month=year.end.replace(day=1),
    )


@transaction.atomic
def _appeal(members: dict[str, Member]) -> None:
    member = members[APPELLANT]
    if Appeal.objects.filter(member=member).exists():
        return
    entry = StudyHourEntry.objects.get(member=member, source_kind=SourceKind.GROUP)
    appeal = appeal_entry(
        entry=entry, by=member, text="示范数据：当天学了一下午，为什么只记 2 学时？"
    )
    confirm_entry(
        appeal=appeal,
        by=members[ANSWERING],
        text="示范数据：从 15:00 到 16:30 共 90 分钟，45 分钟为 1 学时，计 2 学时，与签到表一致。",
    )


@transaction.atomic
def _record_made_twice(members: dict[str, Member], year: DemoYear) -> None:
    """Some of the meetings are in both records: merged, they count once."""
    if Member.objects.filter(number=AGAIN).exists():
        return
    again = Member(number=AGAIN, name=members[TWICE].name)
    again.set_unusable_password()
    Member.objects.bulk_create([again])
    join_branch(member=again, branch=branch_of("retired"), joined_on=year.transfer_day)
    for study in MEETINGS:
        if (day := study.held_on(year)) > year.transfer_day:
            attend(member=again, study=study, day=day, by=members[RETIRED_SECRETARY])
