"""Where a thread can be: on a course, a lesson or a board, as somebody sees it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from courses.catalogue.models import CoursePage, LessonPage
from courses.catalogue.queries import visible_courses, visible_lessons
from courses.catalogue.reading import course_above
from live.discussion.models import Board, BoardState, Thread
from lms.members.models import Branch
from lms.members.queries import path_and_above, standing_today, visible_branches

COURSES, LESSONS, BOARDS = KINDS = ("courses", "lessons", "boards")


@dataclass(frozen=True)
class Place:
    """One of the three, with whatever leads to it. `branch` looks after it; None: everybody's."""

    kind: str
    pk: int
    title: str
    url: str
    branch: Branch | None
    course: CoursePage | None = None
    lesson: LessonPage | None = None
    board: Board | None = None

    @property
    def threads_url(self) -> str:
        return reverse(f"discussion:{self.kind}", args=[self.pk])

    @property
    def new_url(self) -> str:
        return reverse(f"discussion:new_in_{self.kind}", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.board is None or self.board.state == BoardState.OPEN

    @property
    def fields(self) -> dict[str, Any]:
        """The place as a thread keeps it."""
        if self.lesson is not None:
            return {"lesson": self.lesson}
        return {"course": self.course} if self.board is None else {"board": self.board}

    def video_url(self, seconds: int) -> str:
        """The lesson's page at a second of its video."""
        return f"{self.url}?t={seconds}"


def visible_boards(by: Any) -> Any:
    """The boards of the branch `by` belongs to and those above, and of those `by` looks after."""
    if not by.is_authenticated or not by.is_active:
        return Board.objects.none()
    found = Board.objects.filter(branch__in=visible_branches(by).order_by())
    path, _roles = standing_today(by)
    if path is not None:
        found = found | Board.objects.filter(branch__path__in=path_and_above(path))
    return found.select_related("branch").order_by("branch__path", "title")


def place_for(by: Any, kind: str, pk: int) -> Place | None:
    """The place, if `by` may see what is talked about there."""
    if kind == BOARDS:
        board = visible_boards(by).filter(pk=pk).first()
        return of_board(board) if board is not None else None
    if kind == LESSONS:
        lesson = visible_lessons(by).filter(pk=pk).first()
        return of_lesson(lesson) if lesson is not None else None
    course = visible_courses(by).filter(pk=pk).select_related("audience").first()
    return of_course(course) if course is not None else None


def place_of(thread: Thread) -> Place:
    """Where a thread is; whether it may be seen has been asked before."""
    if thread.board is not None:
        return of_board(thread.board)
    if thread.lesson is not None:
        return of_lesson(thread.lesson)
    assert thread.course is not None
    return of_course(thread.course)


def of_board(board: Board) -> Place:
    url = reverse("discussion:boards", args=[board.pk])
    return Place(BOARDS, board.pk, board.title, url, board.branch, board=board)


def of_lesson(lesson: LessonPage) -> Place:
    course = course_above(lesson)
    url = reverse("courses:lesson", args=[lesson.pk])
    return Place(
        LESSONS, lesson.pk, lesson.title, url, course.audience, course=course, lesson=lesson
    )


def of_course(course: CoursePage) -> Place:
    url = reverse("courses:course", args=[course.slug])
    return Place(COURSES, course.pk, course.title, url, course.audience, course=course)
