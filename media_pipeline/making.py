"""How a looked-at recording becomes a lecture: planned, made in runs, joined, shown, or given up.

`settle` looks at a lecture as a whole and takes the next step, whatever came before; everything
that changes a run or a rendition ends with it. Whoever writes holds the lecture's row first and
the job's after it, so steps do not cross.
"""

import dataclasses
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from django.db import transaction
from django.utils.translation import gettext as _

from lms.core import clock, jobs
from lms.core.errors import DomainError
from lms.core.jobs import Lease, LeaseLostError, Pulse
from lms.core.models import OPEN_JOB_STATES
from lms.core.states import advance
from media_pipeline import (
    encryption,
    files,
    originals,
    packaging,
    planning,
    poster_notes,
    queries,
)
from media_pipeline.ladder import SOUND_NAME
from media_pipeline.models import (
    OPEN_PIECE_STATES,
    Asset,
    AssetState,
    Piece,
    PieceState,
    Rendition,
    RenditionState,
)
from media_pipeline.packaging import Checked, Listed
from media_pipeline.planning import Cut
from media_pipeline.queries import ENCODE_JOB, ENCODE_JOBS, FIRST_JOB, JOIN_JOB, REPACKAGE_JOB
from media_pipeline.signals import asset_ready
from media_pipeline.storage import StorageUnavailableError, media_storage
from media_pipeline.transcoding import Joining, Run, Source

TRIES = 3
IN_THE_MAKING = (AssetState.QUEUED, AssetState.RUNNING, AssetState.PACKAGING)


def plan_take(asset: Asset) -> None:
    """Decide what to make of a recording, and send every run on its way. In a transaction."""
    source = Source(asset)
    take = uuid.uuid4().hex
    files.drop_other_takes(asset.pk, keep={asset.take})
    asset.renditions.exclude(take=asset.take).delete()
    asset.pieces.all().delete()
    advance(asset, to=asset.state, from_=[asset.state], making=take)
    names = [plan.name for plan in source.plans]
    if source.has_sound:
        names.append(SOUND_NAME)
    Rendition.objects.bulk_create(_wanted(source, take, name) for name in names)
    others = Asset.objects.filter(state__in=IN_THE_MAKING).exclude(pk=asset.pk)
    cuts = planning.cuts_for(
        source.plans,
        has_sound=source.has_sound,
        seconds=source.seconds,
        format_name=source.format_name,
        others_wait=others.exists(),
    )
    for cut in cuts:
        _send(asset, cut)


def _wanted(source: Source, take: str, name: str) -> Rendition:
    plan = source.plan(name)
    return Rendition(
        asset=source.asset,
        take=take,
        name=name,
        width=plan.width if plan else 0,
        height=plan.height if plan else 0,
        frame_rate=float(plan.frame_rate) if plan else 0.0,
    )


def _send(asset: Asset, cut: Cut, tries: int = TRIES) -> None:
    piece = Piece.objects.create(
        asset=asset,
        take=asset.making,
        names=list(cut.names),
        first_frame=cut.span.first_frame if cut.span else None,
        frames=cut.span.frames if cut.span else None,
        weight=cut.weight,
        created_at=clock.now(),
    )
    kind = FIRST_JOB if cut.comes_first else ENCODE_JOB
    jobs.open_job(kind=kind, subject_id=str(piece.pk), max_attempts=tries)


def make_again(rendition: Rendition) -> None:
    """Send the runs of one rendition that has failed, on their way once more. In a transaction."""
    source = Source(rendition.asset)
    for cut in planning.cuts_again(
        source.plans,
        rendition.name,
        seconds=source.seconds,
        format_name=source.format_name,
    ):
        _send(rendition.asset, cut)


# --- One run ------------------------------------------------------------------------------------


