"""Courses for tests, made the way the editor makes them."""

import itertools
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image as Picture
from wagtail.documents.models import Document
from wagtail.images.models import Image

from courses.catalogue import services
from courses.catalogue.models import ChapterPage, CoursePage, LessonPage
from lms.core import clock
from lms.members.models import Branch, BranchKind, Member
from media_pipeline.models import Asset, AssetState

_numbers = itertools.count(1)

SMALLEST_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def editor() -> Member:
    """Somebody who may do everything in the back office."""
    return Member.objects.create_superuser(f"editor-{next(_numbers)}", name="编辑同志")


def lecture(*, by: Member, duration_ms: int = 180_000, **fields: Any) -> Asset:
    """A lecture's row, READY unless said otherwise; no files behind it."""
    branch = Branch.objects.order_by("path").first() or Branch.add_root(
        name="学校党委", code="SCHOOL", kind=BranchKind.COMMITTEE
    )
    number = next(_numbers)
    values = {
        "title": f"讲课录像 {number}",
        "original_name": f"lecture-{number}.mp4",
        "owner_branch": branch,
        "uploaded_by": by,
        "state": AssetState.READY,
        "duration_ms": duration_ms,
        "width": 1280,
        "height": 720,
        "size_bytes": 1_000_000,
        "sha256": f"{number:064x}",
        "take": "first",
        "reason": "文件损坏" if fields.get("state") == AssetState.FAILED else "",
        "created_at": clock.now(),
        "playable_at": clock.now(),
        "ready_at": clock.now(),
    }
    return Asset.objects.create(**{**values, **fields})


def course(*, by: Member, title: str = "", published: bool = True, **fields: Any) -> CoursePage:
    made = services.create_course(title=title or f"课程 {next(_numbers)}", by=by, **fields)
    if published:
        services.publish_page(page=made, by=by)
    return made


def chapter(
    *, course: CoursePage, by: Member, title: str = "第一章", published: bool = True
) -> ChapterPage:
    made = services.create_chapter(course=course, title=title, by=by)
    if published:
        services.publish_page(page=made, by=by)
    return made


def lesson(
    *,
    chapter: ChapterPage,
    by: Member,
    title: str = "",
    asset: Asset | None = None,
    blocks: list[tuple[str, Any]] | None = None,
    published: bool = True,
    **fields: Any,
) -> LessonPage:
    """A lesson with `asset` as its video, or with `blocks`, or with a new lecture."""
    if blocks is None:
        blocks = [("video", asset or lecture(by=by))]
    made = services.create_lesson(
        chapter=chapter, title=title or f"第 {next(_numbers)} 讲", by=by, blocks=blocks, **fields
    )
    if published:
        services.publish_page(page=made, by=by)
    return made


def course_with_lessons(
    *, by: Member, lessons: int = 1, **fields: Any
) -> tuple[CoursePage, list[LessonPage]]:
    """A published course of one chapter with so many published video lessons."""
    made = course(by=by, **fields)
    only = chapter(course=made, by=by)
    return made, [lesson(chapter=only, by=by) for _ in range(lessons)]


def document(*, by: Member, title: str = "学习材料", name: str = "material.pdf") -> Document:
    return Document.objects.create(
        title=title, file=ContentFile(SMALLEST_PDF, name=name), uploaded_by_user=by
    )


def picture(*, by: Member, title: str = "示意图", size: tuple[int, int] = (64, 36)) -> Image:
    data = BytesIO()
    Picture.new("RGB", size, "#b3261e").save(data, "PNG")
    return Image.objects.create(
        title=title, file=ContentFile(data.getvalue(), name="picture.png"), uploaded_by_user=by
    )
