"""A lecture becomes internal, or is no longer: packaged anew from what is shown, encoding nothing.

An internal lecture is shown encrypted. While it is being packaged its old take is still shown, to
the same people; the old take goes the moment the new one is shown.
"""

import datetime as dt
from contextlib import closing
from enum import Enum

from django.db import transaction
from django.utils.translation import gettext as _

from lms.core import clock, jobs
from lms.core.errors import DomainError
from lms.core.jobs import Lease, LeaseLostError, Pulse
from lms.core.models import OPEN_JOB_STATES
from lms.core.states import StateMovedError, advance
from lms.members.models import Member
from media_pipeline import files, keys, making, queries, sealing
from media_pipeline.errors import NotYourLectureError
from media_pipeline.ladder import PROGRESSIVE_SHORT_SIDE, SOUND_NAME
from media_pipeline.models import Asset, AssetState
from media_pipeline.publishing import Publisher
from media_pipeline.queries import REPACKAGE_JOB
from media_pipeline.rules import can_handle_asset
from media_pipeline.storage import copy_to, media_storage

# What failed for good is tried again so much later, besides by pressing the button.
AGAIN_AFTER = dt.timedelta(minutes=30)


def set_internal(*, asset: Asset, is_internal: bool, by: Member) -> None:
    """Mark a lecture as internal or as not; pressed again, packaging that failed begins anew."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    with transaction.atomic():
        row = Asset.objects.select_for_update().get(pk=asset.pk)
        row.is_internal = is_internal
        row.save(update_fields=["is_internal"])
        asset.is_internal = is_internal
        if is_internal:
            # What is shown early is not encrypted: it waits now until it is whole.
            advance(
                row,
                to=AssetState.RUNNING,
                from_=[AssetState.RUNNING],
                playable_at=None,
                take="",
            )
        _package_if_needed(row)


class Packaging(Enum):
    """Whether a lecture is shown as it should be."""

    DONE = "done"
    LATER = "later"  # once it has been made
    WAITING = "waiting"
    FAILED = "failed"


def packaging_of(asset: Asset) -> Packaging:
    """How far a lecture is on the way to how it should be shown."""
    if not asset.is_ready:
        return Packaging.LATER if asset.is_internal else Packaging.DONE
    if queries.is_sealed(asset) == asset.is_internal:
        return Packaging.DONE
    last = queries.history_of(asset).filter(kind=REPACKAGE_JOB).first()
    if last is not None and last.state not in OPEN_JOB_STATES:
        return Packaging.FAILED
    return Packaging.WAITING


def _package_if_needed(asset: Asset) -> bool:
    needed = asset.is_ready and queries.is_sealed(asset) != asset.is_internal
    if needed:
        jobs.open_job(kind=REPACKAGE_JOB, subject_id=str(asset.pk))
    return needed


def repackage_asset(*, job_id: int) -> None:
    """Show a lecture encrypted if it is internal, and as it is if not; safe to run again."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    asset = Asset.objects.get(pk=lease.subject_id)
    new = lease.token.hex
    try:
        if _is_to_be_packaged(asset):
            _package(asset, lease)
        if asset.is_ready:
            # Also where a worker was killed after the new take was shown.
            files.drop_other_takes(asset.pk, keep={asset.take, asset.making})
            keys.drop_other_keys(asset=asset, keep=asset.take)
        jobs.finish(lease=lease)
    except LeaseLostError:
        files.drop_take(asset.pk, new)
    except DomainError as failure:
        files.drop_take(asset.pk, new)
        log_tail = getattr(failure, "log_tail", "")
        if not jobs.fail(lease=lease, reason=failure.message, log_tail=log_tail):
            with transaction.atomic():
                making.settle(asset.pk)


def _is_to_be_packaged(asset: Asset) -> bool:
    """Whole, and not shown, or not shown as it should be."""
    if asset.state == AssetState.PACKAGING:
        return asset.is_internal
    return asset.is_ready and queries.is_sealed(asset) != asset.is_internal


def _package(asset: Asset, lease: Lease) -> None:
    """Raises LeaseLostError, StateMovedError, and what storage, disk and ffmpeg raise."""
    storage, during = media_storage(), Pulse(lease)
    old, new = asset.making, lease.token.hex
    prefix = files.take_prefix(asset.pk, old)
    folder = files.take_folder(asset.pk, new)
    stored = list(storage.listed(prefix))
    files.ensure_room(2 * sum(one.size for one in stored))
    for one in stored:
        target = folder / one.key.removeprefix(prefix)
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_to(storage, one.key, target, during=during)
    key = keys.key_of(asset.pk, old)
    if key is not None:
        sealing.open_take(folder, key=key, progressive=_progressive_of(asset), during=during)
    if asset.is_internal:
        sealing.seal_take(folder, key=keys.make_key(asset=asset, take=new), during=during)
    publisher = Publisher(folder=folder, prefix=files.take_prefix(asset.pk, new), storage=storage)
    with closing(publisher):
        publisher.everything(during=during)
    with making.held(asset.pk, lease) as row:
        moved = (
            row.making == old
            and row.is_internal == asset.is_internal
            and not queries.has_open_renditions(row)
            and making.show_packaged(row, take=new)
        )
    if not moved:
        raise StateMovedError(_("视频在重新打包期间又有变化，稍后会自动再次处理。"))
    asset.refresh_from_db()
    files.drop_scratch(asset.pk, new)


def _progressive_of(asset: Asset) -> str:
    """The folder of what is also kept as one file: see `ladder.progressive_plan`."""
    whole = asset.renditions.filter(take=asset.making).exclude(folder="")
    sizes = sorted((min(one.width, one.height), one.folder) for one in whole if one.height)
    small = [folder for size, folder in sizes if size <= PROGRESSIVE_SHORT_SIDE]
    if small:
        return small[-1]
    return sizes[0][1] if sizes else whole.get(name=SOUND_NAME).folder


def settle_packaging() -> int:
    """Package what was marked while it was being made, and what failed some time ago."""
    opened = 0
    for asset in queries.wrongly_packaged():
        last = jobs.jobs_of(subject_id=str(asset.pk)).filter(kind=REPACKAGE_JOB).first()
        if last is not None and (
            last.state in OPEN_JOB_STATES
            or (last.ended_at is not None and last.ended_at > clock.now() - AGAIN_AFTER)
        ):
            continue
        jobs.open_job(kind=REPACKAGE_JOB, subject_id=str(asset.pk))
        opened += 1
    return opened
