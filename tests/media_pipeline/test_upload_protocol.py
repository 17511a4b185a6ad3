"""The protocol as a machine of states: whatever is sent in what order, what is kept is right."""

import base64
import hashlib
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from media_pipeline import files, tus, uploads
from media_pipeline.checksums import ALGORITHMS
from media_pipeline.models import Asset, Upload, UploadState
from tests.factories.members import make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db

TUS = {"Tus-Resumable": "1.0.0"}
PATCH_TYPE = "application/offset+octet-stream"
LENGTH = 40


def stated(algorithm: str, data: bytes) -> str:
    return f"{algorithm} {base64.b64encode(ALGORITHMS[algorithm](data)).decode()}"


def signed_in() -> Client:
    client = Client()
    client.force_login(
        make_instructor(make_branch_tree().first),
        backend="lms.members.backends.NumberOrPhoneBackend",
    )
    return client


def create(client: Client, length: int = LENGTH, **about: str) -> Any:
    said = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in about.items())
    return client.post(
        "/uploads/",
        headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": said or "filename eA=="},
    )


def patch(client: Client, where: str, offset: int, data: bytes, **headers: str) -> Any:
    return client.patch(
        where,
        data,
        content_type=PATCH_TYPE,
        headers={**TUS, "Upload-Offset": str(offset), **headers},
    )


class Protocol(RuleBasedStateMachine):
    """One upload, kept as we understand it, beside the one the server keeps."""

    client: Client

    def __init__(self) -> None:
        super().__init__()
        self.where = create(self.client)["Location"]
        self.kept = b""
        self.state: str = UploadState.OPEN

    @rule(
        off=st.integers(-3, 3),
        data=st.binary(min_size=1, max_size=25),
        checksum=st.sampled_from(["", "right", "wrong", "unknown", "no base64"]),
        algorithm=st.sampled_from(sorted(ALGORITHMS)),
    )
    def send(self, off: int, data: bytes, checksum: str, algorithm: str) -> None:
        offset = max(0, len(self.kept) + off)
        header = {
            "": {},
            "right": {"Upload-Checksum": stated(algorithm, data)},
            "wrong": {"Upload-Checksum": stated(algorithm, data + b"x")},
            "unknown": {"Upload-Checksum": "md5 AAAA"},
            "no base64": {"Upload-Checksum": f"{algorithm} ?"},
        }[checksum]
        answer = patch(self.client, self.where, offset, data, **header)
        if self.state != UploadState.OPEN:
            assert answer.status_code == 410
            return
        if offset != len(self.kept):
            assert answer.status_code == 409
        elif checksum in {"unknown", "no base64"}:
            assert answer.status_code == 400
        elif checksum == "wrong":
            assert answer.status_code == 460
        elif offset + len(data) > LENGTH:
            assert answer.status_code == 409
        else:
            assert (answer.status_code, answer["Upload-Offset"]) == (204, str(offset + len(data)))
            self.kept += data
            if len(self.kept) == LENGTH:
                self.state = UploadState.FINISHED

    @precondition(lambda self: self.state == UploadState.OPEN and len(self.kept) < LENGTH)
    @rule()
    def send_the_rest(self) -> None:
        rest = bytes(range(LENGTH - len(self.kept)))
        answer = patch(self.client, self.where, len(self.kept), rest)
        assert answer.status_code == 204
        self.kept += rest
        self.state = UploadState.FINISHED

    @rule()
    def give_up(self) -> None:
        answer = self.client.delete(self.where, headers=TUS)
        assert answer.status_code == (204 if self.state == UploadState.OPEN else 410)
        if self.state == UploadState.OPEN:
            self.state = UploadState.CANCELLED

    @rule()
    def sweep(self) -> None:
        uploads.expire_uploads()

    @invariant()
    def server_and_file_say_what_was_kept(self) -> None:
        upload_id = self.where.strip("/").split("/")[1]
        answer = self.client.head(self.where, headers=TUS)
        assert Upload.objects.get(pk=upload_id).state == self.state
        part = files.upload_path(upload_id)  # type: ignore[arg-type]
        if self.state == UploadState.CANCELLED:
            assert (answer.status_code, part.exists()) == (410, False)
            return
        assert (answer.status_code, answer["Upload-Offset"]) == (200, str(len(self.kept)))
        whole = self.state == UploadState.FINISHED
        assert Asset.objects.filter(pk=upload_id).exists() == whole
        place = files.original_path(upload_id) if whole else part  # type: ignore[arg-type]
        assert place.read_bytes()[: len(self.kept)] == self.kept

    def teardown(self) -> None:
        self.client.delete(self.where, headers=TUS)


@pytest.mark.slow
def test_whatever_is_sent_what_is_kept_is_right() -> None:
    Protocol.client = signed_in()
    run_machine(
        Protocol,
        settings=settings(
            max_examples=25, stateful_step_count=12, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_bytes_that_changed_on_their_way_are_not_kept(algorithm: str) -> None:
    client = signed_in()
    where = create(client, 10)["Location"]
    upload = Upload.objects.get()
    wrong = {"Upload-Checksum": stated(algorithm, b"abcde")}
    answer = patch(client, where, 0, b"abcdx", **wrong)
    assert (answer.status_code, answer.reason_phrase, answer.content.decode()) == (
        460,
        "Checksum Mismatch",
        "这一段在传输中损坏，请重传这一段。",
    )
    assert files.upload_path(upload.pk).read_bytes() == b""
    assert patch(client, where, 0, b"abcde", **wrong).status_code == 204
    assert files.upload_path(upload.pk).read_bytes() == b"abcde"


def test_a_checked_piece_is_held_in_memory_and_so_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tus, "MOST_CHECKED_BYTES", 4)
    client = signed_in()
    where = create(client, 10)["Location"]
    right = {"Upload-Checksum": stated("sha256", b"abcd")}
    assert patch(client, where, 0, b"abcd", **right).status_code == 204
    answer = patch(client, where, 4, b"efghi", **{"Upload-Checksum": stated("sha256", b"efghi")})
    assert answer.status_code == 413
    assert client.head(where, headers=TUS)["Upload-Offset"] == "4"


def test_a_whole_that_is_not_what_was_said_is_refused() -> None:
    client = signed_in()
    said = hashlib.sha256(b"hello").hexdigest()
    where = create(client, 5, filename="课.mp4", sha256=said)["Location"]
    upload = Upload.objects.get()
    answer = patch(client, where, 0, b"jello")
    assert (answer.status_code, answer.content.decode()) == (
        460,
        "文件在传输中损坏，没有保存。请重新选择文件上传。",
    )
    upload.refresh_from_db()
    assert (upload.state, upload.reason) == (
        UploadState.REFUSED,
        "文件在传输中损坏，没有保存。请重新选择文件上传。",
    )
    assert not files.upload_path(upload.pk).exists()
    assert Asset.objects.count() == 0
    assert client.head(where, headers=TUS).status_code == 410

    whole = create(client, 5, filename="课.mp4", sha256=said.upper())["Location"]
    assert patch(client, whole, 0, b"hello").status_code == 204
    assert Asset.objects.count() == 1
    assert create(client, 5, sha256="abc").status_code == 400
