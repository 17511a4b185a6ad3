"""Work on lectures survives its workers: one finished result, no orphan, no second copy."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from lms.core import clock, jobs, on_air
from lms.core.models import Job, JobState
from lms.core.states import StateMovedError
from lms.members.models import Member
from media_pipeline import command, ffmpeg, files, making, packaging, queries, services, transcoding
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, AssetState, Piece, RenditionState
from media_pipeline.queries import ENCODE_JOB
from tests.factories.media import make_asset, make_recording
from tests.factories.members import BranchTree, make_branch_tree, make_instructor
from tests.support import media_corpus as corpus
from tests.support.hls import faults_of
from tests.support.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

# A size the encoder is busy with for some seconds.
LONG = {"seconds": 24, "size": "1280x720", "rate": "25"}


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


def ingest(path: Path, by: Member, tree: BranchTree) -> Asset:
    return services.ingest_file(path=path, title=path.stem, by=by, branch=tree.first)


def takes(asset: Asset) -> list[str]:
    folder = files.lecture_folder(asset.pk)
    return sorted(take.name for take in folder.iterdir()) if folder.exists() else []


def processes_in(asset: Asset) -> list[str]:
    """Command lines of living processes that work in or on the lecture's folders."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(asset.pk) in line and str(os.getpid()) != process.name:
            found.append(line)
    return found


def states_of(asset: Asset) -> list[str]:
    """How the system has the lecture's processes: R, S, T for stopped …"""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            line = (stat.parent / "cmdline").read_text(errors="replace")
            state = stat.read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if str(asset.pk) in line and stat.parent.name != str(os.getpid()):
            found.append(state)
    return found


def runs(asset: Asset) -> set[str]:
    """The folders of runs in the take that is shown."""
    take = files.take_folder(asset.pk, asset.take)
    return {path.name for path in take.iterdir() if path.is_dir()}


def let_leases_run_out() -> None:
    """As if the sweep came after the lease of a dead worker."""
    past = clock.now() - dt.timedelta(seconds=1)
    Job.objects.filter(state=JobState.RUNNING).update(lease_until=past)
    Job.objects.update(sent_at=F("sent_at") - dt.timedelta(hours=1))


@pytest.mark.slow
def test_a_worker_killed_in_mid_transcode(
    tmp_path: Path, by: Member, tree: BranchTree, start_worker: Callable[..., Any]
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", **LONG), by, tree)  # type: ignore[arg-type]
    first = start_worker()

    def at_work() -> bool:
        asset.refresh_from_db()
        return asset.state == AssetState.RUNNING and bool(asset.take)

    wait_until(at_work, what="the first segments", seconds=60)
    assert len(processes_in(asset)) == 1
    dead_take = asset.take
    first.kill()
    wait_until(lambda: processes_in(asset) == [], what="ffmpeg's end with its worker")
    assert asset.ready_at is None

    let_leases_run_out()
    assert jobs.sweep().sent == 1
    start_worker()

    def ready() -> bool:
        asset.refresh_from_db()
        return asset.state == AssetState.READY

    wait_until(ready, what="the finished lecture", seconds=120)
    assert (takes(asset), asset.take) == ([dead_take], dead_take)
    assert runs(asset) == {r.folder.split("/")[0] for r in asset.renditions.all()}
    assert [r.segments for r in asset.renditions.all()] == [7, 6, 6, 6]
    job = Job.objects.get(kind=ENCODE_JOB)
    assert (job.state, job.attempt) == (JobState.DONE, 2)
    assert processes_in(asset) == []


@pytest.mark.slow
def test_the_low_rendition_plays_before_the_high_one_is_done(
    tmp_path: Path, by: Member, tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", **LONG), by, tree)  # type: ignore[arg-type]
    seen: list[tuple[str, str, list[str]]] = []
    show_first = transcoding.Run._show_first

    def watched(run: transcoding.Run) -> None:
        show_first(run)
        if run.asset.take:
            shown = Asset.objects.get(pk=asset.pk)
            folder = files.take_folder(asset.pk, shown.take)
            master = (folder / packaging.MASTER_NAME).read_text().splitlines()
            index = (folder / run.name / "240p" / command.INDEX_NAME).read_text()
            names = [line for line in master if not line.startswith("#")]
            seen.append((shown.state, "ENDLIST" if "ENDLIST" in index else "grows", names))

    monkeypatch.setattr(transcoding.Run, "_show_first", watched)
    services.process_now(asset=asset)
    [folder] = {r.folder.split("/")[0] for r in asset.renditions.all()}
    assert seen == [("running", "grows", [f"{folder}/240p/index.m3u8"])]
    assert asset.playable_at is not None
    assert asset.ready_at is not None
    assert asset.playable_at < asset.ready_at


def test_delivered_twice_is_done_once(tmp_path: Path, by: Member, tree: BranchTree) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=2), by, tree)
    services.process_now(asset=asset)
    take, ready_at = asset.take, asset.ready_at
    for job in Job.objects.all():
        services.probe_asset(job_id=job.pk)
        making.encode_piece(job_id=job.pk)
    asset.refresh_from_db()
    assert (asset.take, asset.ready_at, takes(asset)) == (take, ready_at, [take])
    assert [job.attempt for job in Job.objects.all()] == [1, 1]


