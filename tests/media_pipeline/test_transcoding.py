"""Work on lectures survives its workers: one finished result, no orphan, no second copy."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from lms.core import clock, jobs
from lms.core.models import Job, JobState
from lms.core.states import StateMovedError
from lms.members.models import Member
from media_pipeline import command, ffmpeg, files, packaging, services, transcoding
from media_pipeline.models import Asset, AssetState
from media_pipeline.services import NotYourLectureError
from tests.factories.media import make_asset, make_recording
from tests.factories.members import BranchTree, make_branch_tree, make_instructor
from tests.support import media_corpus as corpus
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
    assert takes(asset) == [asset.take]
    assert asset.take != dead_take
    assert [r.segments for r in asset.renditions.all()] == [7, 6, 6, 6]
    job = Job.objects.get(kind=services.TRANSCODE_JOB)
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
        if run.playable:
            shown = Asset.objects.get(pk=asset.pk)
            folder = files.take_folder(asset.pk, shown.take)
            master = (folder / packaging.MASTER_NAME).read_text().splitlines()
            index = (folder / "240p" / command.INDEX_NAME).read_text()
            names = [line for line in master if not line.startswith("#")]
            seen.append((shown.state, "ENDLIST" if "ENDLIST" in index else "grows", names))

    monkeypatch.setattr(transcoding.Run, "_show_first", watched)
    services.process_now(asset=asset)
    assert seen == [("running", "grows", ["240p/index.m3u8"])]
    assert asset.playable_at is not None
    assert asset.ready_at is not None
    assert asset.playable_at < asset.ready_at


def test_delivered_twice_is_done_once(tmp_path: Path, by: Member, tree: BranchTree) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=2), by, tree)
    services.process_now(asset=asset)
    take, ready_at = asset.take, asset.ready_at
    for job in Job.objects.all():
        services.probe_asset(job_id=job.pk)
        services.transcode_asset(job_id=job.pk)
    asset.refresh_from_db()
    assert (asset.take, asset.ready_at, takes(asset)) == (take, ready_at, [take])
    assert [job.attempt for job in Job.objects.all()] == [1, 1]


@pytest.mark.slow
def test_the_overtaken_run_publishes_nothing(tmp_path: Path, by: Member, tree: BranchTree) -> None:
    """A worker that was thought dead finishes late: the other's result stands."""
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=2), by, tree)
    services.probe_asset(job_id=Job.objects.get().pk)
    job = Job.objects.get(kind=services.TRANSCODE_JOB)
    lease = jobs.claim(job_id=job.pk)
    assert lease is not None
    slow = transcoding.Run(
        asset=Asset.objects.get(pk=asset.pk),
        lease=lease,
        source=files.original_path(asset.pk),
    )
    slow.make()
    let_leases_run_out()
    services.transcode_asset(job_id=job.pk)
    asset.refresh_from_db()
    assert asset.state == AssetState.READY
    kept = asset.take
    with pytest.raises((jobs.LeaseLostError, ffmpeg.TranscodeFailedError)):
        slow.publish()
    asset.refresh_from_db()
    assert (asset.take, takes(asset)) == (kept, [kept])


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
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\necho 'no such encoder' >&2\nexit 8\n")
    broken.chmod(0o755)
    settings.FFMPEG = str(broken)
    services.process_now(asset=asset)
    job = Job.objects.get(kind=services.TRANSCODE_JOB)
    assert (asset.state, job.attempt) == (AssetState.FAILED, 3)
    assert asset.reason == "转码没有完成（代码 8）。请重试；如仍失败，请另存为 MP4 后重新上传。"
    assert job.log_tail == "no such encoder\n"
    assert takes(asset) == []

    settings.FFMPEG = ""
    services.retry_asset(asset=asset, by=by)
    services.process_now(asset=asset)
    assert (asset.state, asset.reason, takes(asset)) == (AssetState.READY, "", [asset.take])


@pytest.mark.slow
def test_cancelling_stops_the_run_at_its_next_heartbeat(
    tmp_path: Path, by: Member, tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", **LONG), by, tree)  # type: ignore[arg-type]
    show_first = transcoding.Run._show_first
    monkeypatch.setattr(transcoding, "HEARTBEAT_SECONDS", 0)

    def cancel_then(run: transcoding.Run) -> None:
        show_first(run)
        if run.playable:
            services.cancel_asset(asset=Asset.objects.get(pk=asset.pk), by=by)

    monkeypatch.setattr(transcoding.Run, "_show_first", cancel_then)
    services.process_now(asset=asset)
    assert (asset.state, asset.reason) == (
        AssetState.FAILED,
        f"已由{by.name}取消。需要时可以重试。",
    )
    assert (takes(asset), processes_in(asset)) == ([], [])


def test_a_full_disk_is_said_and_nothing_is_left(
    tmp_path: Path, by: Member, tree: BranchTree, settings: Any
) -> None:
    recording = make_recording(tmp_path / "lecture.mp4", seconds=2)
    asset = ingest(recording, by, tree)
    services.probe_asset(job_id=Job.objects.get().pk)
    settings.MEDIA_RESERVE_BYTES = 10**18
    services.process_now(asset=asset)
    full = "服务器磁盘空间不足，暂时无法接收。请联系系统管理员清理空间后再试。"
    assert (asset.state, asset.reason, takes(asset)) == (AssetState.FAILED, full, [])
    with pytest.raises(files.DiskFullError):
        ingest(recording, by, tree)
    assert Asset.objects.count() == 1


def test_lectures_nobody_works_on_are_settled(tree: BranchTree, by: Member) -> None:
    forgotten = make_asset(branch=tree.first, by=by, state=AssetState.RUNNING)
    waiting = make_asset(branch=tree.first, by=by, state=AssetState.UPLOADED)
    jobs.open_job(kind=services.PROBE_JOB, subject_id=str(waiting.pk))
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
