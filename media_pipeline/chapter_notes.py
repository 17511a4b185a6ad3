"""What each probe writes down about a file's own chapters; apart, for the work knows no edges."""

from lms.core import clock
from media_pipeline.chapters import from_source
from media_pipeline.models import Asset, ChapterList
from media_pipeline.probe import MediaInfo


def take_over_chapters(*, asset: Asset, info: MediaInfo) -> None:
    """Take the chapters the file brought, unless the lecture has some already."""
    found = from_source(info.chapters, length_ms=round(info.duration_seconds * 1000))
    if found:
        ChapterList.objects.get_or_create(
            asset=asset,
            defaults={
                "chapters": [[one.start_ms, one.title] for one in found],
                "changed_at": clock.now(),
            },
        )
