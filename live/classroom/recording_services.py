"""After the close: the replay of what was served, and the lecture made of what was sent."""

import datetime as dt
import shutil
from contextlib import suppress
from pathlib import Path

from django.db import transaction

from live.classroom import folders, queries, shared
from live.classroom.models import ClassState, LiveClass, LiveTake
from lms.core import clock, jobs
from lms.core.errors import DomainError
from lms.core.jobs import LeaseLostError, Pulse
from media_pipeline import ffmpeg
from media_pipeline.joining import Source, join_takes
from media_pipeline.services import ingest_file

LECTURE_JOB = "live.make_lecture"
# So long after the close whoever carried the class has had time to finish it.
GRACE = dt.timedelta(seconds=20)


def keep_recording(*, live_class_id: int) -> None:
    """Write the replay of a closed class and have a lecture made; may run twice.

    While somebody still finishes what was sent last, nothing is done: whoever finishes it sends
    this again, and so does the sweep.
    """
    live_class = queries.class_of_room(live_class_id)
    if live_class.state != ClassState.CLOSED or live_class.recording_id is not None:
        return
    takes = queries.takes_of(live_class)
    assert live_class.ended_at is not None
    is_waited_for = clock.now() - live_class.ended_at < GRACE
    if not takes or (is_waited_for and any(take.ended_at is None for take in takes)):
        return
    numbers = [take.number for take in takes]
    LiveTake.objects.filter(live_class=live_class, ended_at=None).update(ended_at=clock.now())
    if not shared.is_shared():
        folders.write_replay(live_class.room, numbers)
    if (
        not live_class.is_rehearsal
        and is_anything_sent(live_class, numbers)
        and not jobs.jobs_of(subject_id=_subject(live_class)).filter(kind=LECTURE_JOB).exists()
    ):
        jobs.open_job(kind=LECTURE_JOB, subject_id=_subject(live_class))


def make_lecture(*, job_id: int) -> None:
    """Join what the recorders sent and hand it to the pipeline, as any other recording."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    live_class = queries.class_of_room(int(lease.subject_id.partition(":")[2]))
    if live_class.recording_id is not None:
        jobs.finish(lease=lease)
        return
    folder = folders.class_folder(live_class.room)
    scratch = folder / lease.token.hex
    joined = folder / f"{lease.token.hex}.mkv"
    try:
        pulse = Pulse(lease)
        join_takes(_recordings(live_class, scratch, pulse), joined, during=pulse)
        with jobs.fenced(lease=lease):
            live_class.recording = ingest_file(
                path=joined,
                title=live_class.title,
                by=live_class.made_by,
                branch=live_class.branch,
                original_name=f"{live_class.title}.mkv",
                asset_id=folders.recording_id(live_class.room),
            )
            LiveClass.objects.filter(pk=live_class.pk).update(recording=live_class.recording)
            jobs.finish(lease=lease)
    except LeaseLostError:
        return
    except DomainError as failure:
        words = failure.log_tail if isinstance(failure, ffmpeg.TranscodeFailedError) else ""
        jobs.fail(lease=lease, reason=failure.message, log_tail=words)
    finally:
        joined.unlink(missing_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)
        if shared.is_shared():
            with suppress(OSError):  # there is something of the class here
                folder.rmdir()


def is_anything_sent(live_class: LiveClass, numbers: list[int]) -> bool:
    """Whether these takes have left anything a lecture can be made of."""
    if folders.raw_files(live_class.room, numbers):
        return True
    return shared.is_shared() and shared.is_anything_sent(live_class.room, numbers)


def _recordings(live_class: LiveClass, scratch: Path, pulse: Pulse) -> list[Source]:
    """What the recorders sent, as files of this machine."""
    found: list[Source] = []
    for take in queries.takes_of(live_class):
        paths = folders.raw_files(live_class.room, [take.number])
        if not paths and shared.is_shared():
            scratch.mkdir(parents=True, exist_ok=True)
            path = scratch / f"{take.number}.{folders.RAW_NAME}"
            if shared.bring_recording(live_class.room, take.number, path, during=pulse):
                paths = [path]
        found += [Source(path, take.mime) for path in paths]
    return found


def sweep() -> None:
    """What a lost message or a killed process left undone."""
    for live_class in queries.unrecorded():
        with transaction.atomic():
            keep_recording(live_class_id=live_class.pk)


def _subject(live_class: LiveClass) -> str:
    return f"live:{live_class.pk}"
