"""A recording comes in, is looked at, and becomes a lecture; what people may do on the way."""

import uuid
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lms.core import clock, jobs
from lms.core.errors import DomainError
from lms.core.jobs import Lease, LeaseLostError, Pulse
from lms.core.models import OPEN_JOB_STATES
from lms.core.states import StateMovedError, advance, advance_or_raise
from lms.members.models import Branch, Member
from media_pipeline import chapter_notes, ffmpeg, files
from media_pipeline.models import Asset, AssetState
from media_pipeline.probe import EmptyFileError, MediaRefusedError, probe
from media_pipeline.rules import can_handle_asset, can_upload_for
from media_pipeline.transcoding import Run

PROBE_JOB = "media_pipeline.probe_asset"
TRANSCODE_JOB = "media_pipeline.transcode_asset"
WORKED_ON = (AssetState.UPLOADED, AssetState.PROBED, AssetState.QUEUED, AssetState.RUNNING)


class NotYourLectureError(DomainError):
    """The branch is not one this person brings lectures in for."""

    def __init__(self) -> None:
        super().__init__(_("您不能为这个党组织处理讲课视频。请联系学校管理员。"))


def ingest_file(
    *, path: Path, title: str, by: Member, branch: Branch, original_name: str = ""
) -> Asset:
    """Take a copy of a recording on this machine's disk and send it to be looked at."""
    if not can_upload_for(by, branch):
        raise NotYourLectureError
    if path.stat().st_size == 0:
        raise EmptyFileError
    asset_id = uuid.uuid4()
    size_bytes = files.keep_copy(path, files.original_path(asset_id))
    return register_asset(
        asset_id=asset_id,
        size_bytes=size_bytes,
        title=title,
        by=by,
        branch=branch,
        original_name=original_name or path.name,
    )


def register_asset(
    *,
    asset_id: uuid.UUID,
    size_bytes: int,
    title: str,
    by: Member,
    branch: Branch,
    original_name: str,
) -> Asset:
    """Write down a recording whose file already lies at its place, and have it looked at."""
    with transaction.atomic():
        asset = Asset.objects.create(
            id=asset_id,
            title=title[:200],
            original_name=original_name[:255],
            owner_branch=branch,
            uploaded_by=by,
            size_bytes=size_bytes,
            created_at=clock.now(),
        )
        jobs.open_job(kind=PROBE_JOB, subject_id=str(asset.pk))
    return asset


# --- The work ---------------------------------------------------------------------------------


def probe_asset(*, job_id: int) -> None:
    """Look into the file: its facts and a place in the queue, or a refusal with a reason."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    asset = Asset.objects.get(pk=lease.subject_id)
    original = files.original_path(asset.pk)
    try:
        info = probe(original)
        sha256 = files.sha256_of(original, during=lambda: jobs.beat(lease=lease))
        loudness = ffmpeg.measured_loudness(original, info, during=Pulse(lease))
        info = replace(info, loudness=loudness)
    except LeaseLostError:
        return
    except MediaRefusedError as refusal:
        _give_up(lease, asset, refusal.message)
        return
    except ffmpeg.TranscodeFailedError as failure:
        _try_again_or_give_up(lease, asset, failure)
        return
    with jobs.fenced(lease=lease):
        advance(
            asset,
            to=AssetState.PROBED,
            from_=[AssetState.UPLOADED],
            duration_ms=round(info.duration_seconds * 1000),
            width=info.width,
            height=info.height,
            has_sound=info.sound_index is not None,
            sha256=sha256,
            facts=info.as_facts(),
        )
        chapter_notes.take_over_chapters(asset=asset, info=info)
        _queue(asset, from_=[AssetState.PROBED])
        jobs.finish(lease=lease)


def transcode_asset(*, job_id: int) -> None:
    """Make the renditions; shown from the first segments on, READY when all are checked."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    asset = Asset.objects.get(pk=lease.subject_id)
    try:
        with jobs.fenced(lease=lease):
            moved = advance(
                asset,
                to=AssetState.RUNNING,
                from_=[AssetState.QUEUED, AssetState.RUNNING],
                percent=0,
                playable_at=None,
                take="",
            )
            if not moved:
                jobs.finish(lease=lease)
                return
        run = Run(asset=asset, lease=lease)
        run.make()
        run.publish()
    except LeaseLostError:
        files.drop_take(asset.pk, lease.token.hex)
    except DomainError as failure:
        _try_again_or_give_up(lease, asset, failure)