def encode_piece(*, job_id: int) -> None:
    """Make one piece; what it makes whole is shown at once."""
    piece = queries.piece_of_job(job_id)
    if piece is None or _waits_for_room(piece):
        return
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    run = Run(piece=piece, lease=lease)
    try:
        with held(piece.asset_id, lease) as asset:
            if not _begin(run, asset):
                jobs.finish(lease=lease)
                return
        with (
            originals.at_hand(
                asset_id=asset.source_key, sha256=asset.sha256, during=Pulse(lease)
            ) as source,
            closing(run),
        ):
            run.make(source)
            made = run.checked() if piece.is_whole else []
            run.publish()
        with held(piece.asset_id, lease) as asset:
            _keep(run, asset, made)
            jobs.finish(lease=lease)
            settle(asset.pk)
        files.drop_scratch(piece.asset_id, piece.take, run.name)
    except LeaseLostError:
        files.drop_run(piece.asset_id, piece.take, run.name)
    except DomainError as failure:
        files.drop_run(piece.asset_id, piece.take, run.name)
        _try_again_or_give_up(run, failure)


@contextmanager
def held(asset_id: uuid.UUID, lease: Lease) -> Iterator[Asset]:
    """A transaction that holds the lecture's row and the job's, in this order everywhere."""
    with transaction.atomic():
        asset = _locked(asset_id)
        with jobs.fenced(lease=lease):
            yield asset


def _waits_for_room(piece: Piece) -> bool:
    """Leave a piece where it is while the disk is full; the minute's tidying sends it again."""
    source = Source(piece.asset)
    if files.has_room(source.most_bytes(piece.names, source.span_of(piece))):
        return False
    reason = files.DiskFullError().message
    return advance(piece, to=PieceState.WAITING, from_=[PieceState.WAITING], reason=reason)


def _begin(run: Run, asset: Asset) -> bool:
    going = asset.making == run.piece.take and advance(
        run.piece,
        to=PieceState.RUNNING,
        from_=OPEN_PIECE_STATES,
        percent=0,
        reason="",
        is_paused=False,
        started_at=clock.now(),
    )
    if going:
        advance(asset, to=AssetState.RUNNING, from_=IN_THE_MAKING)
        _show_no_more(run, asset)
        run.asset = asset
    return going


def _show_no_more(run: Run, asset: Asset) -> None:
    """What a run before this one has shown of its first segments is no longer there."""
    if run.shows and asset.take == asset.making and not queries.is_ready(asset, run.source.lowest):
        advance(asset, to=asset.state, from_=[asset.state], take="", playable_at=None)


def _keep(run: Run, asset: Asset, made: list[Checked]) -> None:
    """Write down what a run has made."""
    if asset.making != run.piece.take:
        raise LeaseLostError
    advance(
        run.piece,
        to=PieceState.DONE,
        from_=[PieceState.RUNNING],
        percent=100,
        folder=run.name,
        ended_at=clock.now(),
    )
    if run.candidates:
        poster_notes.note_candidates(asset=asset, candidates=run.candidates)
    for one in made:
        rendition = asset.renditions.get(take=run.piece.take, name=one.name)
        _ready(rendition, one, f"{run.name}/{one.name}")
        if one.name == run.source.lowest:
            duration_ms = round(one.duration_seconds * 1000)
            advance(asset, to=asset.state, from_=[asset.state], duration_ms=duration_ms)


def _ready(rendition: Rendition, made: Checked, folder: str) -> None:
    advance(
        rendition,
        to=RenditionState.READY,
        from_=[RenditionState.WAITING],
        reason="",
        folder=folder,
        codecs=made.codecs,
        peak_bandwidth=made.peak_bandwidth,
        average_bandwidth=made.average_bandwidth,
        segments=made.segments,
        size_bytes=made.size_bytes,
    )


