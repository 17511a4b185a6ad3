"""Files come in by tus: resumed from what is safely here, whole or not at all."""

import base64
import datetime as dt
import hashlib
import http.client
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from lms.members.models import Branch, Member
from media_pipeline import files, uploads
from media_pipeline.models import Asset, AssetState, Upload, UploadState
from tests.factories.media import make_recording
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db(transaction=True)

BACKEND = "lms.members.backends.NumberOrPhoneBackend"
TUS = {"Tus-Resumable": "1.0.0"}
PATCH_TYPE = "application/offset+octet-stream"


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


@pytest.fixture
def client(by: Member) -> Client:
    return signed_in(by)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend=BACKEND)
    return client


def encoded(**about: str) -> str:
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in about.items()
    )


def create(client: Client, length: int | str, branch: Branch | None = None, **about: str) -> Any:
    about = about or {"filename": "第一讲.mp4", "filetype": "video/mp4"}
    address = "/uploads/" + (f"?branch={branch.pk}" if branch else "")
    return client.post(
        address, headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": encoded(**about)}
    )


def patch(client: Client, where: str, offset: int, data: bytes, **headers: str) -> Any:
    return client.patch(
        where,
        data,
        content_type=PATCH_TYPE,
        headers={**TUS, "Upload-Offset": str(offset), **headers},
    )


def offset_at(client: Client, where: str) -> str:
    return str(client.head(where, headers=TUS)["Upload-Offset"])


def test_a_recording_in_three_pieces_becomes_a_lecture(
    tmp_path: Path, client: Client, by: Member, run_queued: Callable[..., list[str]]
) -> None:
    data = make_recording(tmp_path / "x.mp4", seconds=2).read_bytes()
    third = len(data) // 3
    created = create(client, len(data))
    assert created.status_code == 201
    where = created["Location"]
    for start, end in ((0, third), (third, 2 * third), (2 * third, len(data))):
        assert offset_at(client, where) == str(start)
        answer = patch(client, where, start, data[start:end])
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(end))

    upload = Upload.objects.get()
    asset = Asset.objects.get()
    assert (upload.state, upload.asset) == (UploadState.FINISHED, asset)
    # the lecture takes the upload's id: the page that sent it can ask after it
    assert str(asset.pk) == where.strip("/").split("/")[1]
    assert (asset.original_name, asset.title) == ("第一讲.mp4", "第一讲")
    assert (asset.uploaded_by, asset.owner_branch) == (by, upload.branch)
    run_queued()
    asset.refresh_from_db()
    assert (asset.state, asset.sha256) == (AssetState.READY, hashlib.sha256(data).hexdigest())
    assert files.original_path(asset.pk).read_bytes() == data
    assert not files.upload_path(upload.pk).exists()


def test_what_the_server_says_of_itself(client: Client) -> None:
    answer = client.options("/uploads/")
    assert answer.status_code == 204
    assert {name: answer[name] for name in answer.headers if name.startswith("Tus-")} == {
        "Tus-Resumable": "1.0.0",
        "Tus-Version": "1.0.0",
        "Tus-Extension": "creation,expiration,termination,checksum",
        "Tus-Checksum-Algorithm": "sha256,sha1,crc32",
        "Tus-Max-Size": str(8 * 1024**3),
    }
    assert client.post("/uploads/").status_code == 412
    assert client.get("/uploads/", headers=TUS).status_code == 405


@pytest.mark.parametrize(
    ("length", "status", "words"),
    [
        (0, 400, "文件是空的（0 字节）。请检查原文件后重新上传。"),
        (8 * 1024**3 + 1, 413, "文件超过 8 GB 的上限。请压缩或分段后上传。"),
        (-1, 400, "Upload-Length"),
        ("", 400, "Upload-Length"),
        ("1e3", 400, "Upload-Length"),
        ("٣", 400, "Upload-Length"),
    ],
)
def test_lengths_that_are_refused(
    client: Client, length: int | str, status: int, words: str
) -> None:
    answer = create(client, length)
    assert (answer.status_code, answer.content.decode()) == (status, words)
    assert Upload.objects.count() == 0


