"""The upload page around the protocol: titles, what is not whole, and the form without scripts."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lms.members.models import Member
from media_pipeline import files, uploads
from media_pipeline.models import Asset, Upload, UploadState
from tests.factories.media import make_asset
from tests.factories.members import BranchTree, make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db

BACKEND = "lms.members.backends.NumberOrPhoneBackend"
PAGE = "/admin/lectures/upload/"


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


def begin(by: Member, tree: BranchTree, name: str = "课.mp4") -> Upload:
    return uploads.begin_upload(by=by, branch=tree.first, length=100, original_name=name, title="")


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_not_whole_is_listed(
    client: Client,
    by: Member,
    tree: BranchTree,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        upload = begin(by, tree, f"第{number}讲.mp4")
        uploads.append_bytes(upload=upload, offset=0, data=b"x" * 25)
    begin(make_instructor(tree.first), tree, "别人的.mp4")
    client.get(PAGE)
    with django_assert_num_queries(22):
        answer = client.get(PAGE)
    rows = [(row["name"], row["percent"]) for row in answer.context["unfinished"]]
    assert rows == [(f"第{number}讲.mp4", 25) for number in range(count)]


def test_what_is_not_whole_is_given_up(client: Client, by: Member, tree: BranchTree) -> None:
    upload = begin(by, tree)
    address = f"{PAGE}{upload.pk}/abandon/"
    assert signed_in(make_instructor(tree.first)).post(address).status_code == 404
    answer = client.post(address, follow=True)
    assert "已放弃《课》的上传。" in answer.content.decode()
    upload.refresh_from_db()
    assert (upload.state, files.upload_path(upload.pk).exists()) == (UploadState.CANCELLED, False)
    again = client.post(address, follow=True)
    assert "这次上传已结束或已过期，请重新选择文件上传。" in again.content.decode()


@pytest.mark.slow
def test_the_title_is_changed_before_and_after(
    client: Client, by: Member, tree: BranchTree
) -> None:
    upload = begin(by, tree, "党课 第一讲（终稿）.mp4")
    address = f"/admin/lectures/{upload.pk}/title/"
    json = {"Accept": "application/json"}
    stranger = signed_in(make_instructor(tree.first))
    assert stranger.post(address, {"title": "x"}, headers=json).status_code == 404
    said = client.post(address, {"title": " 新标题 "}, headers=json)
    assert (said.status_code, said.json()) == (200, {"title": "新标题"})
    assert client.post(address, {"title": " "}, headers=json).json() == {
        "title": "党课 第一讲（终稿）"
    }
    client.post(address, {"title": "第一讲"}, headers=json)
    uploads.append_bytes(upload=upload, offset=0, data=b"x" * 100)
    uploads.finish_upload(upload=upload)
    asset = Asset.objects.get()
    assert (asset.title, asset.original_name) == ("第一讲", "党课 第一讲（终稿）.mp4")
    assert client.post(address, {"title": "学习原著"}, headers=json).json() == {"title": "学习原著"}
    page = client.post(address, {"title": "学习原著 一"}, follow=True)
    assert "标题已改为《学习原著 一》。" in page.content.decode()
    # whoever handles the branch's lectures may correct a title, and nobody else
    other = make_instructor(tree.second)
    assert signed_in(other).post(address, {"title": "x"}).status_code == 404
    assert Asset.objects.get().title == "学习原著 一"


def test_a_title_of_what_is_over_is_not_changed(
    client: Client, by: Member, tree: BranchTree
) -> None:
    upload = begin(by, tree)
    uploads.cancel_upload(upload=upload)
    said = client.post(
        f"/admin/lectures/{upload.pk}/title/",
        {"title": "x"},
        headers={"Accept": "application/json"},
    )
    assert (said.status_code, said.json()) == (
        409,
        {"error": "这次上传已结束或已过期，请重新选择文件上传。"},
    )


# --- Without scripts ---


def send(client: Client, data: bytes, **fields: Any) -> str:
    file = SimpleUploadedFile("党课.mp4", data)
    answer = client.post(PAGE, {"file": file, **fields}, follow=True)
    said: str = answer.content.decode()
    return said


def test_a_small_file_goes_up_by_the_form(client: Client, tree: BranchTree) -> None:
    data = bytes(range(256)) * 9000  # more than two slices
    assert "文件已收到，正在检查。" in send(client, data, branch=tree.first.pk, title="第一讲")
    asset = Asset.objects.get()
    assert (asset.title, asset.original_name, asset.owner_branch) == (
        "第一讲",
        "党课.mp4",
        tree.first,
    )
    assert files.original_path(asset.pk).read_bytes() == data
    assert Upload.objects.get().state == UploadState.FINISHED


@pytest.mark.slow
def test_what_the_form_does_not_take(client: Client, settings: Any) -> None:
    assert "请先选择一个视频文件。" in client.post(PAGE, follow=True).content.decode()
    assert "文件是空的（0 字节）" in send(client, b"")
    settings.MEDIA_PLAIN_FORM_BYTES = 10
    assert "一次只能上传不超过 0 MB 的文件" in send(client, b"x" * 11)
    settings.MEDIA_RESERVE_BYTES = 10**18
    assert "服务器磁盘空间不足" in send(client, b"x" * 10)
    assert (Asset.objects.count(), Upload.objects.count()) == (0, 0)


def test_a_form_that_is_cut_short_leaves_nothing(
    by: Member, tree: BranchTree, settings: Any
) -> None:
    def chunks() -> Any:
        yield b"x" * 50
        settings.MEDIA_RESERVE_BYTES = 10**18
        yield b"x" * 50

    with pytest.raises(files.DiskFullError):
        uploads.take_whole(
            by=by, branch=tree.first, length=100, original_name="x", title="", chunks=chunks()
        )
    upload = Upload.objects.get()
    assert (upload.state, files.upload_path(upload.pk).exists()) == (UploadState.CANCELLED, False)
    assert Asset.objects.count() == 0


def test_the_page_says_how_much_room_there_is(
    client: Client, by: Member, tree: BranchTree, settings: Any
) -> None:
    settings.MEDIA_MEMBER_QUOTA_BYTES = 10 * 1024**3
    assert "您个人已用 0 字节，共 10.0 GB，还剩 10.0 GB。" in client.get(PAGE).content.decode()
    make_asset(branch=tree.first, by=by, size_bytes=9 * 1024**3 + 512 * 1024**2)
    page = client.get(PAGE).content.decode()
    assert "您个人已用 9.5 GB，共 10.0 GB，还剩 512.0 MB。" in page
    assert "空间快满了。" in page
