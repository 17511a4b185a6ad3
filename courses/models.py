"""The models of this app, gathered from its subjects."""

from courses.catalogue.models import ChapterPage, CourseIndexPage, CoursePage, LessonPage
from courses.portal.models import HomePage
from courses.progress.models import Edition, LessonProgress, WatchSession
from courses.training.models import Enrolment, Essay, PlanItem, TrainingClass

__all__ = [
    "ChapterPage",
    "CourseIndexPage",
    "CoursePage",
    "Edition",
    "Enrolment",
    "Essay",
    "HomePage",
    "LessonPage",
    "LessonProgress",
    "PlanItem",
    "TrainingClass",
    "WatchSession",
]