def test_no_room_on_the_disk(client: Client, settings: Any) -> None:
    settings.MEDIA_MEMBER_QUOTA_BYTES = settings.MEDIA_BRANCH_QUOTA_BYTES = None
    settings.MEDIA_RESERVE_BYTES = 10**18
    answer = create(client, 1000)
    assert (answer.status_code, answer.content.decode()) == (
        507,
        "服务器磁盘空间不足，暂时无法接收。请联系系统管理员清理空间后再试。",
    )
    settings.MEDIA_RESERVE_BYTES = 0
    assert create(client, 1000).status_code == 201
    # what others were promised is not promised twice
    import shutil

    settings.MEDIA_MAX_UPLOAD_BYTES = 10**18
    free = shutil.disk_usage(settings.MEDIA_ROOT).free
    assert create(client, free - 10_000_000).status_code == 201
    assert create(client, free // 2).status_code == 507


def test_the_disk_fills_while_bytes_come_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = create(client, 100)["Location"]
    upload = Upload.objects.get()
    assert patch(client, where, 0, b"x" * 10).status_code == 204
    part = files.upload_path(upload.pk)
    part.unlink()
    part.symlink_to("/dev/full")  # as a full disk answers
    answer = patch(client, where, 10, b"x" * 10)
    assert answer.status_code == 507
    assert offset_at(client, where) == "10"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("党课 第一讲（终稿）.mp4", "党课 第一讲（终稿）.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\录像\\讲课.mov", "讲课.mov"),
        ("-y.mp4", "-y.mp4"),
        ("<script>alert(1)</script>.mp4", "script>.mp4"),
        ("讲" * 300 + ".mp4", ("讲" * 300 + ".mp4")[-255:]),
        ("", "未命名"),
    ],
)
def test_names_are_kept_as_names_only(client: Client, sent: str, kept: str) -> None:
    where = create(client, 10, filename=sent)["Location"]
    upload = Upload.objects.get()
    assert upload.original_name == kept
    assert files.upload_path(upload.pk).name == where.strip("/").split("/")[1]


@pytest.mark.parametrize("header", ["filename ???", "filename /w==", "filename 5L2g5aW9x"])
def test_unreadable_metadata(client: Client, header: str) -> None:
    answer = client.post(
        "/uploads/", headers={**TUS, "Upload-Length": "5", "Upload-Metadata": header}
    )
    assert answer.status_code == 400


def test_patches_that_are_refused(client: Client) -> None:
    where = create(client, 100)["Location"]
    assert patch(client, where, 0, b"a" * 40).status_code == 204
    refused = {
        "before the end": patch(client, where, 0, b"a" * 40),
        "beyond the end": patch(client, where, 60, b"a" * 40),
        "too long": patch(client, where, 40, b"a" * 61),
        "no offset": client.patch(where, b"a", content_type=PATCH_TYPE, headers=TUS),
        "other type": client.patch(
            where, b"a", content_type="video/mp4", headers={**TUS, "Upload-Offset": "40"}
        ),
        "other version": client.patch(where, b"a", content_type=PATCH_TYPE),
    }
    assert {case: answer.status_code for case, answer in refused.items()} == {
        "before the end": 409,
        "beyond the end": 409,
        "too long": 409,
        "no offset": 400,
        "other type": 415,
        "other version": 412,
    }
    assert offset_at(client, where) == "40"
    assert patch(client, where, 40, b"a" * 60).status_code == 204
    assert patch(client, where, 100, b"a").status_code == 410


def test_two_senders_at_one_place_one_is_told(client: Client, by: Member) -> None:
    """The bytes of the one that was told 409 are nowhere in the file."""
    size = 3 * 1024**2
    where = create(client, size)["Location"]
    upload = Upload.objects.get()
    gate = threading.Barrier(4)
    answers: dict[bytes, int] = {}

    def send(letter: bytes) -> None:
        from django.db import connection

        gate.wait()
        try:
            end = uploads.append_bytes(
                upload=Upload.objects.get(pk=upload.pk), offset=0, data=letter * 1024**2
            )
            answers[letter] = end
        except uploads.OffsetConflictError:
            answers[letter] = -1
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(letter,)) for letter in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [-1, -1, -1, 1024**2]
    winner = next(letter for letter, end in answers.items() if end > 0)
    assert files.upload_path(upload.pk).read_bytes() == winner * 1024**2
    assert offset_at(client, where) == str(1024**2)


def test_uploads_are_their_senders_and_of_their_branch(client: Client, tree: BranchTree) -> None:
    where = create(client, 10, tree.first)["Location"]
    other = signed_in(make_instructor(tree.first))
    assert client.head(where, headers=TUS).status_code == 200
    assert other.head(where, headers=TUS).status_code == 404
    assert patch(other, where, 0, b"x").status_code == 404
    assert other.delete(where, headers=TUS).status_code == 404
    foreign = create(client, 10, tree.second)
    assert (foreign.status_code, Upload.objects.count()) == (403, 1)
    above = signed_in(make_instructor(tree.general))
    assert create(above, 10, tree.second).status_code == 201


