"""How far one member is: the outline of a course laid over with the member's progress."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.catalogue.queries import Outline, OutlineChapter, OutlineLesson


@dataclass(frozen=True)
class LessonStanding:
    """One lesson as one member stands to it."""

    lesson: OutlineLesson
    number: int
    covered_ms: int
    is_completed: bool

    @property
    def is_begun(self) -> bool:
        return self.covered_ms > 0

    @property
    def percent(self) -> int:
        """Watched share of the recording; 100 only when it is completed."""
        if self.is_completed:
            return 100
        if not self.lesson.duration_ms:
            return 0
        return min(99, self.covered_ms * 100 // self.lesson.duration_ms)


@dataclass(frozen=True)
class ChapterStanding:
    chapter: OutlineChapter
    lessons: tuple[LessonStanding, ...]


@dataclass(frozen=True)
class CourseStanding:
    """One course as one member stands to it. Only lessons with a recording can be completed."""

    chapters: tuple[ChapterStanding, ...]

    @property
    def lessons(self) -> list[LessonStanding]:
        return [lesson for chapter in self.chapters for lesson in chapter.lessons]

    @property
    def watchable(self) -> list[LessonStanding]:
        return [standing for standing in self.lessons if standing.lesson.has_video]

    @property
    def completed_count(self) -> int:
        return sum(standing.is_completed for standing in self.watchable)

    @property
    def is_begun(self) -> bool:
        return any(standing.is_begun or standing.is_completed for standing in self.watchable)

    @property
    def is_completed(self) -> bool:
        return bool(self.watchable) and self.completed_count == len(self.watchable)

    @property
    def percent(self) -> int:
        """Watched share of all recordings; 100 only when every lesson is completed."""
        if self.is_completed:
            return 100
        whole = sum(standing.lesson.duration_ms for standing in self.watchable)
        watched = sum(
            standing.lesson.duration_ms
            if standing.is_completed
            else min(standing.covered_ms, standing.lesson.duration_ms)
            for standing in self.watchable
        )
        return min(99, watched * 100 // whole) if whole else 0

    @property
    def next_lesson(self) -> LessonStanding | None:
        """Where to go on: the first lesson not completed, else the first of all."""
        unfinished = (standing for standing in self.watchable if not standing.is_completed)
        return next(unfinished, self.lessons[0] if self.lessons else None)


def standing(outline: Outline, progress: Mapping[int, Any]) -> CourseStanding:
    """Lay `progress` (by lesson id, with covered_ms and completed_at) over `outline`."""
    number = 0
    chapters = []
    for chapter in outline.chapters:
        lessons = []
        for lesson in chapter.lessons:
            number += 1
            row = progress.get(lesson.id)
            lessons.append(
                LessonStanding(
                    lesson,
                    number,
                    row.covered_ms if row else 0,
                    bool(row and row.completed_at),
                )
            )
        chapters.append(ChapterStanding(chapter, tuple(lessons)))
    return CourseStanding(tuple(chapters))
