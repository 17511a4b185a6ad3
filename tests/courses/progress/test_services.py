"""Opening, closing, settling and completing, one after the other and all at once."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from courses.catalogue.models import CoursePage, LessonPage
from courses.progress import services
from courses.progress.errors import NothingToWatchError
from courses.progress.models import LessonProgress, WatchSession
from courses.progress.queries import progress_of, resume_points, unsettled
from courses.progress.signals import lesson_completed
from courses.progress.tasks import settle_progress
from lms.members.models import Member
from lms.members.signals import member_left
from tests.exams.credit.test_ledger import in_parallel
from tests.factories import courses, progress
from tests.factories.members import make_member

NOON = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
MINUTE = 60_000


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def member(db: None) -> Member:
    return make_member(password=None)


@pytest.fixture
def lessons(db: None, clock: Any) -> list[LessonPage]:
    """Two lessons of three minutes."""
    return courses.course_with_lessons(by=courses.editor(), lessons=2)[1]


@pytest.fixture
def announced(db: None) -> Any:
    """Ids of the progress rows announced as completed."""
    heard: list[int] = []

    def hear(*, progress_id: int, **_kwargs: Any) -> None:
        heard.append(progress_id)

    lesson_completed.connect(hear)
    yield heard
    lesson_completed.disconnect(hear)


def start(member: Member, lesson: LessonPage) -> services.Sitting:
    return services.start_session(by=member, terms=progress.terms_of(lesson))


@pytest.mark.slow
def test_a_member_has_one_open_sitting(member: Member, lessons: list[LessonPage]) -> None:
    first, second = start(member, lessons[0]).session, start(member, lessons[1]).session
    other = start(make_member(password=None), lessons[0]).session
    first.refresh_from_db()

    assert first.closed_at == second.opened_at == NOON
    assert (second.is_open, other.is_open) == (True, True)


@pytest.mark.slow
def test_a_sitting_is_opened_with_the_terms_of_the_course(
    member: Member, lessons: list[LessonPage]
) -> None:
    CoursePage.objects.update(max_rate="1.25")
    session = start(member, lessons[0]).session

    assert (session.allowed_percent, session.duration_ms) == (125, 180_000)


@pytest.mark.slow
def test_a_lesson_without_a_recording_opens_nothing(db: None, member: Member) -> None:
    by = courses.editor()
    course = courses.course(by=by)
    chapter = courses.chapter(course=course, by=by)
    lesson = courses.lesson(chapter=chapter, by=by, blocks=[("article", "<p>读一读</p>")])

    with pytest.raises(NothingToWatchError, match="不需要计时"):
        start(member, lesson)
    assert WatchSession.objects.count() == 0


@pytest.mark.slow
def test_it_goes_on_where_it_stopped(member: Member, lessons: list[LessonPage], clock: Any) -> None:
    lesson = lessons[0]
    first = start(member, lesson)
    progress.watch(first.session, 0, 75_000)
    clock.shift(75)
    second = start(member, lesson)

    assert (first.resume_ms, second.resume_ms) == (0, 75_000)
    assert second.session.earlier_covered == ((0, 75_000),)
    assert second.session.earlier_budget_ms == 112_500
    assert second.progress is not None
    assert second.progress.covered_ms == 75_000
    assert resume_points(member)[lesson.pk][0] == 75_000
    assert list(progress_of(member, [lesson.pk, lessons[1].pk])) == [lesson.pk]


@pytest.mark.slow
def test_after_the_end_it_begins_again(
    member: Member, lessons: list[LessonPage], clock: Any
) -> None:
    progress.watch(start(member, lessons[0]).session, 0, 175_000)
    clock.shift(175)

    assert start(member, lessons[0]).resume_ms == 0


@pytest.mark.slow
def test_nothing_goes_down_when_the_course_asks_for_more(
    member: Member, lessons: list[LessonPage], clock: Any
) -> None:
    done = progress.completed(member, lessons[0])
    CoursePage.objects.update(completion_share="1")
    LessonPage.objects.filter(pk=lessons[0].pk).update(duration_ms=60_000)
    again = services.settle_lesson(member_id=member.pk, terms=progress.terms_of(lessons[0]))

    assert again is not None
    assert (again.covered_ms, again.completed_at) == (180_000, done.completed_at)


@pytest.mark.django_db(transaction=True)
def test_a_completion_is_announced_once(
    member: Member, lessons: list[LessonPage], announced: list[int]
) -> None:
    done = progress.completed(member, lessons[0])
    terms = progress.terms_of(lessons[0])
    for _ in range(3):
        services.settle_lesson(member_id=member.pk, terms=terms)

    assert announced == [done.pk]


@pytest.mark.django_db(transaction=True)
def test_twenty_settle_at_once_and_complete_once(
    member: Member, lessons: list[LessonPage], announced: list[int]
) -> None:
    session = progress.sitting(
        member, lessons[0], opened_at=NOON - dt.timedelta(minutes=3), closed_at=NOON
    )
    progress.watch(session, 0, 180_000)
    terms = progress.terms_of(lessons[0])
    results = in_parallel(20, lambda: services.settle_lesson(member_id=member.pk, terms=terms))
    row = LessonProgress.objects.get()

    assert results == [row] * 20
    assert announced == [row.pk]


@pytest.mark.django_db(transaction=True)
def test_twenty_windows_at_once_leave_one_open(member: Member, lessons: list[LessonPage]) -> None:
    terms = [progress.terms_of(lesson) for lesson in lessons]
    results = in_parallel(
        20, lambda: services.start_session(by=member, terms=terms[0]).session.lesson_id
    )

    assert results == [lessons[0].pk] * 20
    assert WatchSession.objects.filter(closed_at__isnull=True).count() == 1


# --- What the clock does ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_sweep_counts_what_no_player_asked_for(
    member: Member, lessons: list[LessonPage], announced: list[int]
) -> None:
    for lesson in lessons:
        session = progress.sitting(
            member, lesson, opened_at=NOON - dt.timedelta(minutes=9), closed_at=NOON
        )
        progress.watch(session, 0, 180_000)
    before = unsettled().count()
    settle_progress()
    after = unsettled().count()
    settle_progress()

    assert (before, after) == (2, 0)
    assert sorted(announced) == sorted(LessonProgress.objects.values_list("pk", flat=True))
    assert len(announced) == 2


@pytest.mark.slow
def test_a_late_beat_of_a_closed_sitting_is_swept_up_too(
    member: Member, lessons: list[LessonPage], clock: Any
) -> None:
    session = start(member, lessons[0]).session
    progress.watch(session, 0, 60_000)
    clock.shift(120)
    start(member, lessons[1])
    settle_progress()
    session.refresh_from_db()
    progress.watch(session, 60_000, 90_000)
    settle_progress()

    assert progress_of(member, [lessons[0].pk])[lessons[0].pk].covered_ms == 90_000


@pytest.mark.slow
def test_a_forgotten_sitting_ends_when_its_ticket_does(
    member: Member, lessons: list[LessonPage], clock: Any
) -> None:
    session = start(member, lessons[0]).session
    clock.shift(12 * 3600)
    settle_progress()
    session.refresh_from_db()
    still_open = session.is_open
    clock.shift(60)
    settle_progress()
    settle_progress()
    session.refresh_from_db()

    assert (still_open, session.closed_at) == (True, NOON + dt.timedelta(hours=12))


@pytest.mark.slow
def test_who_leaves_stops_counting(member: Member, lessons: list[LessonPage], clock: Any) -> None:
    session = start(member, lessons[0]).session
    clock.shift(60)
    member_left.send(sender=Member, member_id=member.pk)
    clock.shift(60)
    progress.watch(session, 0, 120_000)

    assert (session.closed_at, session.present) == (
        NOON + dt.timedelta(minutes=1),
        ((0, MINUTE),),
    )


@pytest.mark.django_db(transaction=True)
def test_the_sweep_twice_at_once_does_it_once(
    member: Member, lessons: list[LessonPage], announced: list[int], run_queued: Callable[..., Any]
) -> None:
    session = progress.sitting(
        member, lessons[0], opened_at=NOON - dt.timedelta(minutes=3), closed_at=NOON
    )
    progress.watch(session, 0, 180_000)

    assert in_parallel(4, settle_progress) == [None] * 4
    assert len(announced) == 1
