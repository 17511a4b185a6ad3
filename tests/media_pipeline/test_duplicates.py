"""The same recording twice: said to those who see both, and to nobody else."""

from typing import Any

import pytest
from django.test import Client

from lms.members.models import Member
from media_pipeline import duplicates, uploads
from media_pipeline.models import AssetState
from tests.factories.media import make_asset
from tests.factories.members import BranchTree, make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db

BACKEND = "lms.members.backends.NumberOrPhoneBackend"
SHA = "a" * 64


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


def asked(by: Member, **about: Any) -> dict[str, Any]:
    answer = signed_in(by).get("/admin/lectures/upload/before/", about)
    found: dict[str, Any] = answer.json()
    return found


def test_the_same_content_is_named(tree: BranchTree, by: Member) -> None:
    first = make_asset(branch=tree.first, by=by, title="原来那个", sha256=SHA)
    again = make_asset(
        branch=tree.first, by=by, title="又一个", sha256=SHA, state=AssetState.QUEUED
    )
    make_asset(branch=tree.first, by=by, sha256=SHA, state=AssetState.FAILED)
    make_asset(branch=tree.first, by=by, sha256="b" * 64)
    unknown = make_asset(branch=tree.first, by=by, state=AssetState.UPLOADED)
    make_asset(branch=tree.first, by=by, state=AssetState.UPLOADED)
    assert list(duplicates.same_lectures(by, again)) == [first]
    assert list(duplicates.same_lectures(by, unknown)) == []
    client = signed_in(by)
    status = client.get(f"/admin/lectures/{again.pk}/status/").json()
    assert status["same_as"] == {"title": "原来那个", "url": f"/admin/lectures/{first.pk}/"}
    page = client.get(f"/admin/lectures/{again.pk}/").content.decode()
    assert f"与《原来那个》相同（{tree.first.name}）。" in page
    assert f'href="/admin/lectures/{again.pk}/delete/"' in page


def test_nobody_learns_of_what_he_may_not_see(tree: BranchTree, by: Member) -> None:
    own = make_asset(branch=tree.first, by=by, sha256=SHA, size_bytes=77, original_name="课.mp4")
    other = make_instructor(tree.second)
    theirs = make_asset(branch=tree.second, by=other, sha256=SHA)
    assert duplicates.same_as(by, own) == {}
    assert duplicates.same_as(other, theirs) == {}
    assert "same_as" not in signed_in(by).get(f"/admin/lectures/{own.pk}/status/").json()
    assert asked(other, name="课.mp4", size=77)["known"] is None
    above = make_instructor(tree.general)
    assert duplicates.same_as(above, own)["same_as"]["title"] == theirs.title


@pytest.mark.slow
def test_a_hint_by_name_and_size_before_sending(tree: BranchTree, by: Member) -> None:
    known = make_asset(branch=tree.first, by=by, title="旧", size_bytes=77, original_name="课.mp4")
    named = {"title": "旧", "url": f"/admin/lectures/{known.pk}/"}
    assert [
        asked(by, name=name, size=size)["known"]
        for name, size in (("课.mp4", 77), ("课.mp4", 78), ("别的.mp4", 77), ("", "x"))
    ] == [named, None, None, None]


@pytest.mark.slow
def test_a_file_goes_on_with_the_own_upload_it_belongs_to(tree: BranchTree, by: Member) -> None:
    upload = uploads.begin_upload(
        by=by,
        branch=tree.first,
        length=77,
        original_name="课.mp4",
        title="讲",
        fingerprint="77-1-ab",
    )
    resume = {"url": f"/uploads/{upload.pk}/", "title": "讲"}
    assert asked(by, name="改了名.mp4", size=77, fingerprint="77-1-ab")["resume"] == resume
    assert asked(by, name="课.mp4", size=78, fingerprint="77-1-ab")["resume"] is None
    assert asked(by, name="课.mp4", size=77, fingerprint="77-2-ab")["resume"] is None
    assert asked(by, name="课.mp4", size=77, fingerprint="")["resume"] is None
    colleague = make_instructor(tree.first)
    assert asked(colleague, name="课.mp4", size=77, fingerprint="77-1-ab")["resume"] is None
    uploads.cancel_upload(upload=upload)
    assert asked(by, name="课.mp4", size=77, fingerprint="77-1-ab")["resume"] is None


def test_what_will_not_fit_is_said_before_it_is_sent(
    tree: BranchTree, by: Member, settings: Any
) -> None:
    settings.MEDIA_MEMBER_QUOTA_BYTES = 100
    assert [asked(by, name="x", size=size)["refusal"] for size in (100, 0)] == [
        "",
        "文件是空的（0 字节）。请检查原文件后重新上传。",
    ]
    assert asked(by, name="x", size=101)["refusal"] == (
        "这个文件有 101 字节，超过了您个人的存储限额 100 字节。"
        "请压缩或分段后上传，或请学校管理员提高限额。"
    )
