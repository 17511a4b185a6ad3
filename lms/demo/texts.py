"""The shapes of the demo school's teaching texts: course, chapter, lesson, slide."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlideText:
    """One page of a lecture: what is shown and what is said while it is shown.

    A page without bullets is a cover. `note` is the one line to take away, set in a box.
    `narration` is written for the ear: Chinese characters and punctuation only.
    """

    title: str
    narration: tuple[str, ...]
    bullets: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class LessonText:
    """One lecture; `key` names its narration and its slide pictures and never changes."""

    key: str
    title: str
    intro: tuple[str, ...]
    target_seconds: int
    slides: tuple[SlideText, ...]


@dataclass(frozen=True, slots=True)
class ChapterText:
    """A chapter of a course, in teaching order."""

    title: str
    lessons: tuple[LessonText, ...]


@dataclass(frozen=True, slots=True)
class CourseText:
    """A whole short course with its one lecturer.

    `audience` is the key of the branch it is for; empty for the whole school.
    """

    slug: str
    title: str
    topic: str
    summary: str
    introduction: tuple[str, ...]
    teacher: str
    teacher_title: str
    chapters: tuple[ChapterText, ...]
    audience: str = ""

    @property
    def lessons(self) -> tuple[LessonText, ...]:
        """All lessons of the course in teaching order."""
        return tuple(lesson for chapter in self.chapters for lesson in chapter.lessons)
