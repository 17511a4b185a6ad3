"""The demo school's lectures, brought in the way every lecture comes in."""

import time
from collections.abc import Callable
from pathlib import Path

from lms.core import jobs
from lms.demo.content import all_lessons
from lms.demo.texts import LessonText
from lms.members.models import Branch, Member
from media_pipeline.models import Asset, AssetState
from media_pipeline.services import ingest_file, process_now, retry_asset

Report = Callable[[str], None]
Films = Callable[[LessonText], Path]
WAIT_SECONDS = 1.0


class LectureNotMadeError(Exception):
    """A lecture could not be made ready; the message says which and why."""


def bring_in_lectures(
    *, by: Member, branch: Branch, films: Films, report: Report
) -> dict[str, Asset]:
    """All lectures by the key of their lesson, ready to be watched; those missing are made."""
    texts = [lesson for _course, lesson in all_lessons()]
    assets = {}
    for number, text in enumerate(texts, start=1):
        asset = lecture_of(text)
        if asset is None or not asset.is_ready:
            report(f"lecture {number} of {len(texts)}: {text.title} …")
            began_at = time.monotonic()
            asset = _finished(asset or _brought_in(text, by, branch, films), by, report)
            length = round(asset.duration_ms / 1000)
            report(f"  {length} s of film, ready in {time.monotonic() - began_at:.0f} s")
        assets[text.key] = asset
    return assets


def lecture_of(text: LessonText) -> Asset | None:
    """The lecture of a lesson, if it has come in."""
    return Asset.objects.filter(original_name=_file_name(text)).first()


def _file_name(text: LessonText) -> str:
    return f"{text.key}.mp4"


def _brought_in(text: LessonText, by: Member, branch: Branch, films: Films) -> Asset:
    return ingest_file(
        path=films(text), title=text.title, by=by, branch=branch, original_name=_file_name(text)
    )


def _finished(asset: Asset, by: Member, report: Report) -> Asset:
    """Do the work here, beginning again once with what failed.

    What another process holds is waited for: either it ends, or its lease does, and then this
    one takes over. A job whose attempts were all cut off is given up by the sweep.
    """
    is_second_try = is_waiting = False
    while not asset.is_ready:
        if asset.state == AssetState.FAILED:
            if is_second_try:
                raise LectureNotMadeError(f"{asset.title}: {asset.reason}")
            is_second_try = True
            retry_asset(asset=asset, by=by)
        asset = process_now(asset=asset)
        if asset.is_ready or asset.state == AssetState.FAILED:
            continue
        if not is_waiting:
            is_waiting = True
            report("  another process was at it; waiting for it, or for its lease to end …")
        time.sleep(WAIT_SECONDS)
        jobs.sweep()
        asset.refresh_from_db()
    return asset
