"""The demo school's past: what its members have watched and attended, with all the evidence.

Nothing is written as a result. Each sitting is opened, reported beat by beat and settled by the
services that serve a real player, at the times at which it happened; hours follow from that.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from django.db import connection, transaction

from courses.catalogue.models import LessonPage
from courses.catalogue.queries import LessonTerms, lesson_terms
from courses.progress.intervals import Beat, Policy, refusal
from courses.progress.models import WatchSession
from courses.progress.recording import RECORD, Message, parameters
from courses.progress.services import close_sessions, settle_lesson, start_session
from exams.credit.models import LedgerHead, SourceKind, StudyCategory
from exams.credit.services import credit_lesson, post_entry
from lms.core import clock
from lms.demo.demo_year import DemoYear, moment
from lms.demo.people import MEMBERS, Duty
from lms.demo.stories import (
    EXTRAS,
    MEETINGS,
    READING,
    SERVICE,
    STORIES,
    TRAININGS,
    OfflineStudy,
    SittingPlan,
    Story,
    attended,
    begins_at,
    lesson_plans,
)
from lms.members.models import Member
from lms.members.queries import branch_on

Step = tuple[dt.datetime, Callable[[], None]]

BEAT = dt.timedelta(seconds=15)
STARTING = dt.timedelta(seconds=2)  # from the click to the first picture
REGISTERED = (17, 30)  # attendance is written down at the end of the day
TRAINING_HOURS_A_DAY = 8

_CATEGORIES = {
    **{study.key: StudyCategory.CONCENTRATED for study in TRAININGS},
    **{study.key: StudyCategory.GROUP for study in MEETINGS},
    READING.key: StudyCategory.INDIVIDUAL,
    SERVICE.key: StudyCategory.ACTIVITY,
}


def tell_stories(
    *, members: dict[str, Member], lessons: Sequence[LessonPage], year: DemoYear
) -> int:
    """Let every member do what their story says; returns how many did so in this call.

    A member's story is told whole or not at all, and once.
    """
    terms = [_terms(lesson) for lesson in lessons]
    told = 0
    for place, (number, member) in enumerate(members.items()):
        with transaction.atomic():
            if not _has_studied(member):
                steps = [
                    *_offline_steps(STORIES[number], place, member, members, year),
                    *_lesson_steps(STORIES[number], place, member, terms, year),
                ]
                for at, step in sorted(steps, key=lambda each: each[0]):
                    with clock.pretended(at):
                        step()
                told += bool(steps)
    return told


def _has_studied(member: Member) -> bool:
    return (
        WatchSession.objects.filter(member=member).exists()
        or LedgerHead.objects.filter(member=member).exists()
    )


def _terms(lesson: LessonPage) -> LessonTerms:
    terms = lesson_terms(lesson.pk)
    assert terms is not None
    return terms


# --- Watching -----------------------------------------------------------------------------------


def _lesson_steps(
    story: Story, place: int, member: Member, terms: Sequence[LessonTerms], year: DemoYear
) -> Iterator[Step]:
    for plan in lesson_plans(story, place):
        first = moment(year.day(plan.share), *begins_at(place, plan.number))
        for sitting in plan.sittings:
            at = first + dt.timedelta(minutes=sitting.later_minutes)
            yield at, _watching(member, terms[plan.number], sitting, at)


def _watching(
    member: Member, terms: LessonTerms, sitting: SittingPlan, at: dt.datetime
) -> Callable[[], None]:
    return lambda: watch(member=member, terms=terms, sitting=sitting, at=at)


def watch(*, member: Member, terms: LessonTerms, sitting: SittingPlan, at: dt.datetime) -> None:
    """One sitting from `at` on: opened, watched, settled, closed."""
    with clock.pretended(at):
        session = start_session(by=member, terms=terms).session
    end = at + STARTING
    for beat, arrival in beats(sitting, terms.duration_ms, at + STARTING):
        _record(session, beat, arrival)
        end = arrival
    with clock.pretended(end + dt.timedelta(seconds=1)):
        progress = settle_lesson(member_id=member.pk, terms=terms)
        if progress is not None and progress.completed_at is not None:
            credit_lesson(progress_id=progress.pk)
    with clock.pretended(end + dt.timedelta(seconds=5)):
        close_sessions(member_id=member.pk)


def beats(
    sitting: SittingPlan, duration_ms: int, playing_since: dt.datetime
) -> Iterator[tuple[Beat, dt.datetime]]:
    """What an honest player reports and when: a beat each 15 seconds, and one at each stop."""
    number, at = 1, playing_since
    step_ms = round(BEAT.total_seconds() * 1000 * sitting.rate)
    for first, last in sitting.spans:
        start, stop = round(first * duration_ms), round(last * duration_ms)
        while start < stop:
            end = min(start + step_ms, stop)
            at += dt.timedelta(milliseconds=(end - start) / sitting.rate)
            yield Beat(number, start, end, sitting.rate), at
            number, start = number + 1, end


def _record(session: WatchSession, beat: Beat, arrival: dt.datetime) -> None:
    """Write one beat by the statement that the beat route runs."""
    policy = Policy(session.duration_ms, session.allowed_percent)
    assert refusal(beat, policy) is None
    message = Message(session.pk.hex, round(arrival.timestamp() * 1000))
    message.add(beat, policy)
    with connection.cursor() as cursor:
        cursor.execute(RECORD, parameters([message]))


# --- Attending ----------------------------------------------------------------------------------


def _offline_steps(
    story: Story, place: int, member: Member, members: dict[str, Member], year: DemoYear
) -> Iterator[Step]:
    occasions = [
        *attended(TRAININGS, story.trainings, place),
        *attended(MEETINGS, story.meetings, place),
        *attended(EXTRAS, story.extras, place),
    ]
    for study in occasions:
        day = study.held_on(year)
        yield moment(day, *REGISTERED), _attending(member, study, day, members)


def _attending(
    member: Member, study: OfflineStudy, day: dt.date, members: dict[str, Member]
) -> Callable[[], None]:
    return lambda: attend(member=member, study=study, day=day, by=_registrar(member, day, members))


def _registrar(member: Member, day: dt.date, members: dict[str, Member]) -> Member:
    """The secretary of the member's branch that day; nobody writes down the own hours."""
    branch = branch_on(member, day)
    secretaries = {
        text.branch: members[text.number] for text in MEMBERS if text.duty is Duty.SECRETARY
    }
    administrator = next(
        members[text.number] for text in MEMBERS if text.duty is Duty.ADMINISTRATOR
    )
    found = next(
        (person for person in secretaries.values() if branch_on(person, day) == branch),
        administrator,
    )
    if found != member:
        return found
    return administrator if member != administrator else next(iter(secretaries.values()))


def attend(*, member: Member, study: OfflineStudy, day: dt.date, by: Member) -> None:
    """Post what `by` wrote down about one occasion."""
    category = _CATEGORIES[study.key]
    length = _length(study.minutes)
    rule = (
        f"集中培训一天计{TRAINING_HOURS_A_DAY}学时"
        if category == StudyCategory.CONCENTRATED
        else "每小时计1学时"
    )
    post_entry(
        member=member,
        category=category,
        hours=Decimal(study.hours),
        earned_on=day,
        source_kind=SourceKind.OFFLINE,
        source_id=f"demo-{study.key}",
        source_title=study.title,
        evidence={
            "note": (
                f"示范数据：{study.title}，{day.year}年{day.month}月{day.day}日，时长{length}，"
                f"{rule}，计{study.hours}学时。由{by.name}根据签到表登记。"
            ),
            "title": study.title,
            "held_on": day.isoformat(),
            "minutes": study.minutes,
        },
        by=by,
    )


def _length(minutes: int) -> str:
    return f"{minutes // 60}小时"