def test_who_may_not_upload_finds_nothing_here(tree: BranchTree) -> None:
    assert create(signed_in(make_instructor(tree.first)), 10).status_code == 201
    assert create(signed_in(make_member(tree.first)), 10).status_code == 404
    assert create(signed_in(make_secretary(tree.first)), 10).status_code == 404
    assert create(Client(), 10).status_code == 302


def test_other_sites_cannot_send_for_us(by: Member) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(by, backend=BACKEND)
    assert create(strict, 10).status_code == 403
    strict.get("/sign-in/password/")
    from django.middleware.csrf import _get_new_csrf_string

    token = _get_new_csrf_string()
    strict.cookies["csrftoken"] = token
    headers = {**TUS, "Upload-Length": "10", "X-CSRFToken": token}
    assert strict.post("/uploads/", headers=headers).status_code == 201
    foreign = {**headers, "Origin": "https://evil.example"}
    assert strict.post("/uploads/", headers=foreign).status_code == 403


def test_cancelled_uploads_leave_nothing(client: Client) -> None:
    where = create(client, 10)["Location"]
    upload = Upload.objects.get()
    assert client.delete(where, headers=TUS).status_code == 204
    assert not files.upload_path(upload.pk).exists()
    assert client.head(where, headers=TUS).status_code == 410
    assert client.delete(where, headers=TUS).status_code == 410
    assert patch(client, where, 0, b"x").status_code == 410


def test_what_nobody_comes_back_for_goes_after_a_day(client: Client) -> None:
    start = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as moving:
        member = make_instructor(make_branch_tree("二").first)
        client = signed_in(member)
        where = create(client, 10)["Location"]
        upload = Upload.objects.get()
        moving.shift(dt.timedelta(hours=10))
        client.force_login(member, backend=BACKEND)
        assert patch(client, where, 0, b"x" * 4).status_code == 204
        moving.shift(dt.timedelta(hours=20))
        assert uploads.expire_uploads() == 0
        assert files.upload_path(upload.pk).exists()
        moving.shift(dt.timedelta(hours=5))
        client.force_login(member, backend=BACKEND)
        assert patch(client, where, 4, b"x").status_code == 410
        assert uploads.expire_uploads() == 1
        assert uploads.expire_uploads() == 0
    assert not files.upload_path(upload.pk).exists()


def test_a_finish_that_was_cut_off_is_finished_later(client: Client) -> None:
    """The server died after the last byte: the sender hears "complete" and never comes back."""
    create(client, 5)
    upload = Upload.objects.get()
    uploads.append_bytes(upload=upload, offset=0, data=b"whole")
    # half of it: the file has moved, nothing is written down
    files.move_in(files.upload_path(upload.pk), files.original_path(upload.pk))
    assert uploads.expire_uploads() == 0
    assert uploads.expire_uploads() == 0
    upload.refresh_from_db()
    asset = Asset.objects.get()
    assert (upload.state, upload.asset, asset.size_bytes) == (UploadState.FINISHED, asset, 5)
    assert files.original_path(asset.pk).read_bytes() == b"whole"


def test_one_person_cannot_hold_every_place(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OPEN_UPLOADS", 2)
    assert [create(client, 5).status_code for _ in range(3)] == [201, 201, 429]


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_killed_server(
    client: Client, web_process: Any, by: Member
) -> None:
    """`kill -9` in mid-upload: the offset told after is on disk, and the upload goes on."""
    size = 6 * 1024**2
    data = hashlib.sha256(b"seed").digest() * (size // 32)
    where = create(client, size)["Location"]
    address = urlsplit(web_process.url)
    session = client.cookies["sessionid"].value
    token = "a" * 32
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    connection.putrequest("PATCH", where)
    for name, value in {
        **TUS,
        "Upload-Offset": "0",
        "Content-Type": PATCH_TYPE,
        "Content-Length": str(size),
        "Cookie": f"sessionid={session}; csrftoken={token}",
        "X-CSRFToken": token,
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(data[: 4 * 1024**2])
    from tests.support.processes import wait_until

    wait_until(lambda: int(offset_at(client, where)) >= 3 * 1024**2, what="three megabytes")
    web_process.kill()
    connection.close()

    upload = Upload.objects.get()
    kept = upload.offset
    assert 3 * 1024**2 <= kept <= 4 * 1024**2
    assert files.upload_path(upload.pk).read_bytes()[:kept] == data[:kept]
    assert patch(client, where, kept, data[kept:]).status_code == 204
    asset = Asset.objects.get()
    assert files.original_path(asset.pk).read_bytes() == data
