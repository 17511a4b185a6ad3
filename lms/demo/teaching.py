"""The demo school's courses, made by its instructor and published by its administrator."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.html import format_html_join
from wagtail.rich_text import RichText

from courses.catalogue.models import CoursePage, LessonPage
from courses.catalogue.services import create_chapter, create_course, create_lesson, publish_page
from lms.demo.content import COURSES
from lms.demo.demo_year import DemoYear, moment
from lms.demo.enrolment import branch_of
from lms.demo.texts import CourseText, LessonText
from lms.members.models import Member
from media_pipeline.models import Asset

# Published early in the year, one after the other, before anybody studies.
PUBLISHED_AT = {"digital-skills": 0.02, "branch-study": 0.06, "read-regulation": 0.12}


def publish_courses(
    *, by: Member, publisher: Member, assets: Mapping[str, Asset], year: DemoYear
) -> list[CoursePage]:
    """All courses in catalogue order; each that is missing is made whole and published."""
    return [
        CoursePage.objects.filter(slug=text.slug).first()
        or _course(text, by, publisher, assets, year)
        for text in COURSES
    ]


def lesson_of(asset: Asset) -> LessonPage:
    """The lesson a lecture belongs to."""
    return LessonPage.objects.get(asset=asset)


def _course(
    text: CourseText, by: Member, publisher: Member, assets: Mapping[str, Asset], year: DemoYear
) -> CoursePage:
    published_at = moment(year.day(PUBLISHED_AT[text.slug]), 9)
    with transaction.atomic():
        course = create_course(
            title=text.title,
            slug=text.slug,
            by=by,
            summary=text.summary,
            introduction=paragraphs(text.introduction),
            topic=text.topic,
            teacher_name=text.teacher,
            teacher_title=text.teacher_title,
            audience=branch_of(text.audience) if text.audience else None,
            first_published_at=published_at,
        )
        publish_page(page=course, by=publisher)
        for chapter_text in text.chapters:
            chapter = create_chapter(course=course, title=chapter_text.title, by=by)
            publish_page(page=chapter, by=publisher)
            for lesson_text in chapter_text.lessons:
                lesson = create_lesson(
                    chapter=chapter,
                    title=lesson_text.title,
                    by=by,
                    blocks=[
                        ("video", assets[lesson_text.key]),
                        ("article", RichText(paragraphs(lesson_text.intro))),
                    ],
                    transcript=transcript(lesson_text),
                    first_published_at=published_at,
                )
                publish_page(page=lesson, by=publisher)
    return course


def paragraphs(texts: Iterable[str]) -> str:
    """Plain sentences as rich text."""
    return format_html_join("", "<p>{}</p>", ((text,) for text in texts))


def transcript(text: LessonText) -> str:
    """What is said in the lecture, a paragraph a slide."""
    return "\n\n".join("".join(slide.narration) for slide in text.slides)
