"""Lectures move to a bucket and back, go on where a move was cut, and every byte is compared."""

import hashlib
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from lms.members.models import Member
from media_pipeline import files, moving
from media_pipeline.models import Asset
from media_pipeline.storage import LocalStorage, Storage, read_bytes, storage_at
from tests.factories.media import make_asset
from tests.factories.members import BranchTree, make_branch_tree, make_instructor
from tests.support.bucket import keys_in
from tests.support.environment import BASE_DIR

SHOWN = ("master.m3u8", "240p/00000.m4s", "poster.jpg")


@pytest.fixture
def folder(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "media")


@pytest.fixture
def target(bucket: str) -> Storage:
    return storage_at(bucket)


def lecture(folder: Storage, tree: BranchTree, by: Member) -> Asset:
    """A lecture with its recording and take, and what no row names beside them."""
    recording = uuid.uuid4().bytes * 1000
    asset = make_asset(branch=tree.first, by=by, sha256=hashlib.sha256(recording).hexdigest())
    folder.put_bytes(recording, files.original_key(asset.pk))
    for name in SHOWN:
        folder.put_bytes(name.encode(), files.take_prefix(asset.pk, asset.take) + name)
    folder.put_bytes(b"garbage", files.take_prefix(asset.pk, uuid.uuid4().hex) + "x")
    return asset


@pytest.fixture
def lectures(db: None, folder: LocalStorage) -> list[Asset]:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    return [lecture(folder, tree, by) for _number in range(2)]


def named(*assets: Asset) -> list[str]:
    return sorted(
        key
        for asset in assets
        for key in (
            files.original_key(asset.pk),
            *(files.take_prefix(asset.pk, asset.take) + name for name in SHOWN),
        )
    )


def test_there_and_back(
    lectures: list[Asset], folder: LocalStorage, target: Storage, tmp_path: Path
) -> None:
    moved = moving.move_media(source=folder, target=target)
    assert (moved.sent, moved.there, moved.faults) == (8, 0, [])
    assert keys_in(target) == named(*lectures)
    again = moving.move_media(source=folder, target=target, is_verified=True)
    assert (again.sent, again.there, again.faults) == (0, 8, [])

    other = LocalStorage(tmp_path / "other")
    back = moving.move_media(source=target, target=other, is_verified=True, removes=True)
    assert (back.sent, back.removed, back.faults) == (8, 8, [])
    assert keys_in(target) == []
    assert {key: read_bytes(other, key) for key in keys_in(other)} == {
        key: read_bytes(folder, key) for key in named(*lectures)
    }


def test_a_move_that_was_cut_goes_on(
    lectures: list[Asset], folder: LocalStorage, target: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(Exception):
        pass

    put = target.put
    left = iter(range(3))

    def cut(path: Path, key: str, **how: Any) -> None:
        if next(left, None) is None:
            raise Cut
        put(path, key, **how)

    monkeypatch.setattr(target, "put", cut)
    with pytest.raises(Cut):
        moving.move_media(source=folder, target=target, removes=True)
    assert len(keys_in(folder)) == 10  # nothing was removed
    monkeypatch.undo()
    moved = moving.move_media(source=folder, target=target)
    assert (moved.sent, moved.there, moved.faults) == (5, 3, [])
    assert keys_in(target) == named(*lectures)


def test_damage_is_found_and_nothing_removed(
    lectures: list[Asset], folder: LocalStorage, target: Storage
) -> None:
    damaged, missing = (files.original_key(asset.pk) for asset in lectures)
    folder.put_bytes(b"x" * 16_000, damaged)
    folder.delete(missing)
    moved = moving.move_media(source=folder, target=target, removes=True)
    assert sorted(moved.faults) == sorted(
        [f"{damaged}: not the recording that was handed in", f"{missing}: neither here nor there"]
    )
    assert (moved.sent, moved.removed) == (6, 0)
    assert target.facts(damaged) is None

    altered = files.take_prefix(lectures[0].pk, lectures[0].take) + "240p/00000.m4s"
    target.put_bytes(b"240p/00000.m4x", altered)
    assert moving.move_media(source=folder, target=target).faults != []
    verified = moving.move_media(source=folder, target=target, is_verified=True)
    assert f"{altered}: not the same bytes" in verified.faults


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_by_command(bucket: str, target: Storage, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    tree = make_branch_tree()
    asset = lecture(LocalStorage(settings.MEDIA_ROOT), tree, make_instructor(tree.first))

    def command(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "lms", "move-media", *words],
            cwd=BASE_DIR,
            env={**os.environ, "MEDIA_ROOT": str(settings.MEDIA_ROOT)},
            capture_output=True,
            text=True,
        )

    done = command("--to", bucket, "--verify", "--remove")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["4 files sent (16035 bytes), 0 were there, 4 removed"]
    assert keys_in(target) == named(asset)
    back = command("--from", bucket, "--to", "local")
    assert (back.returncode, back.stdout.splitlines()) == (
        0,
        ["4 files sent (16035 bytes), 0 were there, 0 removed"],
    )
    target.delete(files.original_key(asset.pk))
    LocalStorage(settings.MEDIA_ROOT).delete(files.original_key(asset.pk))
    lost = command("--to", bucket)
    assert (lost.returncode, lost.stderr.splitlines()) == (
        1,
        [f"{files.original_key(asset.pk)}: neither here nor there"],
    )
    wrong = command("--to", "s4://x")
    assert (wrong.returncode, wrong.stdout) == (1, "")
