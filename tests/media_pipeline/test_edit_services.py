"""A lecture shows another content: exchanged whole, with its captions, taken back, swept."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from lms.core import clock
from lms.core.models import Job
from lms.core.states import StateMovedError
from lms.members.models import Member
from media_pipeline import (
    deletion,
    edit_registry,
    edit_services,
    edit_sweep,
    editing,
    files,
    keys,
    originals,
    playback,
    queries,
    sweeping,
    uploads,
)
from media_pipeline.edit_form import UnreadableTimeError, read_time, typed, write_time
from media_pipeline.edit_services import EditRefusedError, Match
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import (
    Asset,
    AssetState,
    CaptionTrack,
    ChapterList,
    Replacement,
    ReplacementState,
    Upload,
)
from media_pipeline.storage import media_storage, read_bytes
from media_pipeline.storage_models import Removal
from tests.factories.media import FACTS, make_asset, make_captions, make_rendition
from tests.factories.members import BranchTree, make_branch_tree, make_instructor
from tests.media_pipeline.test_back_office import signed_in

pytestmark = pytest.mark.django_db

MINUTE = 60_000
CUTS = [(0, MINUTE)]
SHOWN = ["master.m3u8", "low.mp4", "0123abcd/360p/00000.m4s"]


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


@pytest.fixture
def asset(tree: BranchTree, by: Member) -> Asset:
    """A lecture of three minutes with its files."""
    made = make_asset(branch=tree.first, by=by, facts=FACTS)
    filled(made, b"old")
    return made


def filled(asset: Asset, content: bytes) -> None:
    media_storage().put_bytes(content, files.original_key(asset.source_key))
    keep_take(asset, content)
    make_rendition(asset)


def keep_take(asset: Asset, content: bytes) -> None:
    for name in SHOWN:
        media_storage().put_bytes(content, files.take_prefix(asset.pk, asset.take) + name)


def original_bytes(asset_id: uuid.UUID) -> bytes:
    return read_bytes(media_storage(), files.original_key(asset_id))


def finished(replacement: Replacement, duration_ms: int, content: bytes = b"new") -> Asset:
    """The new content as if it had been made."""
    successor = replacement.successor
    assert successor is not None
    take = uuid.uuid4().hex
    Asset.objects.filter(pk=successor.pk).update(
        state=AssetState.READY,
        take=take,
        making=take,
        duration_ms=duration_ms,
        playable_at=clock.now(),
        ready_at=clock.now(),
    )
    successor.refresh_from_db()
    successor.renditions.all().delete()
    keep_take(successor, content)
    make_rendition(successor)
    return Replacement.objects.get(pk=replacement.pk).successor  # type: ignore[return-value]


def another_file(asset: Asset, by: Member, *, minutes: int = 2) -> Replacement:
    successor = make_asset(
        branch=asset.owner_branch, by=by, facts=FACTS, duration_ms=minutes * MINUTE
    )
    media_storage().put_bytes(b"new", files.original_key(successor.pk))
    replacement = edit_services.offer_file(asset=asset, successor=successor, by=by)
    assert replacement is not None
    finished(replacement, minutes * MINUTE)
    return Replacement.objects.get(pk=replacement.pk)


def shown_bytes(asset: Asset, by: Member) -> bytes:
    """What a player is given for the lecture."""
    link = playback.signed_progressive(asset=asset, member=by, now=clock.now())
    found = playback.linked_file(asset_id=str(asset.pk), rest="/".join(link.split("/")[-2:]))
    assert found is not None
    assert isinstance(found, playback.Link)
    return read_bytes(media_storage(), found.key)


# --- An edit --------------------------------------------------------------------------------------


def test_an_edit_is_a_lecture_of_its_own_until_it_is_shown(asset: Asset, by: Member) -> None:
    replacement = edit_services.begin_edit(asset=asset, by=by, cuts=[(0, MINUTE), (70_010, 80_000)])
    successor = replacement.successor
    assert successor is not None
    # On the pictures of 25 a second.
    assert successor.edits == [[60_000, 70_000], [80_000, 180_000]]
    assert replacement.mapping == [[60_000, 70_000, 0], [80_000, 180_000, 10_000]]
    assert (successor.state, successor.pieces.count()) == (AssetState.QUEUED, 1)
    assert Job.objects.filter(kind=queries.PROBE_JOB).count() == 0
    assert list(queries.own_lectures(by)) == [asset]
    assert set(queries.visible_assets(by)) == {asset, successor}
    with pytest.raises(EditRefusedError):
        edit_services.begin_edit(asset=asset, by=by, cuts=CUTS)


def test_who_may_not_handle_it_edits_nothing(asset: Asset, tree: BranchTree, by: Member) -> None:
    stranger = make_instructor(tree.second)
    with pytest.raises(NotYourLectureError):
        edit_services.begin_edit(asset=asset, by=stranger, cuts=CUTS)
    replacement = edit_services.begin_edit(asset=asset, by=by, cuts=CUTS)
    finished(replacement, 2 * MINUTE)
    for verb in (
        edit_services.show_successor,
        edit_services.undo_replacement,
        edit_services.discard_replacement,
    ):
        with pytest.raises(NotYourLectureError):
            verb(replacement=replacement, by=stranger)


@pytest.mark.usefixtures("any_storage")
def test_shown_and_taken_back_the_key_stays_and_the_content_changes(
    asset: Asset, by: Member
) -> None:
    make_captions(asset, (10_000, 12_000, "片头"), (70_000, 72_000, "同志们好"))
    chapters = [[0, "开场"], [30_000, "导言"], [90_000, "第一讲"]]
    ChapterList.objects.create(asset=asset, chapters=chapters, changed_at=clock.now())
    before = Asset.objects.values().get(pk=asset.pk)
    replacement = edit_services.begin_edit(asset=asset, by=by, cuts=CUTS)
    with pytest.raises(EditRefusedError):
        edit_services.show_successor(replacement=replacement, by=by)
    replacement.refresh_from_db()
    finished(replacement, 2 * MINUTE)
    replacement = Replacement.objects.get()
    assert edit_services.consequences(replacement, editing.mapping_of(((MINUTE, 180_000),))) == [
        "汉语字幕将删去 1 条，其余随画面移动。",
        "提纲将删去 1 条，其余随画面移动。",
    ]
    edit_services.show_successor(replacement=replacement, by=by)
    asset.refresh_from_db()
    assert (asset.duration_ms, asset.edits, asset.title) == (
        2 * MINUTE,
        [[60_000, 180_000]],
        before["title"],
    )
    assert shown_bytes(asset, by) == b"new"
    assert [r.take for r in asset.renditions.all()] == [asset.take]
    assert asset.caption_tracks.get().cues == [[10_000, 12_000, "同志们好"]]
    assert asset.chapter_list.chapters == [[0, "导言"], [30_000, "第一讲"]]
    # Whoever is watching the old content goes on.
    old = files.take_prefix(asset.pk, before["take"])
    assert read_bytes(media_storage(), old + SHOWN[2]) == b"old"
    edit_services.undo_replacement(replacement=replacement, by=by)
    assert Asset.objects.values().get(pk=asset.pk) == before
    assert [cue[2] for cue in CaptionTrack.objects.get(asset=asset).cues] == ["片头", "同志们好"]
    assert ChapterList.objects.get(asset=asset).chapters == chapters
    assert shown_bytes(Asset.objects.get(pk=asset.pk), by) == b"old"
    # And shown again.
    edit_services.show_successor(replacement=Replacement.objects.get(), by=by)
    asset.refresh_from_db()
    assert (shown_bytes(asset, by), asset.duration_ms) == (b"new", 2 * MINUTE)


def test_an_edit_of_an_edit_is_cut_from_the_whole_file(asset: Asset, by: Member) -> None:
    first = edit_services.begin_edit(asset=asset, by=by, cuts=CUTS)
    finished(first, 2 * MINUTE)
    edit_services.show_successor(replacement=Replacement.objects.get(), by=by)
    asset.refresh_from_db()
    again = edit_services.begin_edit(asset=asset, by=by, cuts=[(10_000, 20_000)])
    assert again.successor is not None
    assert again.successor.edits == [[60_000, 70_000], [80_000, 180_000]]
    assert original_bytes(again.successor.pk) == b"old"
    with pytest.raises(EditRefusedError):  # there is a newer one
        edit_services.undo_replacement(replacement=first, by=by)


# --- Another file ---------------------------------------------------------------------------------


def test_of_another_file_the_editor_says_how_it_matches(asset: Asset, by: Member) -> None:
    replacement = another_file(asset, by)
    with pytest.raises(EditRefusedError):
        edit_services.show_successor(replacement=replacement, by=by)
    said = edit_services.mapping_for
    assert said(replacement, Match("same")) == editing.same(180_000, 120_000)
    assert said(replacement, Match("different")) == ()
    shifted = Match("shifted", from_ms=30_000, at_ms=5_000)
    assert said(replacement, shifted) == (editing.Moved(30_000, 145_000, 5_000),)
    with pytest.raises(EditRefusedError):
        said(replacement, Match("shifted", from_ms=200_000))
    edit_services.show_successor(replacement=replacement, by=by, match=shifted)
    asset.refresh_from_db()
    assert original_bytes(asset.source_key) == b"new"
    assert Replacement.objects.get().mapping == [[30_000, 145_000, 5_000]]


def test_captions_brought_for_the_new_file_are_kept(asset: Asset, by: Member) -> None:
    make_captions(asset, (0, 2_000, "旧"))
    make_captions(asset, (0, 2_000, "old"), language="en")
    replacement = another_file(asset, by)
    assert replacement.successor is not None
    make_captions(replacement.successor, (5_000, 7_000, "新"))
    edit_services.show_successor(replacement=replacement, by=by, match=Match("different"))
    assert [track.cues for track in asset.caption_tracks.all()] == [[[5_000, 7_000, "新"]]]
    edit_services.undo_replacement(replacement=replacement, by=by)
    assert {track.language for track in asset.caption_tracks.all()} == {"zh-Hans", "en"}


def test_an_upload_says_what_it_replaces(asset: Asset, by: Member, tree: BranchTree) -> None:
    metadata = {"Upload-Length": "3", "Tus-Resumable": "1.0.0", "Upload-Metadata": "filename bmV3"}
    headers = {f"HTTP_{name.replace('-', '_').upper()}": said for name, said in metadata.items()}
    address = f"/uploads/?replaces={asset.pk}"
    stranger = signed_in(make_instructor(tree.second))
    assert stranger.post(address, **headers).status_code == 404  # type: ignore[arg-type]
    answer = signed_in(by).post(address, **headers)  # type: ignore[arg-type]
    assert answer.status_code == 201
    upload = Upload.objects.get()
    assert (upload.replaces, upload.branch) == (asset, asset.owner_branch)
    uploads.append_bytes(upload=upload, offset=0, data=b"new")
    uploads.finish_upload(upload=upload)
    replacement = Replacement.objects.get()
    assert replacement.successor is not None
    assert (replacement.asset, replacement.successor.pk) == (asset, upload.pk)
    assert (replacement.is_edit, replacement.state) == (False, ReplacementState.OPEN)


# --- Nothing stays behind -------------------------------------------------------------------------


def test_what_was_replaced_is_kept_and_then_swept(asset: Asset, by: Member, settings: Any) -> None:
    replacement = another_file(asset, by)
    former, successor_id = asset.take, replacement.successor_id
    assert successor_id is not None
    edit_services.show_successor(replacement=replacement, by=by, match=Match("different"))
    asset.refresh_from_db()
    assert edit_sweep.sweep_replaced() == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=settings.MEDIA_REPLACED_DAYS)):
        for _ in range(2):
            edit_sweep.sweep_replaced()
    asset.refresh_from_db()
    replacement.refresh_from_db()
    assert (replacement.state, replacement.successor) == (ReplacementState.SETTLED, None)
    assert (Asset.objects.count(), asset.source) == (1, None)
    with pytest.raises(StateMovedError):
        edit_services.undo_replacement(replacement=replacement, by=by)
    assert former != asset.take


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("any_storage")
def test_the_files_that_are_swept_are_the_former_ones(
    asset: Asset, by: Member, settings: Any
) -> None:
    replacement = another_file(asset, by)
    former, successor_id = asset.take, replacement.successor_id
    assert successor_id is not None
    edit_services.show_successor(replacement=replacement, by=by, match=Match("different"))
    with time_machine.travel(clock.now() + dt.timedelta(days=settings.MEDIA_REPLACED_DAYS)):
        edit_sweep.sweep_replaced()
    asset.refresh_from_db()
    assert shown_bytes(asset, by) == b"new"
    assert original_bytes(asset.pk) == b"new"
    assert not originals.exists(successor_id)
    assert list(media_storage().listed(files.lecture_prefix(successor_id))) == []
    assert list(media_storage().listed(files.take_prefix(asset.pk, former))) == []


def test_a_version_that_is_given_up_leaves_nothing(asset: Asset, by: Member) -> None:
    replacement = edit_services.begin_edit(asset=asset, by=by, cuts=CUTS)
    edit_services.discard_replacement(replacement=replacement, by=by)
    assert replacement.successor is not None
    replacement.successor.refresh_from_db()
    assert replacement.successor.state == AssetState.FAILED
    assert list(queries.visible_assets(by)) == [asset]  # nobody begins it again
    with time_machine.travel(clock.now() + edit_services.DISCARDED_FOR):
        assert edit_sweep.sweep_replaced() == 1
    assert list(Asset.objects.all()) == [asset]
    assert shown_bytes(asset, by) == b"old"
    edit_services.begin_edit(asset=asset, by=by, cuts=CUTS)


# --- Pages ----------------------------------------------------------------------------------------


def test_times_are_read_as_they_are_written() -> None:
    assert [read_time(text) for text in ("", "75", "1:15", "1：15.5", "1:02:03.007")] == [
        None,
        75_000,
        75_000,
        75_500,
        3_723_007,
    ]
    assert [write_time(ms) for ms in (0, 75_500, 3_723_007)] == [
        "0:00.000",
        "1:15.500",
        "1:02:03.007",
    ]
    with pytest.raises(UnreadableTimeError):
        read_time("1.15.3")
    fields = typed("0:10", "", ["", "1:00"], ["", "1:30"])
    assert fields.cuts(180_000) == [(0, 10_000), (60_000, 90_000)]
    with pytest.raises(UnreadableTimeError):
        typed("", "", ["1:00"], [""]).cuts(180_000)


@pytest.mark.slow
def test_the_pages_lead_from_marking_to_undoing_without_a_script(asset: Asset, by: Member) -> None:
    client: Client = signed_in(by)
    base = f"/admin/lectures/{asset.pk}/"
    assert client.get(f"{base}replacement/").status_code == 404
    refused = client.post(f"{base}edit/", {"head": "1:00", "from": ["1:10", ""], "to": ["", ""]})
    assert refused.status_code == 422
    assert "1:10" in refused.content.decode()
    answer = client.post(f"{base}edit/", {"head": "1:00", "from": ["", ""], "to": ["", ""]})
    assert answer["Location"] == f"{base}replacement/"
    finished(Replacement.objects.get(), 2 * MINUTE)
    page = client.get(f"{base}replacement/").content.decode()
    assert page.count("<video") == 2
    assert "3:00" in page
    client.post(f"{base}replacement/show/")
    asset.refresh_from_db()
    assert asset.duration_ms == 2 * MINUTE
    client.post(f"{base}replacement/undo/")
    client.post(f"{base}replacement/discard/")
    asset.refresh_from_db()
    assert (asset.duration_ms, Replacement.objects.get().state) == (
        3 * MINUTE,
        ReplacementState.DISCARDED,
    )


def test_of_another_file_the_page_asks_before_it_says_what_changes(
    asset: Asset, by: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_file(asset, by)
    asked: list[Any] = []

    def speak(asset_id: uuid.UUID, mapping: Any, duration_ms: int) -> list[str]:
        asked.append((asset_id, mapping, duration_ms))
        return ["二十三人进度保留"]

    monkeypatch.setattr(edit_registry._slot, "speakers", [speak])
    client = signed_in(by)
    address = f"/admin/lectures/{asset.pk}/replacement/"
    assert "二十三人" not in client.get(address).content.decode()
    assert "二十三人" in client.get(f"{address}?how=different").content.decode()
    assert asked == [(asset.pk, (), 2 * MINUTE)]


def test_a_lecture_is_deleted_with_its_other_contents(asset: Asset, by: Member) -> None:
    replacement = another_file(asset, by)
    successor = replacement.successor
    assert successor is not None
    edit_services.show_successor(replacement=replacement, by=by, match=Match("different"))
    with pytest.raises(deletion.OtherContentError):
        deletion.delete_asset(asset=successor, by=by)
    asset.refresh_from_db()
    deletion.delete_asset(asset=asset, by=by)
    for removal in Removal.objects.all():
        deletion.remove_files(removal_id=removal.pk)
    assert (Asset.objects.count(), Removal.objects.count()) == (0, 2)
    left = [*media_storage().listed("originals/"), *media_storage().listed("lectures/")]
    assert [one.key for one in left if str(asset.pk) in one.key] == []
    assert [one.key for one in left if str(successor.pk) in one.key] == []


def test_an_internal_lecture_stays_encrypted(asset: Asset, by: Member) -> None:
    Asset.objects.filter(pk=asset.pk).update(is_internal=True)
    asset.refresh_from_db()
    replacement = edit_services.begin_edit(asset=asset, by=by, cuts=CUTS)
    successor = finished(replacement, 2 * MINUTE)
    assert successor.is_internal
    key = keys.make_key(asset=successor, take=successor.take)
    edit_services.show_successor(replacement=Replacement.objects.get(), by=by)
    asset.refresh_from_db()
    assert keys.key_of(asset.pk, asset.take) == key
    # Made open meanwhile, the new content would be seen by whom it was not made for.
    edit_services.undo_replacement(replacement=Replacement.objects.get(), by=by)
    Asset.objects.filter(pk=successor.pk).update(is_internal=False)
    with pytest.raises(EditRefusedError):
        edit_services.show_successor(replacement=Replacement.objects.get(), by=by)


def test_what_is_exchanged_is_not_swept_as_nobodys(asset: Asset, by: Member) -> None:
    former = asset.take
    replacement = another_file(asset, by)
    edit_services.show_successor(replacement=replacement, by=by, match=Match("different"))
    with time_machine.travel(clock.now() + dt.timedelta(days=3)):
        sweeping.orphans()
    asset.refresh_from_db()
    assert original_bytes(asset.source_key) == b"new"
    old = files.take_prefix(asset.pk, former)
    assert read_bytes(media_storage(), old + SHOWN[2]) == b"old"
    edit_services.undo_replacement(replacement=Replacement.objects.get(), by=by)
    assert shown_bytes(Asset.objects.get(pk=asset.pk), by) == b"old"
