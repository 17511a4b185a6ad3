"""What becomes of a class when it is over: timeline, chapters, a lesson, and what that earns."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from courses.catalogue.models import CoursePage, LessonPage
from courses.progress.models import LessonProgress
from exams.credit.models import StudyCategory, StudyHourEntry
from exams.credit.services import credit_lesson, post_entry
from live.classroom import folders, telling
from live.classroom import services as classroom
from live.classroom.models import LiveClass, LiveTake
from live.classroom.segments import Segment
from live.receivers import recording_is_ready
from live.replay import queries, services
from live.replay.beside import class_of_lesson
from live.replay.models import ReplayPlace
from lms.core import clock
from lms.members.models import Member
from media_pipeline import editing
from media_pipeline.chapter_services import offer_chapters
from media_pipeline.models import ChapterList, Replacement, ReplacementState
from tests.factories import courses as course_factory
from tests.factories.live import make_live_class
from tests.factories.live_slides import make_deck
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
)
from tests.live.classroom.test_pages import of
from tests.live.slides.test_services import STROKE, Speaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


def sent(live_class: LiveClass, by: Member, *, since: dt.datetime, segments: int = 60) -> None:
    """As if one recorder had sent a two-second segment after the other from `since` on."""
    LiveTake.objects.create(
        live_class=live_class, number=1, key="k1", mime="video/webm", by=by,
        begun_at=since, ended_at=clock.now(),
    )  # fmt: skip
    folder = folders.take_folder(live_class.room, 1)
    folder.mkdir(parents=True)
    lines = [
        Segment(n + 1, 2.0, since + dt.timedelta(seconds=2 * n)).line() for n in range(segments)
    ]
    (folder / folders.PART_NAME).write_text("".join(lines), encoding="ascii")
    folders.write_replay(live_class.room, [1])


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member, time_machine: Any) -> LiveClass:
    """A class of two minutes: a page at 0:05, drawn on at 0:10, the next page at 1:00."""
    live_class = make_live_class(tree.general, by=teacher, title="三会一课实务")
    first, second = make_deck(live_class, teacher, "什么是三会一课", "").slides.all()
    leads = Speaker(teacher, live_class)
    begun = clock.now()
    time_machine.move_to(begun, tick=False)
    classroom.go_on_air(by=teacher, live_class=live_class)
    happened: list[tuple[int, Callable[[], Any]]] = [
        (5, lambda: leads("show", slide=first.pk)),
        (10, lambda: leads("mark", slide=first.pk, mark=STROKE)),
        (20, lambda: chat(live_class, teacher, "请看第一条")),
        (30, lambda: gone(live_class, chat(live_class, teacher, "说错了"))),
        (60, lambda: leads("show", slide=second.pk)),
    ]
    for seconds, happen in happened:
        time_machine.move_to(begun + dt.timedelta(seconds=seconds), tick=False)
        happen()
    time_machine.move_to(begun + dt.timedelta(seconds=120), tick=False)
    sent(live_class, teacher, since=begun)
    return live_class


def chat(live_class: LiveClass, by: Member, text: str) -> int:
    return telling.tell(telling.lock(live_class.pk), "chat", {"text": text}, by=by).seq


def gone(live_class: LiveClass, seq: int) -> None:
    telling.tell(telling.lock(live_class.pk), "chat_gone", {"of": seq})


def test_what_happened_is_told_by_the_time_of_the_picture(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    address = f"/live/{live_class.pk}/replay/"
    member = of(make_member(tree.first))
    assert member.get(address).status_code == 404  # it goes on
    classroom.close_class(by=teacher, live_class=live_class)
    told = member.get(address).json()
    assert [(each["t"], each["kind"], each["by"]) for each in told["entries"]] == [
        (5_000, "slide", "李教授"),
        (10_000, "mark", "李教授"),
        (20_000, "chat", "李教授"),
        (60_000, "slide", "李教授"),
    ]
    assert told["entries"][2]["text"] == "请看第一条"
    assert told["chapters"] == [
        {"start": 0, "title": "什么是三会一课"},
        {"start": 60_000, "title": "课件第 2 页"},
    ]
    assert (told["length"], told["lesson"]) == (120_000, "")
    assert told["replay"].endswith("/index.m3u8")
    assert of(make_member(tree.third)).get(address).status_code == 404


@pytest.fixture
def administrator(tree: BranchTree) -> Member:
    return make_administrator(tree.general)


def put_into_course(by: Member, live_class: LiveClass, course: CoursePage) -> None:
    services.choose_course(by=by, live_class=live_class, course=course)


@pytest.fixture
def course(tree: BranchTree, administrator: Member) -> CoursePage:
    return course_factory.course_with_lessons(by=administrator, audience=tree.general)[0]


def ready(live_class: LiveClass, by: Member) -> Any:
    """The lecture of a class, as the pipeline leaves it."""
    asset = course_factory.lecture(by=by)
    LiveClass.objects.filter(pk=live_class.pk).update(recording=asset)
    return asset


@pytest.mark.slow
def test_the_lesson_is_there_at_the_close_and_gets_its_video_when_it_is_ready(
    tree: BranchTree,
    teacher: Member,
    administrator: Member,
    course: CoursePage,
    live_class: LiveClass,
    run_queued: Callable[..., list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    put_into_course(administrator, live_class, course)
    with django_capture_on_commit_callbacks(execute=True):
        classroom.close_class(by=teacher, live_class=live_class)
    assert "live.place_replay" in run_queued()
    lesson = LessonPage.objects.descendant_of(course).order_by("path").last()
    assert lesson is not None
    assert (lesson.title, lesson.live, lesson.asset_id) == ("三会一课实务", True, None)
    member = of(make_member(tree.first))
    page = member.get(f"/lessons/{lesson.pk}/").content.decode()
    assert f'href="/live/{live_class.pk}/"' in page
    asset = ready(live_class, teacher)
    with django_capture_on_commit_callbacks(execute=True):
        recording_is_ready(asset_id=asset.pk)
    assert run_queued() == ["live.place_replay"]
    lesson.refresh_from_db()
    assert (lesson.live, lesson.asset_id, lesson.body[0].block_type) == (True, asset.pk, "video")
    assert lesson.study_hours is not None
    assert member.get(f"/live/{live_class.pk}/replay/").json()["lesson"] == f"/lessons/{lesson.pk}/"
    # Once: a second lesson is not made.
    services.place_replay(live_class_id=live_class.pk)
    assert LessonPage.objects.descendant_of(course).count() == 2
    assert list(queries.unfinished()) == []


def test_the_lecture_gets_chapters_unless_somebody_made_some(
    teacher: Member, live_class: LiveClass
) -> None:
    classroom.close_class(by=teacher, live_class=live_class)
    asset = ready(live_class, teacher)
    type(asset).objects.filter(pk=asset.pk).update(duration_ms=120_000)
    recording_is_ready(asset_id=asset.pk)
    kept = ChapterList.objects.get(asset=asset)
    assert kept.chapters == [[0, "什么是三会一课"], [60_000, "课件第 2 页"]]
    asset.refresh_from_db()
    assert not offer_chapters(asset=asset, chapters=[(0, "甲"), (9_000, "乙")])


def test_after_an_edit_pages_and_words_are_where_their_picture_went(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    """The first eight seconds were cut off, and the half minute before the second page."""
    classroom.close_class(by=teacher, live_class=live_class)
    asset = ready(live_class, teacher)
    type(asset).objects.filter(pk=asset.pk).update(duration_ms=82_000)
    kept = ((8_000, 30_000), (60_000, 120_000))
    Replacement.objects.create(
        asset=asset, is_edit=True, state=ReplacementState.SETTLED, made_by=teacher,
        mapping=editing.as_lists(editing.mapping_of(kept)), created_at=clock.now(),
        shown_at=clock.now(), kept_until=clock.now(),
    )  # fmt: skip
    told = of(make_member(tree.first)).get(f"/live/{live_class.pk}/replay/").json()
    assert [(each["t"], each["kind"]) for each in told["entries"]] == [
        (0, "slide"),
        (2_000, "mark"),
        (12_000, "chat"),
        (22_000, "slide"),
    ]
    assert told["length"] == 82_000


def test_the_lesson_asks_for_its_class_below_its_player(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    administrator: Member,
    course: CoursePage,
) -> None:
    put_into_course(administrator, live_class, course)
    classroom.close_class(by=teacher, live_class=live_class)
    ready(live_class, teacher)
    services.place_replay(live_class_id=live_class.pk)
    lesson = ReplayPlace.objects.get().lesson
    assert lesson is not None
    member = make_member(tree.first)
    page = of(member).get(f"/lessons/{lesson.pk}/").content.decode()
    told = f'data-told="/live/{live_class.pk}/replay/"'
    assert page.count(told) == 1
    assert page.index("</lms-player>") < page.index(told) < page.index("上一讲")
    # Whoever may study the lesson but was not called to the class is shown the lesson alone.
    stranger = make_member(tree.third)
    assert class_of_lesson(member, lesson_id=lesson.pk) is not None
    assert class_of_lesson(stranger, lesson_id=lesson.pk) is None
    other = LessonPage.objects.exclude(pk=lesson.pk).first()
    assert other is not None
    assert class_of_lesson(member, lesson_id=other.pk) is None
    # Another video was put into the lesson: the class does not belong to it any more.
    LessonPage.objects.filter(pk=lesson.pk).update(asset=other.asset_id)
    assert class_of_lesson(member, lesson_id=lesson.pk) is None


@pytest.mark.slow
def test_only_who_leads_chooses_and_only_a_course_that_is_managed(tree: BranchTree) -> None:
    live_class = make_live_class(tree.first, by=make_instructor(tree.first))
    mine = course_factory.course(by=make_administrator(tree.first), audience=tree.first)
    theirs = course_factory.course(by=make_administrator(tree.third), audience=tree.third)
    address = f"/live/{live_class.pk}/course/"
    leads = of(live_class.teacher)
    assert of(make_member(tree.first)).get(address).status_code == 404
    assert leads.post(address, {"course": theirs.pk}).status_code == 422
    assert leads.post(address, {"course": mine.pk}).status_code == 302
    assert ReplayPlace.objects.get().course_id == mine.pk
    assert leads.post(address, {"course": ""}).status_code == 302
    assert ReplayPlace.objects.count() == 0


@pytest.mark.slow
def test_who_was_absent_earns_once_and_who_had_it_live_not_again(
    tree: BranchTree,
    teacher: Member,
    administrator: Member,
    course: CoursePage,
    live_class: LiveClass,
) -> None:
    put_into_course(administrator, live_class, course)
    classroom.close_class(by=teacher, live_class=live_class)
    asset = ready(live_class, teacher)
    services.place_replay(live_class_id=live_class.pk)
    lesson = ReplayPlace.objects.get().lesson
    assert lesson is not None
    lesson.refresh_from_db()
    there, absent = make_member(tree.first), make_member(tree.first)
    post_entry(
        member=there,
        category=StudyCategory.CONCENTRATED,
        hours=Decimal(2),
        earned_on=clock.today(),
        source_kind="offline",
        source_id="live",
        source_title=live_class.title,
        evidence={},
        content_id=f"asset:{asset.pk.hex}",
    )
    for member in (there, absent):
        progress = LessonProgress.objects.create(
            member=member,
            lesson=lesson,
            covered=[[0, asset.duration_ms]],
            covered_ms=asset.duration_ms,
            required_ms=asset.duration_ms,
            duration_ms=asset.duration_ms,
            settled_at=clock.now(),
            completed_at=clock.now(),
        )
        credit_lesson(progress_id=progress.pk)
    made_up = StudyHourEntry.objects.filter(source_kind="lesson").order_by("member")
    assert [
        (entry.hours, entry.category, entry.source_title, entry.evidence["made_up"])
        for entry in made_up
    ] == [
        (Decimal(0), StudyCategory.ONLINE, "三会一课实务（直播补学）", True),
        (lesson.study_hours, StudyCategory.ONLINE, "三会一课实务（直播补学）", True),
    ]


@pytest.mark.slow
def test_a_teacher_who_may_not_publish_leaves_a_draft_for_who_may(
    teacher: Member, course: CoursePage, live_class: LiveClass
) -> None:
    put_into_course(teacher, live_class, course)
    classroom.close_class(by=teacher, live_class=live_class)
    services.place_replay(live_class_id=live_class.pk)
    lesson = ReplayPlace.objects.get().lesson
    assert lesson is not None
    asset = ready(live_class, teacher)
    services.place_replay(live_class_id=live_class.pk)
    lesson.refresh_from_db()
    draft = lesson.get_latest_revision_as_object()
    assert (lesson.live, draft.body_asset()) == (False, asset)
