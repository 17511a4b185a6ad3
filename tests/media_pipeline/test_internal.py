"""An internal lecture is shown encrypted, and its key given to who may see it at this moment."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.catalogue.services import publish_page
from lms.core import clock, jobs
from lms.core.models import Job, JobState
from lms.members.models import Member
from media_pipeline import files, internal, keys, queries, services, transcoding
from media_pipeline.errors import NotYourLectureError
from media_pipeline.internal import Packaging, packaging_of, set_internal
from media_pipeline.models import Asset, AssetState, KeyCount, TakeKey
from media_pipeline.playback import (
    LINK_SECONDS,
    InternalMaterialError,
    signed_playlist,
    signed_progressive,
    watermark,
)
from media_pipeline.storage import StorageUnavailableError, media_storage
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.media import make_asset, make_recording
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.media_pipeline.test_publishing import downloaded
from tests.support.bucket import keys_in
from tests.support.hls import faults_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BACKEND = "lms.members.backends.NumberOrPhoneBackend"


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording")
    return make_recording(folder / "内部.mp4", seconds=6, size="640x360")


@pytest.fixture
def ready(
    recording: Path, by: Member, tree: BranchTree, run_queued: Callable[..., list[str]]
) -> Callable[..., Asset]:
    def make(**how: Any) -> Asset:
        asset = services.ingest_file(path=recording, title="内部", by=by, branch=tree.first, **how)
        run_queued()
        asset.refresh_from_db()
        assert (asset.state, asset.reason) == (AssetState.READY, "")
        return asset

    return make


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend=BACKEND)
    return client


def folder_of(asset: Asset, member: Member) -> str:
    link = signed_playlist(asset=asset, member=member, now=clock.now())
    return link.removesuffix("master.m3u8")


def names(asset: Asset) -> set[str]:
    prefix = files.take_prefix(asset.pk, asset.take)
    return {key.removeprefix(prefix) for key in keys_in(media_storage(), prefix)}


# --- Packaging --------------------------------------------------------------------------------


def test_internal_from_the_first(
    any_storage: str, ready: Callable[..., Asset], tmp_path: Path
) -> None:
    asset = ready(is_internal=True)
    key = keys.key_of(asset.pk, asset.take)
    assert key is not None
    assert faults_of(downloaded(asset, tmp_path / "take"), key=key) == []
    assert "low.mp4" not in names(asset)
    assert packaging_of(asset) is Packaging.DONE
    assert bytes(TakeKey.objects.get().sealed).find(key) == -1


def test_made_internal_and_back_without_encoding(
    any_storage: str,
    ready: Callable[..., Asset],
    by: Member,
    tmp_path: Path,
    run_queued: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asset = ready()
    plain = {path: path.read_bytes() for path in _files(downloaded(asset, tmp_path / "plain"))}
    monkeypatch.setattr(transcoding.Run, "make", None)  # whoever encodes now fails
    first = asset.take
    set_internal(asset=asset, is_internal=True, by=by)
    assert packaging_of(asset) is Packaging.WAITING
    assert run_queued() == ["media_pipeline.repackage_asset"]
    asset.refresh_from_db()
    key = keys.key_of(asset.pk, asset.take)
    assert key is not None
    assert faults_of(downloaded(asset, tmp_path / "sealed"), key=key) == []
    assert media_storage().folders(files.lecture_prefix(asset.pk)) == [asset.take]
    assert ("low.mp4" in names(asset), packaging_of(asset)) == (False, Packaging.DONE)

    set_internal(asset=asset, is_internal=False, by=by)
    run_queued()
    asset.refresh_from_db()
    back = {path: path.read_bytes() for path in _files(downloaded(asset, tmp_path / "back"))}
    assert faults_of(tmp_path / "back") == []
    assert {path.name for path in back} == {path.name for path in plain}
    same = {path.relative_to(tmp_path / "plain"): data for path, data in plain.items()}
    for path, data in back.items():
        if path.name != "low.mp4":
            assert data == same[path.relative_to(tmp_path / "back")], path
    assert TakeKey.objects.count() == 0

    # a key of its own each time
    set_internal(asset=asset, is_internal=True, by=by)
    run_queued()
    asset.refresh_from_db()
    assert keys.key_of(asset.pk, asset.take) != key
    assert asset.take != first


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_not_shown_early(
    any_storage: str,
    by: Member,
    tree: BranchTree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    package = internal._package

    def look(asset: Asset, lease: jobs.Lease) -> None:
        seen.append(Asset.objects.get(pk=asset.pk).take)
        package(asset, lease)

    monkeypatch.setattr(internal, "_package", look)
    long = make_recording(tmp_path / "lecture.mp4", seconds=16, size="960x540")
    asset = services.ingest_file(
        path=long, title="内部", by=by, branch=tree.first, is_internal=True
    )
    services.process_now(asset=asset)
    assert seen == [""]
    assert asset.ready_at is not None
    assert asset.playable_at is not None
    key = keys.key_of(asset.pk, asset.take)
    assert faults_of(downloaded(asset, tmp_path / "take"), key=key) == []


def test_made_internal_while_it_is_made(
    any_storage: str,
    by: Member,
    tree: BranchTree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was shown early is not shown any more, and no clear segment is left."""
    show_first = transcoding.Run._show_first
    shown: list[str] = []

    def mark(run: transcoding.Run) -> None:
        show_first(run)
        if run.asset.take and not shown:
            row = Asset.objects.get(pk=run.asset.pk)
            shown.append(row.take)
            set_internal(asset=row, is_internal=True, by=by)
            row.refresh_from_db()
            shown.append(row.take)

    monkeypatch.setattr(transcoding.Run, "_show_first", mark)
    long = make_recording(tmp_path / "lecture.mp4", seconds=16, size="960x540")
    asset = services.ingest_file(path=long, title="内部", by=by, branch=tree.first)
    services.process_now(asset=asset)
    assert (len(shown[0]), shown[1], asset.state) == (32, "", AssetState.READY)
    assert asset.take != shown[0]
    assert media_storage().folders(files.lecture_prefix(asset.pk)) == [asset.take]
    key = keys.key_of(asset.pk, asset.take)
    assert key is not None
    assert faults_of(downloaded(asset, tmp_path / "take"), key=key) == []
    assert "low.mp4" not in names(asset)