@pytest.mark.slow
def test_the_overtaken_run_publishes_nothing(tmp_path: Path, by: Member, tree: BranchTree) -> None:
    """A worker that was thought dead finishes late: the other's result stands."""
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=2), by, tree)
    services.probe_asset(job_id=Job.objects.get().pk)
    job = Job.objects.get(kind=ENCODE_JOB)
    lease = jobs.claim(job_id=job.pk)
    assert lease is not None
    slow = transcoding.Run(piece=Piece.objects.select_related("asset").get(), lease=lease)
    slow.make(files.original_path(asset.pk))
    made = slow.checked()
    let_leases_run_out()
    making.encode_piece(job_id=job.pk)
    asset.refresh_from_db()
    assert asset.state == AssetState.READY
    kept = runs(asset)
    with pytest.raises(jobs.LeaseLostError), making.held(asset.pk, lease) as held:
        making._keep(slow, held, made)
    assert slow.name not in kept
    assert runs(asset) == kept == {r.folder.split("/")[0] for r in asset.renditions.all()}


def test_a_refused_file_says_why_and_can_be_tried_again(
    tmp_path: Path, by: Member, tree: BranchTree
) -> None:
    asset = ingest(corpus.captions_only(tmp_path), by, tree)
    services.process_now(asset=asset)
    assert (asset.state, asset.take) == (AssetState.FAILED, "")
    assert asset.reason.startswith("文件里既没有画面，也没有声音。")
    job = Job.objects.get()
    assert (job.state, job.attempt, job.reason) == (JobState.FAILED, 1, asset.reason)
    services.retry_asset(asset=asset, by=by)
    assert (asset.state, asset.reason) == (AssetState.UPLOADED, "")
    assert Job.objects.filter(state=JobState.WAITING).count() == 1
    with pytest.raises(StateMovedError):
        services.retry_asset(asset=asset, by=by)


@pytest.mark.slow
def test_three_failed_attempts_then_a_reason_then_retry_succeeds(
    tmp_path: Path, by: Member, tree: BranchTree, settings: Any
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=2), by, tree)
    services.probe_asset(job_id=Job.objects.get().pk)
    settings.FFMPEG = str(failing_ffmpeg(tmp_path, when="*"))
    services.process_now(asset=asset)
    assert asset.state == AssetState.FAILED
    assert asset.reason == "转码没有完成（代码 8）。请重试；如仍失败，请另存为 MP4 后重新上传。"
    # Together once, then each alone twice.
    encoding = Job.objects.filter(kind__in=queries.ENCODE_JOBS).order_by("id")
    assert [(job.attempt, job.state) for job in encoding] == [
        (1, JobState.FAILED),
        *[(2, JobState.FAILED)] * 4,
    ]
    assert {job.log_tail for job in encoding} == {"no such encoder\n"}
    assert takes(asset) == []

    settings.FFMPEG = ""
    services.retry_asset(asset=asset, by=by)
    services.process_now(asset=asset)
    assert (asset.state, asset.reason, takes(asset)) == (AssetState.READY, "", [asset.take])