def _queue(asset: Asset, *, from_: list[AssetState]) -> None:
    if advance(asset, to=AssetState.QUEUED, from_=from_, percent=0, reason=""):
        jobs.open_job(kind=TRANSCODE_JOB, subject_id=str(asset.pk))


def _give_up(lease: Lease, asset: Asset, reason: str, log_tail: str = "") -> None:
    with suppress(LeaseLostError), jobs.fenced(lease=lease):
        jobs.fail(lease=lease, reason=reason, log_tail=log_tail, again=False)
        _fail(asset, reason)
    files.drop_take(asset.pk, lease.token.hex)


def _try_again_or_give_up(lease: Lease, asset: Asset, failure: DomainError) -> None:
    log_tail = getattr(failure, "log_tail", "")
    if lease.is_last_attempt:
        _give_up(lease, asset, failure.message, log_tail)
        return
    with suppress(LeaseLostError), jobs.fenced(lease=lease):
        advance(
            asset,
            to=AssetState.QUEUED,
            from_=[AssetState.RUNNING],
            percent=0,
            playable_at=None,
            take="",
        )
        jobs.fail(lease=lease, reason=failure.message, log_tail=log_tail)
    files.drop_take(asset.pk, lease.token.hex)


def _fail(asset: Asset, reason: str) -> bool:
    return advance(
        asset,
        to=AssetState.FAILED,
        from_=WORKED_ON,
        reason=reason[:400],
        playable_at=None,
        take="",
    )


def process_now(*, asset: Asset) -> Asset:
    """Do here and now whatever work is open on a lecture, without waiting for a worker."""
    work = {PROBE_JOB: probe_asset, TRANSCODE_JOB: transcode_asset}
    while job := jobs.jobs_of(subject_id=str(asset.pk)).filter(state__in=OPEN_JOB_STATES).first():
        before = job.attempt
        work[job.kind](job_id=job.pk)
        job.refresh_from_db()
        if job.state in OPEN_JOB_STATES and job.attempt == before:
            break  # a worker holds it already
    asset.refresh_from_db()
    return asset


# --- What people may do -----------------------------------------------------------------------


def retry_asset(*, asset: Asset, by: Member) -> None:
    """Begin again with a lecture that failed: where it stood, with new attempts."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    if not files.original_path(asset.pk).exists():
        raise StateMovedError(_("原文件已不在服务器上，请重新上传。"))
    with transaction.atomic():
        was_probed = bool(asset.facts)
        advance_or_raise(
            asset,
            to=AssetState.QUEUED if was_probed else AssetState.UPLOADED,
            from_=[AssetState.FAILED],
            percent=0,
            reason="",
            message=_("这个视频不在失败状态，无需重试。请刷新页面查看最新进度。"),
        )
        jobs.open_job(kind=TRANSCODE_JOB if was_probed else PROBE_JOB, subject_id=str(asset.pk))


def cancel_asset(*, asset: Asset, by: Member) -> None:
    """Stop all work on a lecture; the worker at it ends at its next heartbeat."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    with transaction.atomic():
        for kind in (PROBE_JOB, TRANSCODE_JOB):
            jobs.cancel(kind=kind, subject_id=str(asset.pk))
        if not _fail(asset, _("已由%(name)s取消。需要时可以重试。") % {"name": by.name}):
            raise StateMovedError(_("处理已经结束，无法取消。请刷新页面。"))


# --- Nothing stays behind ---------------------------------------------------------------------


def settle_assets() -> int:
    """Fail the lectures that wait for work nobody does any more; returns how many.

    A job given up by the sweep is the usual case; whatever else no state explains ends here
    too, with a reason and a retry button instead of "being processed" for ever.
    """
    settled = 0
    for asset in Asset.objects.filter(state__in=WORKED_ON):
        last = jobs.jobs_of(subject_id=str(asset.pk)).first()
        if last is not None and last.state in OPEN_JOB_STATES:
            continue
        reason = (last.reason if last else "") or _("处理中断，请重试。")
        settled += _fail(asset, reason)
    return settled
