"""Folder and bucket are one storage to who uses them; the bucket goes on where it stood."""

import contextlib
import datetime as dt
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from media_pipeline.checks import storage_is_known
from media_pipeline.s3 import PART_BYTES, S3Storage, S3Url
from media_pipeline.storage import (
    LocalStorage,
    Storage,
    StorageUnavailableError,
    UnknownStorageError,
    copy_to,
    media_storage,
    read_bytes,
    storage_at,
)
from tests.support.bucket import keys_in

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
FAR_AHEAD = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def storage(any_storage: str, settings: Any, tmp_path: Path) -> Storage:
    settings.MEDIA_ROOT = tmp_path / "media"
    return media_storage()


def part(storage: Storage, key: str, first: int, length: int | None) -> bytes:
    with contextlib.closing(storage.open(key, first=first, length=length)) as file:
        return file.read()


def test_what_is_put_is_there(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(100)))
    storage.put(tmp_path / "file", "lectures/a/b/1.m4s")
    storage.put_bytes(b"text", "lectures/a/c/2.m3u8")
    facts = storage.facts("lectures/a/b/1.m4s")
    assert facts is not None
    assert (facts.size, facts.etag[0], facts.etag[-1]) == (100, '"', '"')
    assert read_bytes(storage, "lectures/a/b/1.m4s") == bytes(range(100))
    assert part(storage, "lectures/a/b/1.m4s", 10, 5) == bytes(range(10, 15))
    assert part(storage, "lectures/a/b/1.m4s", 90, None) == bytes(range(90, 100))
    copy_to(storage, "lectures/a/c/2.m3u8", tmp_path / "copy", during=lambda: None)
    assert (tmp_path / "copy").read_bytes() == b"text"
    assert keys_in(storage) == ["lectures/a/b/1.m4s", "lectures/a/c/2.m3u8"]
    assert keys_in(storage, "lectures/a/c/") == ["lectures/a/c/2.m3u8"]
    assert sorted(storage.folders("lectures/a/")) == ["b", "c"]


def test_what_is_put_again_is_another_file(storage: Storage) -> None:
    storage.put_bytes(b"one", "a/b")
    first = storage.facts("a/b")
    storage.put_bytes(b"four", "a/b")
    second = storage.facts("a/b")
    assert first is not None
    assert second is not None
    assert (first.etag == second.etag, read_bytes(storage, "a/b")) == (False, b"four")


def test_what_is_not_there(storage: Storage) -> None:
    assert storage.facts("a/b") is None
    assert (keys_in(storage, "a/"), storage.folders("a/")) == ([], [])
    with pytest.raises(FileNotFoundError):
        storage.open("a/b")
    storage.delete("a/b")
    assert storage.delete_prefix("a/") == 0


def test_a_folder_goes_and_its_neighbour_stays(storage: Storage) -> None:
    for key in ("a/b/1", "a/b/c/2", "a/bb/3", "d/4"):
        storage.put_bytes(b"x", key)
    assert storage.delete_prefix("a/b/") == 2
    assert keys_in(storage) == ["a/bb/3", "d/4"]
    storage.delete("d/4")
    assert keys_in(storage) == ["a/bb/3"]
    with pytest.raises(ValueError, match="no folder"):
        storage.delete_prefix("/")
    assert keys_in(storage) == ["a/bb/3"]


class Cut(Exception):
    """The process was killed here."""


def large(tmp_path: Path, parts: float) -> Path:
    path = tmp_path / "large"
    with path.open("wb") as file:
        for number in range(int(parts * PART_BYTES / 1024**2)):
            file.write(bytes([number % 251]) * 1024**2)
    return path


def cut_after(blocks: int) -> Any:
    left = iter(range(blocks))

    def during() -> None:
        if next(left, None) is None:
            raise Cut

    return during


def test_a_file_cut_in_the_middle_is_not_there(storage: Storage, tmp_path: Path) -> None:
    path = large(tmp_path, 2.5)
    with pytest.raises(Cut):
        storage.put(path, "originals/a", during=cut_after(2))
    assert keys_in(storage) == []
    storage.put(path, "originals/a")
    assert keys_in(storage) == ["originals/a"]
    assert (
        part(storage, "originals/a", PART_BYTES - 3, 6)
        == path.read_bytes()[PART_BYTES - 3 : PART_BYTES + 3]
    )


