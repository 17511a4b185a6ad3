"""A recording is at hand wherever there is work on it, fetched once and checked."""

import hashlib
import multiprocessing
import os
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest

from media_pipeline import files, originals
from media_pipeline.storage import StorageUnavailableError, media_storage, storage_at
from tests.support.processes import wait_until

DATA = bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def kept(data: bytes = DATA) -> uuid.UUID:
    asset_id = uuid.uuid4()
    media_storage().put_bytes(data, files.original_key(asset_id))
    return asset_id


def cached(root: Path) -> list[str]:
    folder = root / "cache"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_at_hand_and_gone(any_storage: str, tmp_path: Path) -> None:
    source = tmp_path / "第一讲.mp4"
    source.write_bytes(DATA)
    asset_id = uuid.uuid4()
    assert originals.exists(asset_id) is False
    assert originals.keep(asset_id=asset_id, source=source) == len(DATA)
    assert originals.exists(asset_id) is True
    sha256 = hashlib.sha256(DATA).hexdigest()
    for _time in range(2):
        with originals.at_hand(asset_id=asset_id, sha256=sha256) as path:
            assert path.read_bytes() == DATA
    originals.drop(asset_id)
    assert originals.exists(asset_id) is False
    assert source.exists()


def test_fetched_once_and_checked(bucket: str, root: Path) -> None:
    asset_id = kept()
    with originals.at_hand(asset_id=asset_id) as path:
        assert path.parent == root / "cache"
    # had it been fetched again, it would be missing now
    media_storage().delete(files.original_key(asset_id))
    with originals.at_hand(asset_id=asset_id) as path:
        assert path.read_bytes() == DATA
    damaged = kept(DATA[:-1] + b"x")
    sha256 = hashlib.sha256(DATA).hexdigest()
    with (
        pytest.raises(StorageUnavailableError),
        originals.at_hand(asset_id=damaged, sha256=sha256),
    ):
        pass
    with (
        pytest.raises(originals.OriginalMissingError),
        originals.at_hand(asset_id=uuid.uuid4()),
    ):
        pass
    assert [name for name in cached(root) if not name.endswith(".lock")] == [str(asset_id)]


def test_the_longest_unused_makes_room(bucket: str, root: Path, settings: Any) -> None:
    settings.MEDIA_CACHE_BYTES = int(2.5 * len(DATA))
    first, second, third = kept(), kept(), kept()
    for age, asset_id in ((30, first), (20, second)):
        with originals.at_hand(asset_id=asset_id) as path:
            pass
        then = path.stat().st_mtime - age
        os.utime(path, (then, then))
    with originals.at_hand(asset_id=first):  # used again: now the second is the older one
        pass
    with originals.at_hand(asset_id=third):
        pass
    kept_now = [name for name in cached(root) if not name.endswith(".lock")]
    assert kept_now == sorted([str(first), str(third)])
    assert f"{second}.lock" not in cached(root)


def test_what_is_in_use_stays(bucket: str, root: Path, settings: Any) -> None:
    settings.MEDIA_CACHE_BYTES = len(DATA) // 2
    first, second = kept(), kept()
    with (
        originals.at_hand(asset_id=first) as one,
        originals.at_hand(asset_id=second) as other,
    ):
        assert (one.read_bytes(), other.read_bytes()) == (DATA, DATA)


def test_a_full_disk_is_said(bucket: str, settings: Any) -> None:
    asset_id = kept()
    settings.MEDIA_RESERVE_BYTES = 10**18
    with pytest.raises(files.DiskFullError), originals.at_hand(asset_id=asset_id):
        pass


def test_who_waits_gives_signs_of_life_and_may_leave(bucket: str, root: Path) -> None:
    asset_id = kept()

    class Enough(Exception):
        pass

    asked = iter(range(3))

    def during() -> None:
        if next(asked, None) is None:
            raise Enough

    root.joinpath("cache").mkdir(parents=True)
    with (
        originals._locked(root / "cache" / str(asset_id), during=None),
        pytest.raises(Enough),
        originals.at_hand(asset_id=asset_id, during=during),
    ):
        pass


def _use(url: str, root: str, asset_id: str, fetched: Any) -> None:
    from django.conf import settings as own

    own.MEDIA_STORAGE_URL, own.MEDIA_ROOT = url, root
    storage = media_storage()
    get = storage.open

    def counted(key: str, **part: Any) -> Any:
        fetched.put(key)
        return get(key, **part)

    storage.open = counted  # type: ignore[method-assign]
    for _time in range(5):
        with originals.at_hand(asset_id=uuid.UUID(asset_id)) as path:
            assert path.read_bytes() == DATA


@pytest.mark.slow
def test_two_processes_fetch_once(bucket: str, root: Path) -> None:
    asset_id = kept()
    context = multiprocessing.get_context("fork")
    fetched = context.Queue()
    pair = [
        context.Process(target=_use, args=(bucket, str(root), str(asset_id), fetched))
        for _number in range(2)
    ]
    for process in pair:
        process.start()
    for process in pair:
        process.join(60)
    assert [process.exitcode for process in pair] == [0, 0]
    assert [fetched.get(timeout=10)] == [files.original_key(asset_id)]
    assert fetched.empty()


def test_an_upload_is_taken_in_by_one(bucket: str, tmp_path: Path) -> None:
    asset_id = uuid.uuid4()
    part = tmp_path / "part"
    assert originals.take_in(asset_id=asset_id, part=part, length=len(DATA)) is False
    part.write_bytes(DATA)
    storage = storage_at(bucket)
    began, go_on = threading.Event(), threading.Event()
    put = storage.put
    outcomes: list[Any] = []

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(storage, name)

        def put(self, path: Path, key: str) -> None:
            began.set()
            assert go_on.wait(30)
            put(path, key)

    def first() -> None:
        outcomes.append(originals.take_in(asset_id=asset_id, part=part, length=len(DATA)))

    original = originals.media_storage
    originals.media_storage = Slow  # type: ignore[assignment]
    try:
        thread = threading.Thread(target=first)
        thread.start()
        assert began.wait(30)
        with pytest.raises(originals.BeingStoredError):
            originals.take_in(asset_id=asset_id, part=part, length=len(DATA))
        go_on.set()
        thread.join(30)
    finally:
        originals.media_storage = original
    assert outcomes == [True]
    assert originals.exists(asset_id) is True
    # again after a crash, and where the file has gone already
    assert originals.take_in(asset_id=asset_id, part=part, length=len(DATA)) is True
    part.unlink()
    assert originals.take_in(asset_id=asset_id, part=part, length=len(DATA)) is True
    wait_until(lambda: not thread.is_alive(), what="the end of the first")
