"""Uploads under faults: killed servers, vanished senders, full disks."""

import contextlib
import datetime as dt
import functools
import hashlib
import http.client
import resource
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from lms.members.models import Member
from media_pipeline import files, quotas, uploads
from media_pipeline.models import Asset, Upload
from media_pipeline.queries import lecture_branches
from tests.factories.members import make_branch_tree, make_instructor
from tests.support.processes import WebProcess, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MEGABYTE = 1024**2
TOKEN = "a" * 32
TUS = {"Tus-Resumable": "1.0.0", "X-CSRFToken": TOKEN}


@pytest.fixture
def by() -> Member:
    return make_instructor(make_branch_tree().first)


@pytest.fixture
def cookie(by: Member) -> str:
    client = Client()
    client.force_login(by, backend="lms.members.backends.NumberOrPhoneBackend")
    return f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"


@pytest.fixture
def webs(tmp_path: Path) -> Iterator[Any]:
    """`webs()` starts another web process; all end with the test."""
    running: list[WebProcess] = []

    def start() -> WebProcess:
        running.append(WebProcess(log=tmp_path / f"web-{len(running)}.log"))
        return running[-1]

    yield start
    for web in running:
        web.stop()


def begin(by: Member, length: int) -> Upload:
    branch = lecture_branches(by).first()
    return uploads.begin_upload(
        by=by, branch=branch, length=length, original_name="课.mp4", title=""
    )


class Sender:
    """One PATCH over a real connection, of which as much is sent as one likes."""

    def __init__(self, web: WebProcess, cookie: str, upload: Upload, offset: int, size: int):
        address = urlsplit(web.url)
        self.connection = http.client.HTTPConnection(
            str(address.hostname), address.port, timeout=30
        )
        self.connection.putrequest("PATCH", f"/uploads/{upload.pk}/")
        for name, value in {
            **TUS,
            "Cookie": cookie,
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(size),
        }.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()

    def send(self, data: bytes) -> None:
        self.connection.send(data)

    def answer(self) -> tuple[int, str]:
        with contextlib.closing(self.connection), self.connection.getresponse() as response:
            return response.status, response.read().decode()


def kept(upload: Upload) -> int:
    return Upload.objects.get(pk=upload.pk).offset


def is_beyond(upload: Upload, offset: int) -> bool:
    return kept(upload) > offset


def test_killed_at_twenty_offsets_it_ends_whole(webs: Any, by: Member, cookie: str) -> None:
    """F5: what was acknowledged is there, what was not is sent again, the whole is the file.

    Four files go up to each of five servers, each killed within another slice of each.
    """
    size = 6 * MEGABYTE
    content = {
        begin(by, size): hashlib.shake_256(bytes([number])).digest(size) for number in range(4)
    }
    for kill in range(5):
        web = webs()
        senders = []
        for number, (upload, data) in enumerate(content.items()):
            start = kept(upload)
            assert start == kill * MEGABYTE
            assert files.upload_path(upload.pk).read_bytes()[:start] == data[:start]
            sender = Sender(web, cookie, upload, start, size - start)
            sender.send(data[start : start + MEGABYTE + (5 * number + kill) * 50_000])
            senders.append((sender, functools.partial(is_beyond, upload, start)))
        for _sender, reached in senders:
            wait_until(reached, what=f"a slice of each file before kill {kill}")
        web.kill()
        for sender, _reached in senders:
            sender.connection.close()
    web = webs()
    for upload, data in content.items():
        start = kept(upload)
        sender = Sender(web, cookie, upload, start, size - start)
        sender.send(data[start:])
        assert sender.answer()[0] == 204
        original = files.original_path(Asset.objects.get(pk=upload.pk).pk)
        assert original.read_bytes() == data


def test_of_two_at_one_offset_one_is_told(web_process: WebProcess, by: Member, cookie: str) -> None:
    """F5: through two real connections; the other's bytes are nowhere in the file."""
    upload = begin(by, MEGABYTE)
    answers: dict[bytes, int] = {}
    gate = threading.Barrier(2)

    def go(letter: bytes) -> None:
        sender = Sender(web_process, cookie, upload, 0, MEGABYTE // 2)
        sender.send(letter * (MEGABYTE // 4))
        gate.wait()
        sender.send(letter * (MEGABYTE // 4))
        answers[letter] = sender.answer()[0]

    threads = [threading.Thread(target=go, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [204, 409]
    winner = next(letter for letter, status in answers.items() if status == 204)
    assert files.upload_path(upload.pk).read_bytes() == winner * (MEGABYTE // 2)


def test_what_a_vanished_sender_left_counts_for_a_day_and_no_longer(
    by: Member, settings: Any
) -> None:
    """F6: kept under the quota, swept after it; the room returns, on the disk as well."""
    settings.MEDIA_MEMBER_QUOTA_BYTES = 100
    start = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as moving:
        upload = begin(by, 80)
        uploads.append_bytes(upload=upload, offset=0, data=b"x" * 50)
        moving.shift(dt.timedelta(hours=23))
        assert uploads.expire_uploads() == 0
        with pytest.raises(quotas.QuotaFullError):
            begin(by, 30)
        moving.shift(dt.timedelta(hours=1))
        assert uploads.expire_uploads() == 1
        assert begin(by, 100).length == 100
    assert not files.upload_path(upload.pk).exists()


def test_the_disk_fills_while_a_file_comes_in(
    web_process: WebProcess, by: Member, cookie: str
) -> None:
    """F7: the kernel takes no more bytes: 507 in words, nothing half published, then it goes on."""
    size = 4 * MEGABYTE
    data = bytes(range(256)) * (size // 256)
    upload = begin(by, size)
    _soft, hard = resource.prlimit(web_process.pid, resource.RLIMIT_FSIZE)
    room = 2 * MEGABYTE + MEGABYTE // 2
    resource.prlimit(web_process.pid, resource.RLIMIT_FSIZE, (room, hard))
    full = Sender(web_process, cookie, upload, 0, size)
    full.send(data)
    assert full.answer() == (
        507,
        "服务器磁盘空间不足，暂时无法接收。请联系系统管理员清理空间后再试。",
    )
    assert kept(upload) == 2 * MEGABYTE
    # what did not fit does not lie about: the file ends where we say it does
    assert files.upload_path(upload.pk).read_bytes() == data[: 2 * MEGABYTE]
    assert Asset.objects.count() == 0
    # everything else goes on
    address = urlsplit(web_process.url)
    page = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    page.request("GET", "/admin/lectures/", headers={"Cookie": cookie})
    with contextlib.closing(page), page.getresponse() as response:
        assert (response.status, response.read(9)) == (200, b"<!doctype")

    resource.prlimit(web_process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    again = Sender(web_process, cookie, upload, 2 * MEGABYTE, size - 2 * MEGABYTE)
    again.send(data[2 * MEGABYTE :])
    assert again.answer()[0] == 204
    assert files.original_path(Asset.objects.get().pk).read_bytes() == data


def test_the_reserve_is_left_to_the_rest_of_the_school(by: Member, settings: Any) -> None:
    """F7: others fill the disk while a file comes in: it waits before the database must."""
    upload = begin(by, 100)
    uploads.append_bytes(upload=upload, offset=0, data=b"x" * 10)
    settings.MEDIA_RESERVE_BYTES = 10**18
    with pytest.raises(files.DiskFullError):
        uploads.append_bytes(upload=upload, offset=10, data=b"x" * 90)
    settings.MEDIA_RESERVE_BYTES = 0
    assert uploads.append_bytes(upload=upload, offset=10, data=b"x" * 90) == 100
    assert uploads.finish_upload(upload=upload)
