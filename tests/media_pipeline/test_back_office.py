"""Lectures in the back office: seen by those of the branch, retried and cancelled by them."""

import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lms.members.models import Member
from media_pipeline import queries
from media_pipeline.models import Asset, AssetState
from tests.factories.media import make_asset, make_rendition
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_secretary,
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


def test_lectures_are_seen_from_the_branch_and_above(tree: BranchTree, by: Member) -> None:
    own = make_asset(branch=tree.first, by=by, title="本支部的课")
    failed = make_asset(branch=tree.first, by=by, state=AssetState.FAILED)
    foreign = make_asset(branch=tree.second, by=make_instructor(tree.second))
    above = make_administrator(tree.committee)
    secretary = make_secretary(tree.first)
    assert set(queries.visible_assets(by)) == {own, failed}
    assert set(queries.choosable_assets(by)) == {own}
    assert set(queries.visible_assets(above)) == {own, failed, foreign}
    assert set(queries.visible_assets(secretary)) == set()


@pytest.mark.parametrize("page", ["", "status/", "retry/", "cancel/"])
def test_another_branchs_lecture_does_not_exist(tree: BranchTree, by: Member, page: str) -> None:
    asset = make_asset(branch=tree.first, by=by, state=AssetState.FAILED)
    stranger = signed_in(make_instructor(tree.second))
    own = signed_in(by)
    address = f"/admin/lectures/{asset.pk}/{page}"
    method = "post" if page in {"retry/", "cancel/"} else "get"
    assert getattr(stranger, method)(address).status_code == 404
    assert getattr(own, method)(address).status_code in {200, 302}
    assert (
        getattr(own, method)(address.replace(str(asset.pk), str(uuid.uuid4()))).status_code == 404
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    tree: BranchTree,
    by: Member,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        make_asset(branch=tree.first, by=by)
    client = signed_in(by)
    client.get("/admin/lectures/")
    with django_assert_num_queries(17):
        response = client.get("/admin/lectures/")
    assert len(response.context["page"].object_list) == count


@pytest.mark.parametrize(
    ("state", "fields", "answer"),
    [
        (
            AssetState.UPLOADED,
            {},
            {"percent": 0, "message": "文件已收到，正在检查。", "playable": False, "done": False},
        ),
        (
            AssetState.QUEUED,
            {},
            {
                "percent": 0,
                "message": "检查通过，正在排队等待转码。",
                "playable": False,
                "done": False,
            },
        ),
        (
            AssetState.RUNNING,
            {"percent": 40},
            {"percent": 40, "message": "正在转码（40%）。", "playable": False, "done": False},
        ),
        (
            AssetState.READY,
            {},
            {
                "percent": 100,
                "message": "转码完成，可以放进课程了。",
                "playable": True,
                "done": True,
            },
        ),
    ],
)
def test_the_uploader_is_told_how_far_it_is(
    tree: BranchTree, by: Member, state: str, fields: dict[str, Any], answer: dict[str, Any]
) -> None:
    asset = make_asset(branch=tree.first, by=by, state=state, **fields)
    said = signed_in(by).get(f"/admin/lectures/{asset.pk}/status/")
    assert said.json() == {"state": state, "retry_url": None, **answer}


@pytest.mark.slow
def test_a_failed_lecture_offers_a_retry_that_works(
    tree: BranchTree, by: Member, settings: Any
) -> None:
    from media_pipeline import files

    asset = make_asset(branch=tree.first, by=by, state=AssetState.FAILED)
    client = signed_in(by)
    said = client.get(f"/admin/lectures/{asset.pk}/status/").json()
    assert said == {
        "state": "failed",
        "percent": 0,
        "message": "视频画面无法解码。",
        "playable": False,
        "done": True,
        "retry_url": f"/admin/lectures/{asset.pk}/retry/",
    }
    gone = client.post(said["retry_url"], follow=True)
    assert "原文件已不在服务器上，请重新上传。" in gone.content.decode()
    path = files.original_path(asset.pk)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    done = client.post(said["retry_url"], follow=True)
    assert "已重新开始处理。" in done.content.decode()
    asset.refresh_from_db()
    assert asset.state == AssetState.UPLOADED
    assert client.get(said["retry_url"]).status_code == 405
    client.post(f"/admin/lectures/{asset.pk}/cancel/")
    asset.refresh_from_db()
    assert (asset.state, asset.reason) == (
        AssetState.FAILED,
        f"已由{by.name}取消。需要时可以重试。",
    )


@pytest.mark.slow
def test_pages_show_what_there_is(tree: BranchTree, by: Member) -> None:
    asset = make_asset(
        branch=tree.first, by=by, title="<b>第一讲</b>", original_name="<script>alert(1)</script>"
    )
    make_rendition(asset)
    client = signed_in(by)
    page = client.get(f"/admin/lectures/{asset.pk}/").content.decode()
    for text in ("640×360", "3 分 00 秒", "&lt;script&gt;alert(1)", "1280×720"):
        assert text in page
    assert "<script>alert(1)" not in page
    listing = client.get("/admin/lectures/?state=ready").content.decode()
    assert "&lt;b&gt;第一讲&lt;/b&gt;" in listing
    assert Asset.objects.filter(state=AssetState.FAILED).count() == 0
    assert "还没有讲课视频。" in client.get("/admin/lectures/?state=failed").content.decode()
    form = client.get("/admin/lectures/upload/").content.decode()
    assert f'data-endpoint="/uploads/?branch={tree.first.pk}"' in form
    assert 'data-status-url="/admin/lectures/{id}/status/"' in form