def test_packaging_that_was_killed_is_done_again(
    any_storage: str,
    ready: Callable[..., Asset],
    by: Member,
    run_queued: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asset = ready()

    class Killed(BaseException):
        pass

    def killed(*_about: Any, **_how: Any) -> None:
        raise Killed

    set_internal(asset=asset, is_internal=True, by=by)
    job = Job.objects.get(kind=internal.REPACKAGE_JOB)
    monkeypatch.setattr(internal.files, "drop_other_takes", killed)
    with pytest.raises(Killed):
        internal.repackage_asset(job_id=job.pk)
    monkeypatch.undo()
    asset.refresh_from_db()
    sealed = asset.take
    assert len(media_storage().folders(files.lecture_prefix(asset.pk))) == 2
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - dt.timedelta(seconds=1))
    internal.repackage_asset(job_id=job.pk)
    asset.refresh_from_db()
    assert asset.take == sealed
    assert media_storage().folders(files.lecture_prefix(asset.pk)) == [sealed]
    job.refresh_from_db()
    assert job.state == JobState.DONE
    # delivered once more, it finds nothing to do
    internal.repackage_asset(job_id=job.pk)
    asset.refresh_from_db()
    assert asset.take == sealed


def test_packaging_that_fails_leaves_the_old_and_offers_a_way(
    ready: Callable[..., Asset],
    by: Member,
    run_queued: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asset = ready()
    before = asset.take

    def down(*_about: Any, **_how: Any) -> None:
        raise StorageUnavailableError

    monkeypatch.setattr(internal, "copy_to", down)
    set_internal(asset=asset, is_internal=True, by=by)
    run_queued()
    asset.refresh_from_db()
    assert (asset.take, asset.state, packaging_of(asset)) == (
        before,
        AssetState.READY,
        Packaging.FAILED,
    )
    page = signed_in(by).get(f"/admin/lectures/{asset.pk}/").content.decode()
    assert "重新打包没有完成" in page
    assert "再次打包" in page
    assert internal.settle_packaging() == 0  # not at once again
    monkeypatch.undo()
    assert (
        signed_in(by).post(f"/admin/lectures/{asset.pk}/internal/", {"internal": "1"}).status_code
        == 302
    )
    run_queued()
    asset.refresh_from_db()
    assert packaging_of(asset) is Packaging.DONE


def test_what_was_marked_at_the_last_moment_is_packaged_by_the_sweep(
    ready: Callable[..., Asset], run_queued: Callable[..., list[str]]
) -> None:
    asset = ready()
    Asset.objects.update(is_internal=True)
    assert internal.settle_packaging() == 1
    assert internal.settle_packaging() == 0
    run_queued()
    asset.refresh_from_db()
    assert queries.is_sealed(asset) is True
    assert internal.settle_packaging() == 0


# --- Keys -------------------------------------------------------------------------------------


@pytest.fixture
def sealed(tree: BranchTree, by: Member) -> Asset:
    """An internal lecture's rows; its files matter to nobody here."""
    asset = make_asset(branch=tree.first, by=by, is_internal=True)
    keys.make_key(asset=asset, take=asset.take)
    return asset


def test_the_key_is_for_who_may_see_the_lesson_now(tree: BranchTree, sealed: Asset) -> None:
    writer = editor()
    made = course(by=writer, audience=tree.first)
    page = lesson(chapter=chapter(course=made, by=writer), by=writer, asset=sealed)
    member, stranger = make_member(tree.first), make_member(tree.second)
    key = keys.key_of(sealed.pk, sealed.take)
    answer = signed_in(member).get(folder_of(sealed, member) + "key")
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (
        200,
        key,
        "private, no-store",
    )
    assert answer["Content-Type"] == "application/octet-stream"
    refused = signed_in(stranger).get(folder_of(sealed, stranger) + "key")
    assert key is not None
    assert (refused.status_code, key in refused.content) == (404, False)
    # taken away, it is gone at once: the link is the same
    client, link = signed_in(member), folder_of(sealed, member) + "key"
    page.unpublish()
    assert client.get(link).status_code == 404
    publish_page(page=page, by=writer)
    assert client.get(link).status_code == 200
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get(link).status_code == 302
    counts = KeyCount.objects.order_by("member_id").values_list("member", "given", "refused")
    assert list(counts) == [(member.pk, 2, 1), (stranger.pk, 0, 1)]
    assert queries.key_totals(sealed) == {"given": 2, "refused": 2, "members": 1}


def test_who_looks_after_the_lecture_has_its_key(
    tree: BranchTree, by: Member, sealed: Asset
) -> None:
    other = make_instructor(tree.second)
    assert signed_in(by).get(folder_of(sealed, by) + "key").status_code == 200
    assert signed_in(other).get(folder_of(sealed, other) + "key").status_code == 404


def test_no_other_address_gives_a_key(tree: BranchTree, by: Member, sealed: Asset) -> None:
    client = signed_in(by)
    link = folder_of(sealed, by) + "key"
    open_lecture = make_asset(branch=tree.first, by=by)
    wrong = [
        link.replace(sealed.take, "0" * 32),
        link.replace(sealed.take, sealed.take.upper()),
        link.replace(f"/{sealed.take}/key", "/key"),
        link.replace(f"/{by.pk}/", f"/{by.pk + 1}/"),
        link + "/",
        link + "%00",
        folder_of(sealed, by) + "360p/key",
        folder_of(open_lecture, by) + "key",
        folder_of(sealed, make_member(tree.first)) + "key",
    ]
    assert [client.get(address).status_code for address in wrong] == [404] * len(wrong)
    assert Client().get(link)["Location"].split("?")[0] == "/sign-in/"
    assert client.post(link).status_code == 405
    with time_machine.travel(clock.now() + dt.timedelta(seconds=LINK_SECONDS + 31), tick=False):
        assert client.get(link).status_code == 410
    assert KeyCount.objects.count() == 0


def test_keys_are_kept_encrypted_and_survive_a_new_secret(sealed: Asset, settings: Any) -> None:
    key = keys.key_of(sealed.pk, sealed.take)
    assert key is not None
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another-" + "0123456789abcdef" * 4
    with pytest.raises(keys.KeyUnreadableError):
        keys.key_of(sealed.pk, sealed.take)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert keys.key_of(sealed.pk, sealed.take) == key
    settings.MEDIA_KEY_SECRET = "of its own"
    assert keys.key_of(sealed.pk, sealed.take) == key
    # bound to its row: in another one's place it opens nothing
    TakeKey.objects.update(take="0" * 32)
    with pytest.raises(keys.KeyUnreadableError):
        keys.key_of(sealed.pk, "0" * 32)


def test_a_take_has_one_key(sealed: Asset) -> None:
    assert keys.make_key(asset=sealed, take=sealed.take) == keys.key_of(sealed.pk, sealed.take)
    other = keys.make_key(asset=sealed, take="1" * 32)
    assert other != keys.key_of(sealed.pk, sealed.take)
    keys.drop_other_keys(asset=sealed, keep="1" * 32)
    assert keys.key_of(sealed.pk, sealed.take) is None
    assert keys.key_of(sealed.pk, "1" * 32) == other


# --- What else is different -------------------------------------------------------------------


def test_no_single_file(tree: BranchTree, by: Member, sealed: Asset) -> None:
    with pytest.raises(InternalMaterialError) as refused:
        signed_progressive(asset=sealed, member=by, now=clock.now())
    assert refused.value.message == ("这是内部资料，只能在课程页面里观看，不能作为单个文件播放。")
    # one that was left from before is not served
    media_storage().put_bytes(b"low", files.take_prefix(sealed.pk, sealed.take) + "low.mp4")
    client = signed_in(by)
    assert client.get(folder_of(sealed, by) + "low.mp4").status_code == 404
    Asset.objects.update(is_internal=False)
    assert client.get(folder_of(sealed, by) + "low.mp4").status_code == 200


def test_who_is_watching_is_written_over_it(tree: BranchTree, by: Member, sealed: Asset) -> None:
    member = make_member(tree.first, number="400777", name="张秀英")
    assert watermark(asset=sealed, member=member) == "张秀英 0777"
    open_lecture = make_asset(branch=tree.first, by=by)
    assert watermark(asset=open_lecture, member=member) == ""


def test_only_those_of_the_branch_decide(tree: BranchTree, by: Member) -> None:
    asset = make_asset(branch=tree.first, by=by, state=AssetState.QUEUED)
    with pytest.raises(NotYourLectureError):
        set_internal(asset=asset, is_internal=True, by=make_instructor(tree.second))
    address = f"/admin/lectures/{asset.pk}/internal/"
    assert signed_in(by).post(address, {"internal": "1"}).status_code == 302
    asset.refresh_from_db()
    assert (asset.is_internal, packaging_of(asset)) == (True, Packaging.LATER)
    assert signed_in(by).post(address, {"internal": "0"}).status_code == 302
    asset.refresh_from_db()
    assert asset.is_internal is False
    assert jobs.jobs_of(subject_id=str(asset.pk)).count() == 0
