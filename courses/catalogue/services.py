"""Making courses and publishing them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from courses.catalogue.hours import default_hours
from courses.catalogue.models import ChapterPage, CourseIndexPage, CoursePage, LessonPage
from lms.members.models import Member
from media_pipeline.models import Asset, AssetState


def ensure_index(*, home: Page) -> CourseIndexPage:
    """The catalogue below `home`, made if it is missing."""
    index = CourseIndexPage.objects.first()
    if index is None:
        index = CourseIndexPage(title="课程", slug="courses", live=True)
        home.add_child(instance=index)
    return index


def ensure_locale() -> Locale:
    """The language pages are written in, made if it is missing."""
    return Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)[0]


def ensure_root() -> Page:
    """The root of the page tree, made if it is missing."""
    root = Page.get_first_root_node()
    if root is None:
        root = Page.add_root(instance=Page(title="Root", slug="root", locale=ensure_locale()))
    return root


def show_home(*, home: Page) -> Site:
    """Make `home` the front page of the one site."""
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id != home.pk:
        site.root_page = home
        site.hostname, site.port = site.hostname or "localhost", 80
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.save()
    return site


def create_course(*, title: str, by: Member, slug: str = "", **fields: Any) -> CoursePage:
    """A new course, not yet published. `fields` are columns of CoursePage."""
    with transaction.atomic():
        course = CoursePage(title=title, slug=slug, owner=by, live=False, **fields)
        CourseIndexPage.objects.get().add_child(instance=course)
        course.save_revision(user=by)
    return course


def create_chapter(*, course: CoursePage, title: str, by: Member) -> ChapterPage:
    """A new chapter at the end of `course`, not yet published."""
    with transaction.atomic():
        chapter = ChapterPage(title=title, owner=by, live=False)
        course.add_child(instance=chapter)
        chapter.save_revision(user=by)
    return chapter


def create_lesson(
    *,
    chapter: ChapterPage,
    title: str,
    by: Member,
    blocks: list[tuple[str, Any]],
    **fields: Any,
) -> LessonPage:
    """A new lesson at the end of `chapter`, not yet published.

    `blocks` are (kind, value) in reading order: ("video", Asset), ("article", RichText or HTML),
    ("document", Document), ("image", Image). `fields` are columns of LessonPage.
    """
    with transaction.atomic():
        lesson = LessonPage(title=title, owner=by, live=False, body=blocks, **fields)
        chapter.add_child(instance=lesson)
        lesson.save_revision(user=by)
    return lesson


def publish_page(*, page: Page, by: Member) -> None:
    """Publish the newest draft of a course, chapter or lesson.

    Raises LessonNotPublishableError for a lesson that has nothing to study or a video that
    nobody can play yet; PermissionDenied when `by` may not publish it.
    """
    with transaction.atomic():
        revision = page.get_latest_revision() or page.specific.save_revision(user=by)
        revision.publish(user=by)
    page.refresh_from_db()


def fill_from_asset(*, asset_id: UUID) -> int:
    """Give the lessons of a finished asset its length and default hours; returns how many.

    The newest draft gets them too, so that the editor opens with the hours filled in. Hours
    somebody has set are kept. Running it twice changes nothing.
    """
    with transaction.atomic():
        asset = Asset.objects.get(pk=asset_id)
        if asset.state != AssetState.READY:
            return 0
        lessons = list(LessonPage.objects.filter(asset=asset).select_related("latest_revision"))
        for lesson in lessons:
            hours = default_hours(asset.duration_ms, lesson.audience_path())
            LessonPage.objects.filter(pk=lesson.pk).update(duration_ms=asset.duration_ms)
            if hours is not None:
                LessonPage.objects.filter(pk=lesson.pk, study_hours__isnull=True).update(
                    study_hours=hours
                )
            draft = lesson.latest_revision
            if draft is not None and draft.content.get("asset") == str(asset.pk):
                draft.content["duration_ms"] = asset.duration_ms
                if hours is not None and draft.content.get("study_hours") is None:
                    draft.content["study_hours"] = str(hours)
                draft.save(update_fields=["content"])
    return len(lessons)
