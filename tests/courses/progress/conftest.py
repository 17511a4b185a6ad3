"""A clock that stands still, the beat route, and players that use both."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from courses.catalogue.models import LessonPage
from lms.members.models import Member
from tests.factories import courses
from tests.factories.members import make_branch_tree, make_member
from tests.support.player import BeatServer, Player

NOON = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)  # noon in the school's zone
MINUTE = 60_000


@pytest.fixture
def moving_clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def beat_server(transactional_db: None) -> Iterator[BeatServer]:
    with BeatServer() as server:
        yield server


@pytest.fixture
def member(transactional_db: None) -> Member:
    return make_member(make_branch_tree().first, password=None)


@pytest.fixture
def lesson_of(moving_clock: Any, transactional_db: None) -> Callable[..., LessonPage]:
    """`lesson_of(minutes=10)` publishes a lesson of that length."""

    def make(minutes: float = 10, **fields: Any) -> LessonPage:
        by = courses.editor()
        course = courses.course(by=by, **fields)
        chapter = courses.chapter(course=course, by=by)
        asset = courses.lecture(by=by, duration_ms=round(minutes * MINUTE))
        return courses.lesson(chapter=chapter, by=by, asset=asset)

    return make


@pytest.fixture
def player_for(beat_server: BeatServer, moving_clock: Any) -> Callable[..., Player]:
    """`player_for(member, lesson)` opens the lesson in a player."""

    def make(member: Member, lesson: LessonPage) -> Player:
        return Player(beat_server, moving_clock, member, lesson)

    return make
