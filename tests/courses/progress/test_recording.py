"""The one statement does what the pure function does, in a real PostgreSQL."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.catalogue.models import LessonPage
from courses.progress.intervals import Beat, Completion, Watch, extend, standing
from courses.progress.models import WatchSession
from lms.members.models import Member
from tests.courses.progress.test_intervals import DURATION, OPENED, POLICY, any_beat, short_beat
from tests.factories import courses, progress
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db

OPENED_AT = dt.datetime.fromtimestamp(OPENED / 1000, tz=dt.UTC)


@pytest.fixture
def member() -> Member:
    return make_member(password=None)


@pytest.fixture
def lesson() -> LessonPage:
    by = courses.editor()
    _course, [lesson] = courses.course_with_lessons(by=by)
    return lesson


messages = st.lists(
    st.tuples(
        st.lists(any_beat | short_beat, max_size=4),
        st.integers(-60_000, 3 * 3_600_000),
    ),
    max_size=6,
)


@pytest.mark.slow
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    history=messages,
    closed_after=st.none() | st.integers(0, 3_600_000),
    check=st.fixed_dictionaries(
        {
            "check_due_ms": st.none() | st.integers(0, 3 * 3_600_000),
            "answer_by_ms": st.none() | st.integers(0, 3 * 3_600_000),
            "counted_from_ms": st.just(0) | st.integers(0, 3 * 3_600_000),
        }
    ),
)
def test_the_statement_does_what_the_pure_function_does(
    member: Member,
    lesson: LessonPage,
    history: list[tuple[list[Beat], int]],
    closed_after: int | None,
    check: dict[str, int],
) -> None:
    WatchSession.objects.all().delete()
    closed_ms = None if closed_after is None else OPENED + closed_after
    session = progress.sitting(
        member,
        lesson,
        opened_at=OPENED_AT,
        closed_at=closed_ms and dt.datetime.fromtimestamp(closed_ms / 1000, tz=dt.UTC),
        duration_ms=DURATION,
        **check,
    )
    expected = Watch(OPENED, POLICY, closed_ms=closed_ms, **check)
    for beats, offset in history:
        expected, _verdicts = extend(expected, beats, OPENED + offset)
        [(number, is_open, covered_ms, is_asked, is_held)] = progress.record(
            [progress.message(session, beats, OPENED + offset)]
        )
        session.refresh_from_db()

        assert session.as_watch() == expected
        assert is_asked == (expected.answer_by_ms is not None)
        assert is_held == (expected.held_ms is not None)
        assert (number, is_open) == (1, closed_ms is None)
        assert covered_ms == standing([expected], Completion(DURATION)).covered_ms


@pytest.mark.slow
def test_one_statement_takes_many_sessions(lesson: LessonPage) -> None:
    sessions = [
        progress.sitting(make_member(password=None), lesson, opened_at=OPENED_AT) for _ in range(5)
    ]
    made = [
        progress.message(
            session,
            [Beat(n + 1, n * 15_000, (n + 1) * 15_000, 1.0) for n in range(index)],
            OPENED + index * 15_000,
        )
        for index, session in enumerate(sessions)
    ]
    answers = progress.record(made)

    assert answers == [(index + 1, True, index * 15_000, False, False) for index in range(5)]
    assert [WatchSession.objects.get(pk=session.pk).beats for session in sessions] == [
        0,
        1,
        2,
        3,
        4,
    ]


@pytest.mark.slow
def test_a_session_that_is_not_there_is_left_out(member: Member, lesson: LessonPage) -> None:
    session = progress.sitting(member, lesson, opened_at=OPENED_AT)
    ghost = progress.message(session, [Beat(1, 0, 15_000, 1.0)], OPENED + 15_000)
    ghost.session = "0" * 32
    real = progress.message(session, [Beat(1, 0, 15_000, 1.0)], OPENED + 15_000)

    assert progress.record([ghost, real]) == [(2, True, 15_000, False, False)]


@pytest.mark.slow
def test_refused_beats_are_counted_for_the_record(member: Member, lesson: LessonPage) -> None:
    session = progress.sitting(member, lesson, opened_at=OPENED_AT)
    progress.record([progress.message(session, [Beat(1, 0, 99_000, 1.0)] * 3, OPENED + 1)])
    session.refresh_from_db()

    assert (session.refused_beats, session.beats, session.present) == (3, 0, ())


@pytest.mark.slow
def test_what_earlier_sittings_verified_is_in_the_answer(
    member: Member, lesson: LessonPage
) -> None:
    session = progress.sitting(
        member,
        lesson,
        opened_at=OPENED_AT,
        earlier_covered=((0, 60_000),),
        earlier_budget_ms=60_000,
    )
    [(_number, _is_open, covered_ms, *_check)] = progress.record(
        [progress.message(session, [Beat(1, 55_000, 70_000, 1.0)], OPENED + 15_000)]
    )

    assert covered_ms == 70_000


@pytest.mark.slow
def test_a_beat_updates_the_row_in_place(member: Member, lesson: LessonPage) -> None:
    """No index is touched (HOT): none may hold a column that beats change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'courses_watchsession'")
        definitions: list[Any] = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'courses_watchsession'")
        [options] = cursor.fetchall()
    changed = {
        "covered", "present", "seen", "position_ms", "last_beat_at", "beats",
        "hidden_beats", "highest_percent", "refused_beats", "settled_beats",
        "check_due_ms", "answer_by_ms",
        "held_ms", "counted_from_ms", "checks_asked", "checks_answered",
    }  # fmt: skip

    assert [name for name in changed for text in definitions if f"({name}" in text] == []
    assert options == (["fillfactor=80"],)