def _try_again_or_give_up(run: Run, failure: DomainError) -> None:
    """After a run that failed: each of its renditions alone, the one again, or no more."""
    lease, piece = run.lease, run.piece
    log_tail = getattr(failure, "log_tail", "")
    again = len(piece.names) == 1 or isinstance(
        failure, files.DiskFullError | StorageUnavailableError
    )
    with suppress(LeaseLostError), held(piece.asset_id, lease) as asset:
        _show_no_more(run, asset)
        if jobs.fail(lease=lease, reason=failure.message, log_tail=log_tail, again=again):
            advance(piece, to=PieceState.WAITING, from_=[PieceState.RUNNING], percent=0)
            return
        if again:
            _give_up(piece, failure.message)
        else:
            # Which of them is to blame nobody knows: each gets the tries that are left.
            _fail_piece(piece, failure.message)
            _send_each(piece, max(1, TRIES - lease.attempt))
        settle(asset.pk)


def _send_each(piece: Piece, tries: int) -> None:
    source = Source(piece.asset)
    span = source.span_of(piece)
    for name in piece.names:
        weight = piece.weight / len(piece.names)
        comes_first = planning.is_small(source.plan(name))
        _send(piece.asset, Cut((name,), span, comes_first, weight), tries)


def _fail_piece(piece: Piece, reason: str) -> None:
    advance(
        piece,
        to=PieceState.FAILED,
        from_=OPEN_PIECE_STATES,
        reason=reason[:400],
        ended_at=clock.now(),
    )


def _give_up(piece: Piece, reason: str) -> None:
    """A piece cannot be made: nor can its renditions, and what else is open of them is let go."""
    _fail_piece(piece, reason)
    for name in piece.names:
        for rendition in piece.asset.renditions.filter(take=piece.take, name=name):
            fail_rendition(rendition, reason)


def fail_rendition(rendition: Rendition, reason: str) -> None:
    """No more work on one rendition. In a transaction that holds the lecture's row."""
    advance(
        rendition,
        to=RenditionState.FAILED,
        from_=[RenditionState.WAITING],
        reason=reason[:400],
    )
    jobs.cancel(kind=JOIN_JOB, subject_id=str(rendition.pk))
    failed = set(
        rendition.asset.renditions.filter(
            take=rendition.take, state=RenditionState.FAILED
        ).values_list("name", flat=True)
    )
    for piece in rendition.asset.pieces.filter(take=rendition.take, state__in=OPEN_PIECE_STATES):
        if set(piece.names) <= failed:
            for kind in ENCODE_JOBS:
                jobs.cancel(kind=kind, subject_id=str(piece.pk))
            _fail_piece(piece, reason)


# --- Joining ------------------------------------------------------------------------------------


