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
from media_pipeline import chapter_notes, ffmpeg, files, originals, queries
from media_pipeline.errors import NotYourLectureError
from media_pipeline.internal import repackage_asset
from media_pipeline.making import (
    IN_THE_MAKING,
    encode_piece,
    fail_asset,
    held,
    join_rendition,
    make_again,
    plan_take,
    reconcile,
    stop_making,
)
from media_pipeline.models import Asset, AssetState, RenditionState
from media_pipeline.probe import EmptyFileError, MediaRefusedError, probe
from media_pipeline.queries import ENCODE_JOB, FIRST_JOB, JOIN_JOB, PROBE_JOB, REPACKAGE_JOB
from media_pipeline.rules import can_handle_asset, can_upload_for


def ingest_file(
    *,
    path: Path,
    title: str,
    by: Member,
    branch: Branch,
    original_name: str = "",
    is_internal: bool = False,
    asset_id: uuid.UUID | None = None,
) -> Asset:
    """Take a copy of a recording on this machine's disk and send it to be looked at.

    `asset_id` is for who has to know it beforehand.
    """
    if not can_upload_for(by, branch):
        raise NotYourLectureError
    if path.stat().st_size == 0:
        raise EmptyFileError
    asset_id = asset_id or uuid.uuid4()
    size_bytes = originals.keep(asset_id=asset_id, source=path)
    return register_asset(
        asset_id=asset_id,
        size_bytes=size_bytes,
        title=title,
        by=by,
        branch=branch,
        original_name=original_name or path.name,
        is_internal=is_internal,
    )


