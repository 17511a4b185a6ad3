"""A long lecture in pieces: joined without a seam, by several workers, a lost piece done alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lms.core import jobs
from lms.core.models import Job, JobState
from lms.members.models import Member
from media_pipeline import files, making, packaging, planning, queries, services
from media_pipeline.ladder import SOUND_NAME
from media_pipeline.models import Asset, AssetState, Piece, PieceState, RenditionState
from tests.factories.media import make_recording, run_ffmpeg
from tests.factories.members import BranchTree, make_branch_tree, make_instructor
from tests.media_pipeline.test_transcoding import failing_ffmpeg, let_leases_run_out, runs
from tests.support.hls import faults_of
from tests.support.processes import wait_until
from tests.support.takes import decoded, transcoded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PIECES = 4
SECONDS = 30
# Flashes and beeps at known seconds, to tell whether sound and picture are in step.
FLASH = (
    "color=black:size=1280x720:rate={rate}:duration=30,"
    "drawbox=color=white:t=fill:enable='lt(mod(t,5),0.2)'"
)
BEEP = (
    "sine=frequency=880:sample_rate=48000:duration=30,volume='if(lt(mod(t,5),0.2),1,0)':eval=frame"
)


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


@pytest.fixture(autouse=True)
def _short_lectures_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "LONG_SECONDS", 20)
    monkeypatch.setattr(planning, "PIECE_SECONDS", 8)
    monkeypatch.setattr(planning, "LEAST_PIECE_SECONDS", 2)


def begun(path: Path, by: Member, tree: BranchTree) -> Asset:
    """A recording that is looked at and planned."""
    asset = services.ingest_file(path=path, title="长课", by=by, branch=tree.first)
    services.probe_asset(job_id=Job.objects.get().pk)
    asset.refresh_from_db()
    return asset


@pytest.mark.parametrize(("rate", "duration_ms"), [("25", 30_000), ("30000/1001", 30_030)])
def test_joined_it_is_what_it_would_be_in_one_run(
    tmp_path: Path, by: Member, tree: BranchTree, rate: str, duration_ms: int
) -> None:
    source = tmp_path / "lecture.mp4"
    run_ffmpeg(
        *("-f", "lavfi", "-i", FLASH.format(rate=rate), "-f", "lavfi", "-i", BEEP),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "77", "-c:a", "aac", source),
    )
    asset = begun(source, by, tree)
    assert asset.pieces.count() == 1 + PIECES
    services.process_now(asset=asset)
    assert (asset.state, asset.percent, asset.duration_ms) == (AssetState.READY, 100, duration_ms)
    take = files.take_folder(asset.pk, asset.take)
    assert faults_of(take) == []
    whole = tmp_path / "whole"
    transcoded(source, whole)
    folders = {r.name: r.folder for r in asset.renditions.all()}
    assert set(folders) == {"240p", "360p", "720p", SOUND_NAME}
    assert packaging.listed_segments(take / folders["720p"]) == packaging.listed_segments(
        whole / "720p"
    )
    pieced, in_one = decoded(take, folders["720p"]), decoded(whole, "720p")
    assert pieced.times == in_one.times
    assert np.abs(np.array(pieced.brightness) - np.array(in_one.brightness)).max() < 3
    assert [at for at, _samples, _rate in pieced.blocks] == [
        at for at, _samples, _rate in in_one.blocks
    ]
    flashes, beeps = pieced.flashes(), pieced.beeps()
    assert len(flashes) == len(beeps) == 6
    assert max(abs(one - other) for one, other in zip(flashes, beeps, strict=True)) < 0.04
    # Nothing in between is kept.
    assert {path.name for path in take.iterdir() if path.is_dir()} == {
        folder.split("/")[0] for folder in folders.values()
    }


def test_two_workers_share_one_and_a_lost_piece_is_done_again_alone(
    tmp_path: Path, by: Member, tree: BranchTree, start_worker: Callable[..., Any]
) -> None:
    asset = begun(
        make_recording(tmp_path / "lecture.mp4", seconds=SECONDS, size="1280x720"), by, tree
    )
    pieces = list(asset.pieces.exclude(frames=None))
    lost = queries.last_job(pieces[1])
    assert lost is not None
    # A worker that dies at it: the lease runs out, and nobody else has touched the piece.
    assert jobs.claim(job_id=lost.pk) is not None
    for _ in range(2):
        start_worker()

    def others_done() -> bool:
        return asset.pieces.filter(state=PieceState.DONE).count() == PIECES

    wait_until(others_done, what="all the other pieces", seconds=180)
    asset.refresh_from_db()
    assert (asset.state, bool(asset.playable_at)) == (AssetState.RUNNING, True)
    let_leases_run_out()
    assert jobs.sweep().sent == 1

    def ready() -> bool:
        asset.refresh_from_db()
        return asset.state == AssetState.READY

    wait_until(ready, what="the finished lecture", seconds=120)
    attempts = [queries.last_job(piece).attempt for piece in pieces]  # type: ignore[union-attr]
    assert attempts == [1, 2, 1, 1]
    assert faults_of(files.take_folder(asset.pk, asset.take)) == []


def test_a_piece_that_fails_takes_only_its_size_with_it(
    tmp_path: Path, by: Member, tree: BranchTree, settings: Any
) -> None:
    source = make_recording(tmp_path / "lecture.mp4", seconds=SECONDS, size="1920x1080")
    asset = begun(source, by, tree)
    settings.FFMPEG = str(failing_ffmpeg(tmp_path, when="*trim=end_frame=200*1080p.mp4*"))
    services.process_now(asset=asset)
    assert asset.state == AssetState.READY
    assert {r.name: r.state for r in asset.renditions.all()} == {
        SOUND_NAME: RenditionState.READY,
        "240p": RenditionState.READY,
        "360p": RenditionState.READY,
        "720p": RenditionState.READY,
        "1080p": RenditionState.FAILED,
    }
    assert Piece.objects.filter(state__in=(PieceState.WAITING, PieceState.RUNNING)).count() == 0
    settings.FFMPEG = ""
    services.retry_rendition(asset=asset, by=by, name="1080p")
    services.process_now(asset=asset)
    assert {r.state for r in asset.renditions.all()} == {RenditionState.READY}
    assert runs(asset) == {r.folder.split("/")[0] for r in asset.renditions.all()}
    assert faults_of(files.take_folder(asset.pk, asset.take)) == []


def test_pieces_that_vanished_are_said_and_can_be_made_again(
    tmp_path: Path, by: Member, tree: BranchTree
) -> None:
    source = make_recording(tmp_path / "lecture.mp4", seconds=SECONDS, size="1280x720")
    asset = begun(source, by, tree)
    for job in Job.objects.filter(kind__in=queries.ENCODE_JOBS):
        making.encode_piece(job_id=job.pk)
    asset.refresh_from_db()
    assert asset.state == AssetState.PACKAGING
    gone = asset.pieces.exclude(frames=None)[2]
    files.drop_run(asset.pk, asset.making, gone.folder)
    services.process_now(asset=asset)
    failed = asset.renditions.get(name="720p")
    assert (asset.state, failed.state) == (AssetState.READY, RenditionState.FAILED)
    assert Job.objects.get(kind=queries.JOIN_JOB).state == JobState.FAILED
    services.retry_rendition(asset=asset, by=by, name="720p")
    services.process_now(asset=asset)
    assert asset.renditions.get(name="720p").state == RenditionState.READY


def test_what_is_no_more_is_not_joined() -> None:
    """A take that was made anew, a lecture that was deleted: the message that comes late ends."""
    job = jobs.open_job(kind=queries.JOIN_JOB, subject_id="0")
    making.join_rendition(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.DONE, 1)
