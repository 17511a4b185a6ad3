"""Another content for a lesson: progress mapped, completions and the ledger untouched, undone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.catalogue.models import LessonPage
from courses.progress import queries, replacing, services
from courses.progress.models import Edition, LessonProgress, WatchSession
from exams.credit.models import StudyHourEntry
from lms.members.models import Branch, Member
from media_pipeline import editing
from media_pipeline.editing import Mapping
from media_pipeline.models import Asset
from tests.courses.progress.conftest import MINUTE
from tests.factories.members import make_member
from tests.factories.progress import completed, sitting, terms_of, watch
from tests.support.player import BeatServer, Player

pytestmark = pytest.mark.django_db(transaction=True)

LENGTH = 10 * MINUTE
# The third minute is cut out.
CUT = editing.mapping_of(((0, 2 * MINUTE), (3 * MINUTE, LENGTH)))


@pytest.fixture
def lesson(lesson_of: Callable[..., LessonPage]) -> LessonPage:
    return lesson_of()


def replaced(
    lesson: LessonPage,
    mapping: Mapping = CUT,
    *,
    duration_ms: int = 9 * MINUTE,
    number: int = 1,
    is_undo: bool = False,
) -> None:
    """What the pipeline does and announces."""
    Asset.objects.filter(pk=lesson.asset_id).update(duration_ms=duration_ms)
    replacing.follow_replacement(
        asset_id=lesson.asset_id,
        replacement_id=number,
        mapping=mapping,
        duration_ms=duration_ms,
        is_undo=is_undo,
    )
    lesson.refresh_from_db()


def undone(lesson: LessonPage) -> None:
    replaced(lesson, editing.inverse(CUT), duration_ms=LENGTH, is_undo=True)


def colleague(member: Member) -> Member:
    branch = Branch.objects.get(memberships__member=member)
    return make_member(branch, password=None)


def watched(member: Member, lesson: LessonPage, *stretches: tuple[int, int]) -> LessonProgress:
    services.close_sessions(member_id=member.pk)
    session = sitting(member, lesson, edition=queries.shown_edition(lesson.pk))
    for start, end in stretches:
        watch(session, start, end)
    return settled(member, lesson)


def settled(member: Member, lesson: LessonPage) -> LessonProgress:
    progress = services.settle_lesson(member_id=member.pk, terms=terms_of(lesson))
    assert progress is not None
    return progress


def progress_of(member: Member, lesson: LessonPage) -> LessonProgress:
    return LessonProgress.objects.get(member=member, lesson=lesson)


def test_progress_moves_with_the_picture_and_back(member: Member, lesson: LessonPage) -> None:
    watched(member, lesson, (0, 4 * MINUTE))
    replaced(lesson)
    assert (lesson.duration_ms, replacing.settle_editions()) == (9 * MINUTE, 1)
    after = progress_of(member, lesson)
    assert (after.covered, after.covered_ms) == (((0, 3 * MINUTE),), 3 * MINUTE)
    assert (after.duration_ms, after.edition) == (9 * MINUTE, 1)
    assert queries.resume_points(member)[lesson.pk][0] == 3 * MINUTE
    # What is watched of the new content counts in the old one too, once it is taken back.
    watched(member, lesson, (3 * MINUTE, 4 * MINUTE))
    assert progress_of(member, lesson).covered == ((0, 4 * MINUTE),)
    undone(lesson)
    assert replacing.settle_editions() == 1
    back = progress_of(member, lesson)
    assert (back.covered, back.edition) == (((0, 5 * MINUTE),), 0)
    assert (back.duration_ms, lesson.duration_ms) == (LENGTH, LENGTH)


def test_a_completion_and_its_hours_are_never_lost(member: Member, lesson: LessonPage) -> None:
    LessonPage.objects.filter(pk=lesson.pk).update(study_hours=2)
    done = completed(member, lesson)
    from exams.credit.services import credit_lesson

    credit_lesson(progress_id=done.pk)
    entry = StudyHourEntry.objects.get()
    # A whole other file: nothing of the old one is in it.
    replaced(lesson, (), duration_ms=60 * MINUTE)
    replacing.settle_editions()
    after = progress_of(member, lesson)
    assert (after.completed_at, after.covered) == (done.completed_at, ())
    assert settled(member, lesson).completed_at == done.completed_at
    credit_lesson(progress_id=done.pk)
    assert StudyHourEntry.objects.get() == entry


def test_only_who_has_seen_the_rest_is_completed_and_the_editor_knows_before(
    member: Member, lesson: LessonPage
) -> None:
    others = [colleague(member) for _ in range(3)]
    watched(member, lesson, (0, 2 * MINUTE), (3 * MINUTE, LENGTH))
    watched(others[0], lesson, (0, 2 * MINUTE), (4 * MINUTE, LENGTH))
    watched(others[1], lesson, (2 * MINUTE, 3 * MINUTE))
    completed(others[2], lesson)
    assert replacing.consequences(lesson.asset_id, CUT, 9 * MINUTE) == [
        "1 人已学完：完成记录和已计学时不变。",
        "1 人的学习进度保留。",
        "1 人剩下的内容都已学过，替换后即算学完。",
        "1 人看过的部分不在新视频里，进度从头算。",
    ]
    replaced(lesson)
    assert replacing.settle_editions() == 4
    assert [progress_of(one, lesson).is_completed for one in (member, *others)] == [
        True,
        False,
        False,
        True,
    ]
    assert progress_of(others[1], lesson).covered_ms == 0


def test_told_twice_and_settled_again_nothing_more_happens(
    member: Member, lesson: LessonPage
) -> None:
    watched(member, lesson, (0, 4 * MINUTE))
    replaced(lesson)
    replacing.settle_editions()
    before = progress_of(member, lesson)
    replaced(lesson)
    assert (replacing.settle_editions(), Edition.objects.count()) == (0, 1)
    again = settled(member, lesson)
    assert (again.covered, again.covered_ms) == (before.covered, before.covered_ms)
    assert queries.resume_points(member)[lesson.pk][0] == 3 * MINUTE
    undone(lesson)
    replaced(lesson, number=2)
    replacing.settle_editions()
    assert progress_of(member, lesson).covered == ((0, 3 * MINUTE),)
    assert [(e.number, e.parent, e.is_shown) for e in Edition.objects.all()] == [
        (1, 0, False),
        (2, 0, True),
    ]


def test_time_spent_on_another_content_does_not_stand_for_the_new_one(
    member: Member, lesson: LessonPage
) -> None:
    watched(member, lesson, (0, 9 * MINUTE))
    replaced(lesson, (), duration_ms=LENGTH)
    replacing.settle_editions()
    assert progress_of(member, lesson).wall_ms == 0
    session = sitting(member, lesson, edition=1)
    watch(session, 0, MINUTE)
    assert settled(member, lesson).covered_ms == MINUTE


def test_beats_under_the_old_ticket_count_for_the_old_content(
    member: Member,
    lesson: LessonPage,
    player_for: Callable[..., Player],
    beat_server: BeatServer,
    moving_clock: Any,
) -> None:
    player = player_for(member, lesson)
    player.play(0, 2 * MINUTE)
    replaced(lesson)
    # A player that has not heard of it goes on: minutes three and four of the old content.
    assert player.play(2 * MINUTE, 4 * MINUTE)["open"] is False
    assert settled(member, lesson).covered == ((0, 2 * MINUTE + MINUTE),)
    fresh = services.start_session(by=member, terms=terms_of(lesson))
    assert (fresh.session.edition, fresh.session.duration_ms) == (1, 9 * MINUTE)


@pytest.mark.parametrize("members", [1, 3])
def test_everybody_follows_in_the_same_number_of_statements(
    member: Member, lesson: LessonPage, members: int
) -> None:
    for one in [member, *(colleague(member) for _ in range(members - 1))]:
        watched(one, lesson, (0, 4 * MINUTE))
    replaced(lesson)
    with CaptureQueriesContext(connection) as seen:
        assert replacing.settle_editions() == members
    assert len(seen) == 13


def test_sittings_themselves_are_never_rewritten(member: Member, lesson: LessonPage) -> None:
    watched(member, lesson, (0, 4 * MINUTE))
    before = WatchSession.objects.values("covered", "present", "seen", "edition").get()
    replaced(lesson)
    replacing.settle_editions()
    assert WatchSession.objects.values("covered", "present", "seen", "edition").get() == before
    assert not WatchSession.objects.get().is_open
