"""The chapters of a lecture are taken over from its file, and edited by its people."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member
from media_pipeline.chapters import UnreadableChaptersError, from_source, read_lines
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, ChapterList
from media_pipeline.rules import can_handle_asset
from media_pipeline.words import chapter_refusal_words


class ChaptersRefusedError(DomainError):
    """The lines cannot be taken as chapters; the message says which and why."""


class ChaptersMovedError(DomainError):
    """Somebody else has saved since these were opened; `current` is what they saved."""

    def __init__(self, current: ChapterList) -> None:
        who = current.changed_by.name if current.changed_by else ""
        super().__init__(
            _("%(name)s刚刚也改了提纲，您的修改还没有保存。两份都在下面，请对照后再保存。")
            % {"name": who}
        )
        self.current = current


def save_chapters(*, asset: Asset, text: str, version: int, by: Member) -> ChapterList:
    """Take lines as the lecture's chapters, if `version` is still what they are."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    if not asset.duration_ms:
        raise ChaptersRefusedError(_("视频还没有检查完，不知道有多长。请检查完以后再写提纲。"))
    try:
        found = read_lines(text, length_ms=asset.duration_ms)
    except UnreadableChaptersError as error:
        raise ChaptersRefusedError(chapter_refusal_words(error.flaw, error.line)) from error
    rows = [[one.start_ms, one.title] for one in found]
    now = clock.now()
    with transaction.atomic():
        if version == 0:
            ChapterList.objects.get_or_create(asset=asset, defaults={"changed_at": now})
        kept = (
            ChapterList.objects.select_for_update(of=("self",))
            .select_related("changed_by")
            .get(asset=asset)
        )
        if kept.version != version and kept.chapters != rows:
            raise ChaptersMovedError(kept)
        if kept.chapters != rows:
            kept.chapters, kept.version = rows, kept.version + 1
            kept.changed_by, kept.changed_at = by, now
            kept.save()
    return kept


def offer_chapters(*, asset: Asset, chapters: Sequence[tuple[int, str]]) -> bool:
    """Give a lecture these chapters (milliseconds, title), unless it has some already."""
    found = from_source(chapters, length_ms=asset.duration_ms or 0)
    if not found:
        return False
    rows = [[one.start_ms, one.title] for one in found]
    _kept, is_new = ChapterList.objects.get_or_create(
        asset=asset, defaults={"chapters": rows, "changed_at": clock.now()}
    )
    return is_new