def join_rendition(*, job_id: int) -> None:
    """Make one rendition of its pieces."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    rendition = Rendition.objects.select_related("asset").filter(pk=lease.subject_id).first()
    if rendition is None:
        jobs.finish(lease=lease)  # of a take that is made anew
        return
    pieces = queries.pieces_of(rendition)
    joining = Joining(rendition=rendition, pieces=pieces, lease=lease)
    try:
        made = joining.make(queries.sound_beside(rendition))
        with held(rendition.asset_id, lease):
            _ready(rendition, made, f"{joining.name}/{rendition.name}")
            jobs.finish(lease=lease)
            settle(rendition.asset_id)
        for folder in (joining.fetched.name, joining.name):
            files.drop_scratch(rendition.asset_id, rendition.take, folder)
    except (DomainError, OSError) as failure:
        for folder in (joining.fetched.name, joining.name):
            files.drop_run(rendition.asset_id, rendition.take, folder)
        if isinstance(failure, LeaseLostError):
            return
        reason = getattr(failure, "message", _("转码的中间文件不见了。请重试。"))
        with suppress(LeaseLostError), held(rendition.asset_id, lease):
            log_tail = getattr(failure, "log_tail", str(failure))
            if not jobs.fail(lease=lease, reason=reason, log_tail=log_tail):
                fail_rendition(rendition, reason)
                settle(rendition.asset_id)


# --- The lecture as a whole ---------------------------------------------------------------------


def _locked(asset_id: uuid.UUID) -> Asset:
    asset = Asset.objects.select_for_update().filter(pk=asset_id).first()
    if asset is None:
        raise LeaseLostError  # deleted meanwhile
    return asset


def settle(asset_id: uuid.UUID) -> None:
    """Show what is whole and take the next step: wait, join, READY or FAILED. In a transaction."""
    asset = _locked(asset_id)
    renditions = list(asset.renditions.filter(take=asset.making))
    ready = [one for one in renditions if one.state == RenditionState.READY]
    waiting = [one for one in renditions if one.state == RenditionState.WAITING]
    pictures = [one for one in ready if one.height] or [
        one for one in ready if not any(other.height for other in renditions)
    ]
    if pictures and (asset.take in ("", asset.making) or not waiting):
        _show(asset, ready)
    if asset.pieces.filter(take=asset.making, state__in=OPEN_PIECE_STATES).exists():
        return
    for rendition in waiting:
        if not pictures:
            fail_rendition(rendition, _("流畅画质未能完成，其余清晰度无法制作。请重试。"))
        else:
            jobs.open_job(kind=JOIN_JOB, subject_id=str(rendition.pk))
    if waiting and pictures:
        advance(asset, to=AssetState.PACKAGING, from_=[AssetState.QUEUED, AssetState.RUNNING])
    elif pictures and _is_to_be_sealed(asset):
        _send_to_be_sealed(asset)
    elif pictures:
        _finish(asset, ready)
    else:
        reason = next((one.reason for one in renditions if one.reason), _("处理中断，请重试。"))
        fail_asset(asset, reason)


def _is_to_be_sealed(asset: Asset) -> bool:
    """Internal and not encrypted so far: nothing of it is shown before."""
    return asset.is_internal and queries.take_key(asset.pk, asset.making) is None


def _send_to_be_sealed(asset: Asset) -> None:
    if asset.is_ready:
        return  # shown as it was before it became internal; the minute's tidying sees to it
    last = jobs.jobs_of(subject_id=str(asset.pk)).filter(kind=REPACKAGE_JOB).first()
    is_new = advance(asset, to=AssetState.PACKAGING, from_=[AssetState.QUEUED, AssetState.RUNNING])
    if is_new or last is None or last.state in OPEN_JOB_STATES:
        jobs.open_job(kind=REPACKAGE_JOB, subject_id=str(asset.pk))
    else:
        fail_asset(asset, last.reason or _("处理中断，请重试。"))


def show_packaged(asset: Asset, *, take: str) -> bool:
    """Show a lecture in another take, which is what it was and differs in how it is packaged.

    In a transaction that holds the lecture's row.
    """
    old = asset.making
    moved = advance(
        asset,
        to=AssetState.READY,
        from_=[AssetState.PACKAGING, AssetState.READY],
        percent=100,
        reason="",
        take=take,
        making=take,
        playable_at=asset.playable_at or clock.now(),
        ready_at=asset.ready_at or clock.now(),
    )
    if moved:
        asset.renditions.filter(take=old).update(take=take)
        asset.pieces.filter(take=old).update(take=take)
        asset_id = asset.pk
        transaction.on_commit(
            lambda: asset_ready.send(sender=Asset, asset_id=asset_id), robust=True
        )
    return moved


def _show(asset: Asset, ready: list[Rendition]) -> None:
    """The master playlist with everything that is whole, and the row that names its take."""
    if _is_to_be_sealed(asset):
        # How it is named once it is encrypted; until then nobody is shown it.
        _publish_master(asset, ready, is_sealed=False)
        return
    is_sealed = queries.take_key(asset.pk, asset.making) is not None
    _publish_master(asset, ready, is_sealed=is_sealed)
    advance(
        asset,
        to=asset.state,
        from_=[asset.state],
        take=asset.making,
        playable_at=asset.playable_at or clock.now(),
    )


def _publish_master(asset: Asset, ready: list[Rendition], *, is_sealed: bool) -> None:
    text = packaging.master(map(_listed, ready))
    if is_sealed:
        text = encryption.with_padding(text)
    take = files.take_folder(asset.pk, asset.making)
    storage = media_storage()
    if not storage.is_here:
        key = files.take_prefix(asset.pk, asset.making) + packaging.MASTER_NAME
        storage.put_bytes(text.encode(), key)
    elif take.is_dir():
        files.replace_text(take / packaging.MASTER_NAME, text)


def _listed(rendition: Rendition) -> Listed:
    names = [field.name for field in dataclasses.fields(Listed)]
    return Listed(**{name: getattr(rendition, name) for name in names})


def _finish(asset: Asset, ready: list[Rendition]) -> None:
    now = clock.now()
    moved = advance(
        asset, to=AssetState.READY, from_=IN_THE_MAKING, percent=100, reason="", ready_at=now
    )
    runs = {one.folder.split("/")[0] for one in ready}
    take = asset.making
    asset_id = asset.pk
    asset.renditions.exclude(take=take).delete()

    def tidy() -> None:
        files.drop_other_takes(asset_id, keep={take})
        files.drop_other_runs(asset_id, take, keep=runs)

    transaction.on_commit(tidy)
    if moved:
        transaction.on_commit(
            lambda: asset_ready.send(sender=Asset, asset_id=asset_id), robust=True
        )


def fail_asset(asset: Asset, reason: str) -> bool:
    """The lecture is given up, with a reason; what was shown of it is shown no more."""
    take, asset_id = asset.making, asset.pk
    moved = advance(
        asset,
        to=AssetState.FAILED,
        from_=[AssetState.UPLOADED, AssetState.PROBED, *IN_THE_MAKING],
        reason=reason[:400],
        playable_at=None,
        take="",
    )
    if moved:
        transaction.on_commit(lambda: files.drop_take(asset_id, take))
    return moved


def let_go(asset: Asset) -> None:
    """End all work on a lecture that will be no more; workers stop at their next heartbeats."""
    for job in queries.history_of(asset).filter(state__in=OPEN_JOB_STATES):
        jobs.cancel(kind=job.kind, subject_id=job.subject_id)


def stop_making(asset: Asset, reason: str) -> None:
    """Let all open work on a lecture go; what is whole by now stays. In a transaction."""
    asset = _locked(asset.pk)
    for rendition in asset.renditions.filter(take=asset.making, state=RenditionState.WAITING):
        fail_rendition(rendition, reason)
    settle(asset.pk)


# --- Nothing stays behind -----------------------------------------------------------------------


def reconcile(asset: Asset) -> None:
    """Give up the pieces nobody works on any more, then take the next step. In a transaction."""
    asset = _locked(asset.pk)
    if not asset.making or not asset.renditions.filter(take=asset.making).exists():
        if asset.facts and originals.exists(asset.source_key):
            plan_take(asset)
        else:
            fail_asset(asset, _("处理中断，请重试。"))
        return
    for piece in asset.pieces.filter(take=asset.making, state__in=OPEN_PIECE_STATES):
        last = queries.last_job(piece)
        if last is None or last.state not in OPEN_JOB_STATES:
            _give_up(piece, (last.reason if last else "") or _("处理中断，请重试。"))
    for rendition in asset.renditions.filter(take=asset.making, state=RenditionState.WAITING):
        last = queries.last_join(rendition)
        if last is not None and last.state not in OPEN_JOB_STATES:
            fail_rendition(rendition, last.reason or _("处理中断，请重试。"))
    settle(asset.pk)


def send_waiting_for_room() -> int:
    """Send the pieces again that waited for room on the disk; returns how many."""
    sent = 0
    held_up = Piece.objects.filter(state=PieceState.WAITING).exclude(reason="")
    for piece in held_up.select_related("asset"):
        last = queries.last_job(piece)
        source = Source(piece.asset)
        if last is not None and files.has_room(
            source.most_bytes(piece.names, source.span_of(piece))
        ):
            advance(piece, to=PieceState.WAITING, from_=[PieceState.WAITING], reason="")
            sent += jobs.send_again(job_id=last.pk)
    return sent
