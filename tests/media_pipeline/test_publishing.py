"""A lecture made on one machine is served from the storage: whole, early, or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from lms.core import clock, jobs
from lms.core.models import Job
from lms.members.models import Member
from media_pipeline import (
    files,
    making,
    originals,
    packaging,
    queries,
    services,
    transcoding,
)
from media_pipeline.models import Asset, AssetState, Piece
from media_pipeline.playback import signed_playlist
from media_pipeline.storage import StorageUnavailableError, media_storage, storage_at
from tests.factories.media import FACTS, make_asset, make_piece, make_recording
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.support.bucket import keys_in, text_of
from tests.support.hls import faults_of
from tests.support.processes import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LONG = {"seconds": 24, "size": "1280x720", "rate": "25"}


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


def ingest(path: Path, by: Member, tree: BranchTree) -> Asset:
    return services.ingest_file(path=path, title=path.stem, by=by, branch=tree.first)


def body(response: Any) -> bytes:
    if response.streaming:
        return b"".join(response.streaming_content)
    return bytes(response.content)


def downloaded(asset: Asset, target: Path) -> Path:
    """The shown take as a folder, by what the storage holds."""
    prefix = files.take_prefix(asset.pk, asset.take)
    for key in keys_in(media_storage(), prefix):
        path = target / key.removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body_of(key))
    return target


def body_of(key: str) -> bytes:
    from media_pipeline.storage import read_bytes

    return read_bytes(media_storage(), key)


def test_a_lecture_from_its_upload_to_its_end(
    any_storage: str,
    tmp_path: Path,
    by: Member,
    tree: BranchTree,
    run_queued: Callable[..., list[str]],
) -> None:
    recording = make_recording(tmp_path / "第一讲.mp4", seconds=9, size="640x360")
    asset = ingest(recording, by, tree)
    assert run_queued() == ["media_pipeline.probe_asset", "media_pipeline.encode_first"]
    asset.refresh_from_db()
    assert (asset.state, asset.reason) == (AssetState.READY, "")
    assert media_storage().folders(files.lecture_prefix(asset.pk)) == [asset.take]
    assert faults_of(downloaded(asset, tmp_path / "take")) == []
    # nothing stays on the worker but the recording, which it may want again
    assert (files.lecture_folder(asset.pk) / asset.take).exists() is media_storage().is_here

    member = make_member()
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    at = signed_playlist(asset=asset, member=member, now=clock.now()).removesuffix("master.m3u8")
    folder = asset.renditions.get(name="360p").folder
    segment = (tmp_path / "take" / folder / "00001.m4s").read_bytes()
    whole = client.get(f"{at}{folder}/00001.m4s")
    assert (whole.status_code, body(whole)) == (200, segment)
    part = client.get(f"{at}{folder}/00001.m4s", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part["Content-Range"], body(part)) == (
        206,
        f"bytes 100-199/{len(segment)}",
        segment[100:200],
    )
    known = client.get(f"{at}{folder}/00001.m4s", headers={"If-None-Match": whole["ETag"]})
    assert known.status_code == 304
    low = client.get(f"{at}low.mp4", headers={"Range": "bytes=-8"})
    assert body(low) == (tmp_path / "take" / "low.mp4").read_bytes()[-8:]
    assert client.get(f"{at}480p/00001.m4s").status_code == 404

    files.drop_other_takes(asset.pk, keep=set())
    originals.drop(asset.pk)
    assert keys_in(media_storage(), files.lecture_prefix(asset.pk)) == []
    assert originals.exists(asset.pk) is False
    assert client.get(f"{at}{folder}/00001.m4s").status_code == 404


def test_the_low_rendition_plays_from_the_storage_while_the_rest_is_made(
    bucket: str, tmp_path: Path, by: Member, tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", **LONG), by, tree)  # type: ignore[arg-type]
    storage = media_storage()
    seen: list[int] = []
    advance = transcoding.advance

    def watched(row: Asset, **move: Any) -> bool:
        moved = advance(row, **move)
        if isinstance(row, Asset) and row.state == AssetState.RUNNING and row.take:
            look(row)
        return moved

    def look(row: Asset) -> None:
        prefix = files.take_prefix(row.pk, row.take)
        there = set(keys_in(storage, prefix))
        master = text_of(storage, f"{prefix}master.m3u8")
        [line] = [line for line in master.splitlines() if line[0] != "#"]
        folder = line.removesuffix("index.m3u8")
        assert folder.split("/")[1:] == ["240p", ""]
        index = text_of(storage, prefix + line)
        named = [line for line in index.splitlines() if line[0] != "#"]
        assert "ENDLIST" not in index
        assert {f"{prefix}{folder}{name}" for name in ["init.mp4", *named]} <= there
        seen.append(len(named))

    monkeypatch.setattr(transcoding, "advance", watched)
    monkeypatch.setattr(transcoding, "HEARTBEAT_SECONDS", 0)
    services.process_now(asset=asset)
    assert (asset.state, asset.reason) == (AssetState.READY, "")
    assert seen[0] >= 2
    assert seen == sorted(seen)
    assert asset.playable_at is not None
    assert asset.ready_at is not None
    assert asset.playable_at < asset.ready_at
    assert faults_of(downloaded(asset, tmp_path / "take")) == []


class Flaky:
    """A storage that does not take every third file the first time it is sent."""

    def __init__(self, url: str, *, is_down: bool = False) -> None:
        self.storage = storage_at(url)
        self.is_down = is_down
        self.asked: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.storage, name)

    def put(self, path: Path, key: str, **how: Any) -> None:
        self.asked[key] = self.asked.get(key, 0) + 1
        if self.is_down or (self.asked[key] == 1 and len(self.asked) % 3 == 0):
            raise StorageUnavailableError
        self.storage.put(path, key, **how)


def test_what_did_not_go_up_at_first_goes_up_again(
    bucket: str, tmp_path: Path, by: Member, tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    flaky = Flaky(bucket)
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=9), by, tree)
    monkeypatch.setattr(transcoding, "media_storage", lambda: flaky)
    services.process_now(asset=asset)
    assert (asset.state, asset.reason) == (AssetState.READY, "")
    assert max(flaky.asked.values()) == 2
    assert faults_of(downloaded(asset, tmp_path / "take")) == []


def test_a_storage_that_is_down_shows_nothing_and_says_so(
    bucket: str, tmp_path: Path, by: Member, tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=2), by, tree)
    monkeypatch.setattr(transcoding, "media_storage", lambda: Flaky(bucket, is_down=True))
    monkeypatch.setattr("media_pipeline.publishing.PAUSE_SECONDS", 0)
    services.process_now(asset=asset)
    assert (asset.state, asset.take) == (AssetState.FAILED, "")
    assert asset.reason == "媒体存储暂时连不上，请稍后再试；如果一直这样，请联系系统管理员。"
    assert keys_in(media_storage(), "lectures/") == []
    assert list(files.scratch_root().rglob("*.m4s")) == []
    monkeypatch.undo()
    services.retry_asset(asset=asset, by=by)
    services.process_now(asset=asset)
    assert (asset.state, asset.reason) == (AssetState.READY, "")


def test_a_lecture_whose_recording_is_gone_says_so(
    bucket: str, tmp_path: Path, by: Member, tree: BranchTree
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=2), by, tree)
    originals.drop(asset.pk)
    services.process_now(asset=asset)
    assert (asset.state, asset.reason) == (
        AssetState.FAILED,
        "原文件已不在服务器上，请重新上传。",
    )
    with pytest.raises(originals.OriginalMissingError):
        services.retry_asset(asset=asset, by=by)


def test_the_overtaken_run_takes_nothing_of_the_other(
    bucket: str, tmp_path: Path, by: Member, tree: BranchTree
) -> None:
    asset = ingest(make_recording(tmp_path / "lecture.mp4", seconds=2), by, tree)
    services.probe_asset(job_id=Job.objects.get().pk)
    job = Job.objects.get(kind=queries.ENCODE_JOB)
    lease = jobs.claim(job_id=job.pk)
    assert lease is not None
    with originals.at_hand(asset_id=asset.pk) as source:
        piece = Piece.objects.select_related("asset").get()
        slow = transcoding.Run(piece=piece, lease=lease)
        slow.make(source)
    slow.checked()
    slow.publish()
    slow.close()
    jobs.cancel(kind=queries.ENCODE_JOB, subject_id=str(piece.pk))
    with pytest.raises(jobs.LeaseLostError), making.held(asset.pk, lease):
        raise AssertionError("another has it")
    files.drop_run(asset.pk, piece.take, slow.name)
    prefix = files.take_prefix(asset.pk, piece.take)
    assert sorted(keys_in(media_storage(), "lectures/")) == [
        prefix + name
        for name in (
            "low.mp4",
            "poster-1.jpg",
            "poster.jpg",
            "storyboard-1.jpg",
            "storyboard.vtt",
        )
    ]
    files.drop_take(asset.pk, piece.take)
    assert keys_in(media_storage(), "lectures/") == []


def test_a_piece_leaves_alone_what_another_run_is_showing(
    bucket: str, by: Member, tree: BranchTree
) -> None:
    asset = make_asset(
        branch=tree.first, by=by, state=AssetState.RUNNING, making="a" * 32, facts=FACTS
    )
    piece = make_piece(asset, names=["720p"], first_frame=0, frames=3000)
    lease = jobs.claim(job_id=Job.objects.get().pk)
    assert lease is not None
    run = transcoding.Run(piece=piece, lease=lease)
    run.folder.mkdir(parents=True)
    (run.folder / "720p.mp4").write_bytes(b"piece")
    shown = run.take / packaging.MASTER_NAME
    shown.write_text("#EXTM3U\n")
    run.publish()
    run.close()
    assert shown.exists()
    prefix = files.take_prefix(asset.pk, piece.take)
    assert keys_in(media_storage(), prefix) == [f"{prefix}{run.name}/720p.mp4"]


def is_tidy(asset: Asset) -> bool:
    """Whether the storage holds no run of the shown take but those its renditions are from."""
    asset.refresh_from_db()
    shown = {one.folder.split("/")[0] for one in asset.renditions.all()}
    return set(media_storage().folders(files.take_prefix(asset.pk, asset.take))) == shown


def test_two_workers_with_nothing_in_common_but_addresses(
    bucket: str,
    tmp_path: Path,
    by: Member,
    tree: BranchTree,
    start_worker: Callable[..., Any],
) -> None:
    """One is killed over the first lecture; the other, with folders of its own, makes both."""
    recording = make_recording(tmp_path / "lecture.mp4", **LONG)  # type: ignore[arg-type]
    here = {"MEDIA_STORAGE_URL": bucket}
    first = start_worker(**here, MEDIA_ROOT=str(tmp_path / "one"))
    assets = [ingest(recording, by, tree) for _number in range(2)]

    def at_work() -> bool:
        return Asset.objects.filter(state=AssetState.RUNNING).exclude(take="").exists()

    wait_until(at_work, what="the first segments", seconds=90)
    first.kill()
    from tests.media_pipeline.test_transcoding import let_leases_run_out

    let_leases_run_out()
    jobs.sweep()
    start_worker(**here, MEDIA_ROOT=str(tmp_path / "two"))
    wait_until(
        lambda: Asset.objects.filter(state=AssetState.READY).count() == 2,
        what="both lectures",
        seconds=180,
    )
    # Only once a lecture is told of as finished does what the killed run left behind go away.
    wait_until(lambda: all(map(is_tidy, assets)), what="the tidying", seconds=30)
    for number, asset in enumerate(assets):
        assert media_storage().folders(files.lecture_prefix(asset.pk)) == [asset.take]
        assert faults_of(downloaded(asset, tmp_path / f"take-{number}")) == []
    scratch = tmp_path / "two" / "scratch"
    wait_until(
        lambda: not any(path.is_file() for path in scratch.rglob("*")),
        what="an empty scratch folder",
        seconds=30,
    )