@pytest.mark.slow
def test_one_size_that_fails_is_left_out_and_can_be_made_again(
    tmp_path: Path, by: Member, tree: BranchTree, settings: Any
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=5, size="1280x720"), by, tree)
    services.probe_asset(job_id=Job.objects.get().pk)
    settings.FFMPEG = str(failing_ffmpeg(tmp_path, when="*720p/*"))
    services.process_now(asset=asset)
    assert (asset.state, asset.percent, asset.reason) == (AssetState.READY, 100, "")
    reason = "转码没有完成（代码 8）。请重试；如仍失败，请另存为 MP4 后重新上传。"
    assert {r.name: (r.state, r.reason) for r in asset.renditions.all()} == {
        "sound": (RenditionState.READY, ""),
        "240p": (RenditionState.READY, ""),
        "360p": (RenditionState.READY, ""),
        "720p": (RenditionState.FAILED, reason),
    }
    assert sizes_offered(asset) == ["240p", "360p", "sound"]

    settings.FFMPEG = ""
    shown = asset.take
    with pytest.raises(NotYourLectureError):
        services.retry_rendition(asset=asset, by=make_instructor(tree.second), name="720p")
    with pytest.raises(StateMovedError):
        services.retry_rendition(asset=asset, by=by, name="360p")
    assert services.retry_all_failed(by=by) == 1
    assert services.retry_all_failed(by=by) == 0
    services.process_now(asset=asset)
    assert {r.state for r in asset.renditions.all()} == {RenditionState.READY}
    assert (asset.take, sizes_offered(asset)) == (shown, ["240p", "360p", "720p", "sound"])
    assert faults_of(files.take_folder(asset.pk, asset.take)) == []


def failing_ffmpeg(folder: Path, *, when: str) -> Path:
    """An ffmpeg that fails where its arguments match the shell pattern `when`."""
    script = folder / "failing-ffmpeg"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in {when}) echo "no such encoder" >&2; exit 8;; esac\n'
        f'exec "{ffmpeg.binary()}" "$@"\n'
    )
    script.chmod(0o755)
    return script


def sizes_offered(asset: Asset) -> list[str]:
    """The renditions the master playlist names, in its order."""
    take = files.take_folder(asset.pk, asset.take)
    lines = (take / packaging.MASTER_NAME).read_text().splitlines()
    return [line.split("/")[-2] for line in lines if not line.startswith("#")]