@pytest.mark.slow
def test_a_second_attempt_sends_only_what_is_missing(bucket: str, tmp_path: Path) -> None:
    storage = storage_at(bucket)
    assert isinstance(storage, S3Storage)
    path = large(tmp_path, 3.5)
    with pytest.raises(Cut):
        storage.put(path, "originals/a", during=cut_after(2))
    sent: list[int] = []
    storage.client.meta.events.register(
        "before-parameter-build.s3.UploadPart",
        lambda params, **_about: sent.append(params["PartNumber"]),
    )
    # the second part has changed since: its hash is asked for, not only its place
    with path.open("r+b") as file:
        file.seek(PART_BYTES)
        file.write(b"changed")
    storage.put(path, "originals/a")
    assert sent == [2, 3, 4]
    assert read_bytes(storage, "originals/a") == path.read_bytes()
    assert storage.abort_parts(before=FAR_AHEAD) == 0


def test_what_was_begun_and_left_is_swept(bucket: str, tmp_path: Path) -> None:
    storage = storage_at(bucket)
    path = large(tmp_path, 2)
    with pytest.raises(Cut):
        storage.put(path, "originals/a", during=cut_after(1))
    assert storage.abort_parts(before=LONG_AGO) == 0
    assert storage.abort_parts(before=FAR_AHEAD) == 1
    assert storage.abort_parts(before=FAR_AHEAD) == 0


def test_halves_in_a_folder_are_swept(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.put_bytes(b"x", "originals/a")
    (tmp_path / "originals" / "b.part").write_bytes(b"half")
    assert storage.abort_parts(before=LONG_AGO) == 0
    assert storage.abort_parts(before=FAR_AHEAD) == 1
    assert keys_in(storage) == ["originals/a"]


def test_a_bucket_that_does_not_answer_is_said(bucket: str, tmp_path: Path) -> None:
    nowhere = storage_at("s3://lectures?endpoint=http://127.0.0.1:9")
    missing = storage_at(bucket.replace("s3://", "s3://no-such-"))
    (tmp_path / "file").write_bytes(b"x")
    for verb in (
        lambda: nowhere.facts("a"),
        lambda: nowhere.open("a"),
        lambda: nowhere.put(tmp_path / "file", "a"),
        lambda: list(nowhere.listed("a/")),
        lambda: nowhere.delete_prefix("a/"),
    ):
        with pytest.raises(StorageUnavailableError):
            verb()
    with pytest.raises((StorageUnavailableError, FileNotFoundError)):
        missing.put(tmp_path / "file", "a")


def test_the_address_for_the_front_server_is_good_as_it_is(bucket: str) -> None:
    storage = storage_at(bucket)
    storage.put_bytes(b"0123456789", "a/b")
    endpoint = bucket.partition("endpoint=")[2]
    wanted = urllib.request.Request(
        f"{endpoint}/{storage.address('a/b', method='GET')}", headers={"Range": "bytes=2-4"}
    )
    with urllib.request.urlopen(wanted, timeout=10) as answer:
        assert (answer.status, answer.read()) == (206, b"234")
    assert storage.address("a/b", method="HEAD") != storage.address("a/b", method="GET")


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("s3://media", S3Url("media", "", None, "us-east-1")),
        (
            "s3://media/school/?endpoint=https://oss.example.cn&region=cn-1",
            S3Url("media", "school/", "https://oss.example.cn", "cn-1"),
        ),
    ],
)
def test_addresses_of_buckets(url: str, read: S3Url) -> None:
    assert S3Url.read(url) == read


@pytest.mark.parametrize("url", ["s3://", "s3:media", "s3://media?endpiont=x", "https://x", "/srv"])
def test_what_is_no_address_of_a_storage(url: str) -> None:
    with pytest.raises(UnknownStorageError):
        storage_at(url)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("", []),
        ("s3://media?endpoint=https://oss.example.cn", []),
        ("s3://media?endpoint=nowhere", ["media_pipeline.E001"]),
        ("/srv/media", ["media_pipeline.E001"]),
    ],
)
def test_a_wrong_address_is_found_before_the_school_opens(
    settings: Any, url: str, found: list[str]
) -> None:
    settings.MEDIA_STORAGE_URL = url
    assert [one.id for one in storage_is_known(None)] == found
