"""The models of this app, gathered from its subjects."""

from courses.catalogue.models import ChapterPage, CourseIndexPage, CoursePage, LessonPage
from courses.portal.models import HomePage
from courses.progress.models import LessonProgress, WatchSession

__all__ = [
    "ChapterPage",
    "CourseIndexPage",
    "CoursePage",
    "HomePage",
    "LessonPage",
    "LessonProgress",
    "WatchSession",
]