@pytest.mark.slow
def test_cancelling_stops_the_run_at_its_next_heartbeat(
    tmp_path: Path, by: Member, tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", **LONG), by, tree)  # type: ignore[arg-type]
    show_first = transcoding.Run._show_first
    monkeypatch.setattr(transcoding, "HEARTBEAT_SECONDS", 0)

    def cancel_then(run: transcoding.Run) -> None:
        show_first(run)
        if run.asset.take:
            services.cancel_asset(asset=Asset.objects.get(pk=asset.pk), by=by)

    monkeypatch.setattr(transcoding.Run, "_show_first", cancel_then)
    services.process_now(asset=asset)
    assert (asset.state, asset.reason) == (
        AssetState.FAILED,
        f"已由{by.name}取消。需要时可以重试。",
    )
    assert (takes(asset), processes_in(asset)) == ([], [])


def test_a_full_disk_holds_the_work_until_there_is_room(
    tmp_path: Path,
    by: Member,
    tree: BranchTree,
    settings: Any,
    run_queued: Callable[..., list[str]],
) -> None:
    recording = make_recording(tmp_path / "lecture.mp4", seconds=2)
    asset = ingest(recording, by, tree)
    services.probe_asset(job_id=Job.objects.get().pk)
    reserve, settings.MEDIA_RESERVE_BYTES = settings.MEDIA_RESERVE_BYTES, 10**18
    run_queued()
    full = "服务器磁盘空间不足，暂时无法接收。请联系系统管理员清理空间后再试。"
    assert Piece.objects.get().reason == full
    asset.refresh_from_db()
    assert (asset.state, takes(asset)) == (AssetState.QUEUED, [])
    with pytest.raises(files.DiskFullError):
        ingest(recording, by, tree)
    assert (Asset.objects.count(), making.send_waiting_for_room()) == (1, 0)
    assert services.settle_assets() == 0

    settings.MEDIA_RESERVE_BYTES = reserve
    assert making.send_waiting_for_room() == 1
    assert making.send_waiting_for_room() == 0
    run_queued()
    asset.refresh_from_db()
    assert asset.state == AssetState.READY


def test_lectures_nobody_works_on_are_settled(tree: BranchTree, by: Member) -> None:
    forgotten = make_asset(branch=tree.first, by=by, state=AssetState.RUNNING)
    waiting = make_asset(branch=tree.first, by=by, state=AssetState.UPLOADED)
    jobs.open_job(kind=queries.PROBE_JOB, subject_id=str(waiting.pk))
    assert services.settle_assets() == 1
    assert services.settle_assets() == 0
    forgotten.refresh_from_db()
    waiting.refresh_from_db()
    assert (forgotten.state, forgotten.reason) == (AssetState.FAILED, "处理中断，请重试。")
    assert waiting.state == AssetState.UPLOADED


def test_only_those_of_the_branch_may_handle_its_lectures(
    tmp_path: Path, tree: BranchTree, by: Member
) -> None:
    recording = make_recording(tmp_path / "lecture.mp4", seconds=1)
    stranger = make_instructor(tree.second)
    above = make_instructor(tree.general)
    assert ingest(recording, above, tree).owner_branch == tree.first
    with pytest.raises(NotYourLectureError):
        ingest(recording, stranger, tree)
    failed = make_asset(branch=tree.first, by=by, state=AssetState.FAILED)
    for verb in (services.retry_asset, services.cancel_asset):
        with pytest.raises(NotYourLectureError):
            verb(asset=failed, by=stranger)


@pytest.mark.slow
def test_a_class_on_the_air_has_the_machine_to_itself(
    tmp_path: Path, by: Member, tree: BranchTree, start_worker: Callable[..., Any]
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", **LONG), by, tree)  # type: ignore[arg-type]
    on_air.hold()
    try:
        start_worker()

        def stands_still() -> bool:
            paused = asset.pieces.filter(is_paused=True).exists()
            return paused and states_of(asset) == ["T"]

        wait_until(stands_still, what="the run to make way", seconds=60)
    finally:
        on_air.release()

    def ready() -> bool:
        asset.refresh_from_db()
        return asset.state == AssetState.READY

    wait_until(ready, what="the finished lecture", seconds=120)
    assert asset.pieces.filter(is_paused=True).count() == 0
    job = Job.objects.get(kind=ENCODE_JOB)
    assert (job.state, job.attempt) == (JobState.DONE, 1)


@pytest.mark.slow
def test_a_poisoned_run_is_given_up_and_the_queue_moves_on(
    tmp_path: Path, by: Member, tree: BranchTree, settings: Any
) -> None:
    """A worker that dies of it three times: counted on the piece, whatever the messages are."""
    asset = ingest(make_recording(tmp_path / "poison.mp4", seconds=2), by, tree)
    services.probe_asset(job_id=Job.objects.get().pk)
    job = Job.objects.get(kind=ENCODE_JOB)
    for attempt in (1, 2, 3):
        lease = jobs.claim(job_id=job.pk)
        assert lease is not None
        assert lease.attempt == attempt
        let_leases_run_out()
        jobs.sweep()
    assert jobs.claim(job_id=job.pk) is None
    asset.refresh_from_db()
    assert (asset.state, asset.reason) == (AssetState.FAILED, "处理中断了 3 次，没有再试。")
    good = ingest(make_recording(tmp_path / "good.mp4", seconds=2), by, tree)
    services.process_now(asset=good)
    assert good.state == AssetState.READY
    services.retry_asset(asset=asset, by=by)
    services.process_now(asset=asset)
    assert asset.state == AssetState.READY
