"""An upload is a lecture once its bytes are in the storage, whoever dies on the way."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client

from lms.members.models import Member
from media_pipeline import files, originals, uploads
from media_pipeline.models import Asset, Upload, UploadState
from media_pipeline.playback import signed_playlist
from media_pipeline.storage import StorageUnavailableError, media_storage, read_bytes, storage_at
from tests.factories.media import make_asset
from tests.factories.members import BranchTree, make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db

TUS = {"Tus-Resumable": "1.0.0"}
DATA = b"recording" * 1000


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


@pytest.fixture
def client(by: Member) -> Client:
    client = Client()
    client.force_login(by, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.fixture
def upload(by: Member, tree: BranchTree) -> Upload:
    return uploads.begin_upload(
        by=by, branch=tree.first, length=len(DATA), original_name="第一讲.mp4", title=""
    )


def send(client: Client, upload: Upload) -> Any:
    return client.patch(
        f"/uploads/{upload.pk}/",
        data=DATA,
        content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": "0"},
    )


def head(client: Client, upload: Upload) -> Any:
    return client.head(f"/uploads/{upload.pk}/", headers=TUS)


def test_an_upload_goes_into_the_storage(any_storage: str, client: Client, upload: Upload) -> None:
    assert send(client, upload).status_code == 204
    asset = Asset.objects.get()
    assert asset.pk == upload.pk
    assert read_bytes(media_storage(), files.original_key(asset.pk)) == DATA
    assert not files.upload_path(upload.pk).exists()


def test_not_saved_before_it_is_stored(
    bucket: str, client: Client, upload: Upload, settings: Any
) -> None:
    settings.MEDIA_STORAGE_URL = "s3://nowhere?endpoint=http://127.0.0.1:9"
    answer = send(client, upload)
    assert (answer.status_code, answer.content.decode()) == (503, StorageUnavailableError().message)
    assert head(client, upload).status_code == 503
    assert uploads.expire_uploads() == 0
    upload.refresh_from_db()
    assert (upload.state, upload.offset, Asset.objects.count()) == ("open", len(DATA), 0)
    # the storage answers again: whoever asks first finishes it
    settings.MEDIA_STORAGE_URL = bucket
    answer = head(client, upload)
    assert (answer.status_code, answer["Upload-Offset"]) == (200, str(len(DATA)))
    assert Asset.objects.get().pk == upload.pk
    assert read_bytes(media_storage(), files.original_key(upload.pk)) == DATA


def test_killed_between_the_storage_and_the_row(
    bucket: str, client: Client, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(**_about: object) -> None:
        raise Killed

    monkeypatch.setattr(uploads, "register_asset", killed)
    with pytest.raises(Killed):
        send(client, upload)
    assert originals.exists(upload.pk) is True
    assert (Asset.objects.count(), files.upload_path(upload.pk).exists()) == (0, True)
    monkeypatch.undo()
    uploads.expire_uploads()
    upload.refresh_from_db()
    assert (upload.state, Asset.objects.get().pk) == (UploadState.FINISHED, upload.pk)
    assert not files.upload_path(upload.pk).exists()


def test_another_machine_leaves_it_to_the_one_that_has_it(
    bucket: str, client: Client, upload: Upload, settings: Any, tmp_path: Path
) -> None:
    uploads.append_bytes(upload=upload, offset=0, data=DATA)
    own = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path / "another"
    uploads.expire_uploads()
    upload.refresh_from_db()
    assert (upload.state, Asset.objects.count()) == ("open", 0)
    settings.MEDIA_ROOT = own
    uploads.expire_uploads()
    assert Asset.objects.get().pk == upload.pk


def test_a_front_server_fetches_from_the_bucket_itself(
    bucket: str, client: Client, by: Member, tree: BranchTree, settings: Any
) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/media-bucket/"
    asset = make_asset(branch=tree.first, by=by)
    from lms.core import clock

    at = signed_playlist(asset=asset, member=by, now=clock.now()).removesuffix("master.m3u8")
    storage = storage_at(bucket)
    for verb in (client.get, client.head):
        answer = verb(f"{at}360p/00000.m4s")
        path, _mark, query = answer["X-Accel-Redirect"].partition("?")
        assert path == (
            f"/media-bucket/{storage.where.bucket}/school/lectures/{asset.pk}/{asset.take}"  # type: ignore[attr-defined]
            "/360p/00000.m4s"
        )
        assert "X-Amz-Signature=" in query
        assert (answer["Content-Type"], answer.content) == ("video/iso.segment", b"")
    assert client.get(f"{at}secret.txt").status_code == 404


def test_a_storage_that_is_down_is_said_to_the_player(
    bucket: str, client: Client, by: Member, tree: BranchTree, settings: Any
) -> None:
    from lms.core import clock

    asset = make_asset(branch=tree.first, by=by)
    settings.MEDIA_STORAGE_URL = "s3://nowhere?endpoint=http://127.0.0.1:9"
    playlist = signed_playlist(asset=asset, member=by, now=clock.now())
    answer = client.get(playlist)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (
        503,
        "5",
        "no-store",
    )


@pytest.fixture(autouse=True)
def _clean() -> Any:
    yield
    shutil.rmtree(Path(configured.MEDIA_ROOT) / "uploads", ignore_errors=True)
