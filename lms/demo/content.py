"""Everything the demo school teaches, in one place."""

from lms.demo.course_branch_study import BRANCH_STUDY
from lms.demo.course_digital_skills import DIGITAL_SKILLS
from lms.demo.course_read_regulation import READ_REGULATION
from lms.demo.texts import CourseText, LessonText

COURSES: tuple[CourseText, ...] = (DIGITAL_SKILLS, BRANCH_STUDY, READ_REGULATION)


def all_lessons() -> tuple[tuple[CourseText, LessonText], ...]:
    """Each lesson with its course, in teaching order."""
    return tuple((course, lesson) for course in COURSES for lesson in course.lessons)


def course_of(lesson: LessonText) -> CourseText:
    """The course a lesson belongs to; KeyError when it belongs to none."""
    for course, candidate in all_lessons():
        if candidate.key == lesson.key:
            return course
    raise KeyError(lesson.key)
