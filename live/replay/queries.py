"""What is known of a class when it is over."""

from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from courses.catalogue.models import ChapterPage, CoursePage
from courses.catalogue.queries import managed_courses, visible_lessons
from exams.credit.origins import Origin
from live.classroom import queries as class_queries
from live.classroom.models import ClassState, LiveClass, LiveEvent
from live.replay import moments, timeline
from live.replay.models import ReplayPlace
from lms.members.models import Member
from media_pipeline.models import AssetState
from media_pipeline.queries import chapters_of, moves_of


def courses_for(by: Any) -> QuerySet[CoursePage]:
    """The courses `by` may put a class into: managed ones that can be edited, by their order."""
    return managed_courses(by).order_by("path")


def place_of(live_class: LiveClass) -> ReplayPlace | None:
    return (
        ReplayPlace.objects.select_related("course", "lesson")
        .filter(live_class=live_class.pk)
        .first()
    )


def place_to_finish(asset_id: UUID) -> ReplayPlace | None:
    return ReplayPlace.objects.filter(live_class__recording=asset_id).first()


def last_chapter(course: CoursePage) -> ChapterPage | None:
    return ChapterPage.objects.child_of(course).order_by("path").last()


def unfinished() -> QuerySet[ReplayPlace]:
    """Places of closed classes that have no lesson yet, or one without its video."""
    return ReplayPlace.objects.filter(
        Q(lesson=None) | Q(finished_at=None, live_class__recording__state=AssetState.READY),
        live_class__state=ClassState.CLOSED,
    )


def lesson_for(by: Any, live_class: LiveClass) -> int | None:
    """The lesson the class has become, if it has its video and `by` may study it."""
    found = ReplayPlace.objects.filter(live_class=live_class.pk, finished_at__isnull=False)
    lesson_id = found.values_list("lesson", flat=True).first()
    if lesson_id is None or not visible_lessons(by).filter(pk=lesson_id).exists():
        return None
    return int(lesson_id)


def class_beside(by: Member, lesson_id: int) -> int | None:
    """The class whose slides and words belong to the video of a lesson, if `by` may see it."""
    places = ReplayPlace.objects.filter(lesson=lesson_id, lesson__asset=F("live_class__recording"))
    live_class_id = places.values_list("live_class", flat=True).first()
    # Most lessons were no class: they cost one statement, and whose it is, is not asked.
    if live_class_id is None:
        return None
    is_seen = class_queries.visible_live_classes(by).filter(pk=live_class_id).exists()
    return live_class_id if is_seen else None


def class_of_recording(asset_id: UUID) -> LiveClass | None:
    return LiveClass.objects.filter(recording=asset_id).first()


def events_of(live_class: LiveClass) -> list[LiveEvent]:
    """All that replays show, in order."""
    return list(
        LiveEvent.objects.filter(live_class=live_class, kind__in=timeline.kinds())
        .select_related("by")
        .order_by("seq")
    )


def line_of(live_class: LiveClass) -> moments.Line:
    """The moments of what is watched now: the lecture where it is ready, else what was served."""
    takes = [take.number for take in class_queries.takes_of(live_class)]
    parts = class_queries.parts_of(live_class.room, takes)
    asset = live_class.recording
    if asset is None or asset.state != AssetState.READY or not asset.duration_ms:
        return moments.served(parts)
    moves = moves_of(asset.pk)
    if not moves:
        return moments.lecture(parts, asset.duration_ms)
    line = moments.served(parts)
    for mapping in moves:
        line = moments.moved(line, mapping)
    return line


def chapters_from_slides(entries: list[dict[str, Any]], length_ms: int) -> list[tuple[int, str]]:
    """Chapters as the pages were turned."""
    turns = [
        moments.Turn(each["t"], each["slide"]["id"], name_of(each["slide"]))
        for each in entries
        if each["kind"] == "slide" and each["slide"]
    ]
    return moments.chapters(turns, length_ms=length_ms)


def name_of(slide: dict[str, Any]) -> str:
    """What a page is called: its first words, else its number. Kept in Chinese, as all content."""
    words = str(slide.get("text") or "").strip()
    if words:
        return words[: moments.MOST_TITLE]
    kind = "课件" if slide.get("key") else "白板"
    return f"{kind}第 {slide['n']} 页"


def replay_of(live_class: LiveClass) -> tuple[list[dict[str, Any]], list[tuple[int, str]], int]:
    """Entries, chapters (somebody's own where there are any), and the length in milliseconds."""
    line = line_of(live_class)
    entries = timeline.entries(events_of(live_class), line)
    asset = live_class.recording
    own = chapters_of(asset.pk) if asset is not None and asset.state == AssetState.READY else ()
    found = [(one.start_ms, one.title) for one in own]
    return entries, found or chapters_from_slides(entries, line.length_ms), line.length_ms


def origin_of(asset_id: UUID) -> Origin | None:
    """A lecture made of a class: who watches it makes up for what was missed (补学)."""
    live_class = class_of_recording(asset_id)
    if live_class is None:
        return None
    return Origin("（直播补学）", {"made_up": True, "live_class": live_class.pk})