def register_asset(
    *,
    asset_id: uuid.UUID,
    size_bytes: int,
    title: str,
    by: Member,
    branch: Branch,
    original_name: str,
    is_internal: bool = False,
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
            is_internal=is_internal,
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
    try:
        with originals.at_hand(asset_id=asset.source_key, during=Pulse(lease)) as original:
            info = probe(original)
            sha256 = files.sha256_of(original, during=lambda: jobs.beat(lease=lease))
            loudness = ffmpeg.measured_loudness(original, info, during=Pulse(lease))
        info = replace(info, loudness=loudness)
    except LeaseLostError:
        return
    except MediaRefusedError as refusal:
        _give_up(lease, asset, refusal.message)
        return
    except DomainError as failure:
        _try_again_or_give_up(lease, asset, failure)
        return
    with suppress(LeaseLostError), held(asset.pk, lease) as asset:
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
        queue(asset)
        jobs.finish(lease=lease)


def queue(asset: Asset) -> None:
    """Send a looked-at recording on its way to become a lecture. In a transaction."""
    if advance(asset, to=AssetState.QUEUED, from_=[AssetState.PROBED], percent=0, reason=""):
        plan_take(asset)


def _give_up(lease: Lease, asset: Asset, reason: str, log_tail: str = "") -> None:
    with suppress(LeaseLostError), held(asset.pk, lease) as asset:
        jobs.fail(lease=lease, reason=reason, log_tail=log_tail, again=False)
        fail_asset(asset, reason)


def _try_again_or_give_up(lease: Lease, asset: Asset, failure: DomainError) -> None:
    log_tail = getattr(failure, "log_tail", "")
    if lease.is_last_attempt:
        _give_up(lease, asset, failure.message, log_tail)
        return
    with suppress(LeaseLostError), held(asset.pk, lease):
        jobs.fail(lease=lease, reason=failure.message, log_tail=log_tail)


WORK = {
    PROBE_JOB: probe_asset,
    FIRST_JOB: encode_piece,
    ENCODE_JOB: encode_piece,
    JOIN_JOB: join_rendition,
    REPACKAGE_JOB: repackage_asset,
}


def process_now(*, asset: Asset) -> Asset:
    """Do here and now whatever work is open on a lecture, without waiting for a worker."""
    tried: set[tuple[int, int]] = set()
    while job := next(
        (
            job
            for job in queries.history_of(asset).filter(state__in=OPEN_JOB_STATES).order_by("id")
            if (job.pk, job.attempt) not in tried
        ),
        None,
    ):
        tried.add((job.pk, job.attempt))  # not again what a worker holds already
        WORK[job.kind](job_id=job.pk)
    asset.refresh_from_db()
    return asset


# --- What people may do -----------------------------------------------------------------------


def retry_asset(*, asset: Asset, by: Member) -> None:
    """Begin again with a lecture that failed: where it stood, with new attempts."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    if not originals.exists(asset.source_key):
        raise originals.OriginalMissingError
    with transaction.atomic():
        was_probed = bool(asset.facts)
        advance_or_raise(
            asset,
            to=AssetState.PROBED if was_probed else AssetState.UPLOADED,
            from_=[AssetState.FAILED],
            percent=0,
            reason="",
            message=_("这个视频不在失败状态，无需重试。请刷新页面查看最新进度。"),
        )
        if was_probed:
            queue(asset)
        else:
            jobs.open_job(kind=PROBE_JOB, subject_id=str(asset.pk))


def retry_rendition(*, asset: Asset, by: Member, name: str) -> None:
    """Make one size again that failed, while the lecture is watched in the others."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    if not originals.exists(asset.source_key):
        raise originals.OriginalMissingError
    with transaction.atomic():
        rendition = queries.failed_rendition(asset, name)
        if rendition is None or not asset.is_ready:
            raise StateMovedError(_("这个清晰度不在失败状态，无需重试。请刷新页面查看最新进度。"))
        advance_or_raise(
            rendition,
            to=RenditionState.WAITING,
            from_=[RenditionState.FAILED],
            reason="",
            message=_("这个清晰度不在失败状态，无需重试。请刷新页面查看最新进度。"),
        )
        make_again(rendition)


def retry_all_failed(*, by: Member) -> int:
    """Begin again with every lecture and every size that failed and is theirs; returns how many."""
    begun = 0
    for asset in queries.failed_assets(by):
        with suppress(DomainError):
            retry_asset(asset=asset, by=by)
            begun += 1
    for rendition in queries.failed_renditions(by):
        with suppress(DomainError):
            retry_rendition(asset=rendition.asset, by=by, name=rendition.name)
            begun += 1
    return begun


def cancel_asset(*, asset: Asset, by: Member) -> None:
    """Stop all work on a lecture, at its workers' next heartbeats; sizes that are whole stay."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    reason = _("已由%(name)s取消。需要时可以重试。") % {"name": by.name}
    with transaction.atomic():
        asset = queries.locked(asset)
        if not queries.has_open_work(asset):
            raise StateMovedError(_("处理已经结束，无法取消。请刷新页面。"))
        if asset.state in (AssetState.UPLOADED, AssetState.PROBED):
            fail_asset(asset, reason)
        else:
            stop_making(asset, reason)
        jobs.cancel(kind=PROBE_JOB, subject_id=str(asset.pk))


# --- Nothing stays behind ---------------------------------------------------------------------


def settle_assets() -> int:
    """Take the next step for every lecture that waits for work nobody does; returns how many end.

    A job given up by the sweep is the usual case; whatever else no state explains ends here
    too, with a reason and a retry button instead of "being processed" for ever.
    """
    settled = 0
    for asset in queries.assets_at_work():
        before = asset.state
        # One that is deleted meanwhile is no reason to leave the others.
        with suppress(LeaseLostError), transaction.atomic():
            if asset.state in IN_THE_MAKING or asset.is_ready:
                reconcile(asset)
            else:
                last = jobs.jobs_of(subject_id=str(asset.pk)).first()
                if last is None or last.state not in OPEN_JOB_STATES:
                    fail_asset(asset, (last.reason if last else "") or _("处理中断，请重试。"))
        settled += queries.state_of(asset.pk) not in ("", before)
    return settled
