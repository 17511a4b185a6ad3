"""Deleting a lecture: nothing stays behind, and nothing that is used goes."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lms.core.models import Job, JobState
from lms.members.models import Member
from media_pipeline import deletion, errors, files, making, uses
from media_pipeline.deletion import AlreadyDeletedError, LectureInUseError
from media_pipeline.models import Asset, AssetState, CaptionTrack, Rendition
from media_pipeline.storage_models import Removal
from media_pipeline.uses import Use
from tests.factories import courses
from tests.factories.media import make_asset, make_captions, make_piece, make_rendition, make_take
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
)

pytestmark = pytest.mark.django_db

BACKEND = "lms.members.backends.NumberOrPhoneBackend"


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend=BACKEND)
    return client


def whole_lecture(tree: BranchTree, by: Member) -> Asset:
    asset = make_asset(branch=tree.first, by=by, title="旧课")
    make_rendition(asset)
    make_captions(asset)
    make_take(asset, {"master.m3u8": b"#EXTM3U\n"})
    original = files.original_path(asset.pk)
    original.parent.mkdir(parents=True, exist_ok=True)
    original.write_bytes(b"x")
    return asset


def test_rows_and_files_go(
    tree: BranchTree, by: Member, django_capture_on_commit_callbacks: Any
) -> None:
    asset = whole_lecture(tree, by)
    asset_id = asset.pk
    client = signed_in(by)
    page = client.get(f"/admin/lectures/{asset_id}/delete/")
    assert "确定要删除《旧课》吗？" in page.content.decode()
    answer = client.post(f"/admin/lectures/{asset_id}/delete/", follow=True)
    assert "已删除《旧课》。" in answer.content.decode()
    assert (Asset.objects.count(), Rendition.objects.count(), CaptionTrack.objects.count()) == (
        0,
        0,
        0,
    )
    removal = Removal.objects.get()
    assert (removal.asset_id, removal.title, removal.removed_by, removal.files_gone_at) == (
        asset_id,
        "旧课",
        by,
        None,
    )
    # the message was lost: the sweep finds it
    assert deletion.sweep_removals() == 1
    assert deletion.sweep_removals() == 0
    assert not files.original_path(asset_id).exists()
    assert not files.lecture_folder(asset_id).exists()
    assert Removal.objects.get().files_gone_at is not None
    with pytest.raises(AlreadyDeletedError):
        deletion.delete_asset(asset=Asset(pk=asset_id, **_place(tree, by)), by=by)


def _place(tree: BranchTree, by: Member) -> dict[str, Any]:
    return {"owner_branch": tree.first, "uploaded_by": by}


@pytest.mark.django_db(transaction=True)
def test_files_go_right_after_the_commit(
    tree: BranchTree, by: Member, run_queued: Callable[..., list[str]]
) -> None:
    asset = whole_lecture(tree, by)
    asset_id = asset.pk
    deletion.delete_asset(asset=asset, by=by)
    assert files.original_path(asset_id).exists()
    assert run_queued() == ["media_pipeline.remove_files"]
    assert not files.original_path(asset_id).exists()
    assert not files.lecture_folder(asset_id).exists()


def test_work_on_it_ends(tree: BranchTree, by: Member) -> None:
    asset = make_asset(branch=tree.first, by=by, state=AssetState.RUNNING, making="a" * 32)
    make_piece(asset)
    deletion.delete_asset(asset=asset, by=by)
    job = Job.objects.get()
    assert job.state == JobState.CANCELLED
    making.encode_piece(job_id=job.pk)  # a message that comes late does no harm


@pytest.mark.slow
def test_who_may(tree: BranchTree, by: Member) -> None:
    colleague = make_instructor(tree.first)
    administrator = make_administrator(tree.first)
    stranger = make_administrator(tree.second)
    asset = make_asset(branch=tree.first, by=by)
    assert [
        signed_in(member).get(f"/admin/lectures/{asset.pk}/delete/").status_code
        for member in (by, colleague, administrator, stranger)
    ] == [200, 404, 200, 404]
    with pytest.raises(errors.NotYourLectureError):
        deletion.delete_asset(asset=asset, by=colleague)
    deletion.delete_asset(asset=asset, by=administrator)


@pytest.mark.slow
def test_what_a_lesson_shows_stays(tree: BranchTree, by: Member) -> None:
    editor = make_administrator(tree.committee)
    asset = courses.lecture(by=by, owner_branch=tree.first)
    course = courses.course(by=editor, audience=tree.first)
    chapter = courses.chapter(course=course, by=editor)
    courses.lesson(chapter=chapter, by=editor, title="第一讲", blocks=[("video", asset)])
    with pytest.raises(LectureInUseError) as refused:
        deletion.delete_asset(asset=asset, by=by)
    assert refused.value.message == (
        "这个视频正在使用，不能删除：《第一讲》。请先在那里换成别的视频。"
    )
    client = signed_in(by)
    page = client.get(f"/admin/lectures/{asset.pk}/delete/").content.decode()
    assert "《第一讲》" in page
    assert "button serious" not in page
    assert client.post(f"/admin/lectures/{asset.pk}/delete/").status_code == 302
    assert Asset.objects.count() == 1


@pytest.mark.slow
def test_a_draft_keeps_it_too_and_foreign_lessons_have_no_name(
    tree: BranchTree, by: Member
) -> None:
    editor = make_administrator(tree.committee)
    asset = courses.lecture(by=by, owner_branch=tree.first)
    chapter = courses.chapter(course=courses.course(by=editor, audience=tree.second), by=editor)
    lesson = courses.lesson(
        chapter=chapter, by=editor, title="别处的课", blocks=[("article", "文")]
    )
    assert uses.uses_of(asset.pk, by) == []
    lesson.body = [("video", asset)]
    lesson.save_revision(user=editor)
    assert uses.uses_of(asset.pk, by) == [Use("")]
    with pytest.raises(LectureInUseError) as refused:
        deletion.delete_asset(asset=asset, by=by)
    assert refused.value.message == (
        "这个视频正在使用，不能删除：另外 1 处。请先在那里换成别的视频。"
    )
    assert [use.name for use in uses.uses_of(asset.pk, editor)] == ["《别处的课》"]


def test_files_of_a_lecture_that_is_there_again_stay(tree: BranchTree, by: Member) -> None:
    asset = whole_lecture(tree, by)
    kept = asset.pk
    deletion.delete_asset(asset=asset, by=by)
    make_asset(branch=tree.first, by=by, id=kept)
    deletion.sweep_removals()
    assert files.original_path(kept).exists()
    deletion.remove_files(removal_id=0)
    assert uuid.UUID(str(kept)) == kept
