"""Limits of branches and people: inherited, said beforehand, and never exceeded by two at once."""

import threading
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lms.members.models import Branch, Member
from media_pipeline import quotas, uploads
from media_pipeline.models import Upload
from media_pipeline.quotas import QuotaFullError, QuotaTooSmallError
from media_pipeline.storage_models import StorageQuota
from tests.factories.media import make_asset, make_rendition
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
)

pytestmark = pytest.mark.django_db

BACKEND = "lms.members.backends.NumberOrPhoneBackend"
GB = 1024**3
TUS = {"Tus-Resumable": "1.0.0"}


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


def limit(branch: Branch, whole: int | None = None, each: int | None = None) -> None:
    from lms.core import clock

    StorageQuota.objects.create(
        branch=branch, limit_bytes=whole, member_limit_bytes=each, set_at=clock.now()
    )


def begin(by: Member, branch: Branch, length: int) -> Upload:
    return uploads.begin_upload(
        by=by, branch=branch, length=length, original_name="课.mp4", title=""
    )


def test_originals_renditions_and_promised_bytes_count(tree: BranchTree, by: Member) -> None:
    asset = make_asset(branch=tree.first, by=by, size_bytes=100)
    make_rendition(asset, size_bytes=20)
    make_asset(branch=tree.second, by=make_instructor(tree.second), size_bytes=1000)
    begin(by, tree.first, 7)
    found = {each.name: each.used for each in quotas.limits_for(member=by, branch=tree.first)}
    assert found == {"": 127, tree.committee.name: 1127}
    assert quotas.kept_bytes(asset) == 120


def test_without_any_the_settings_hold(tree: BranchTree, by: Member, settings: Any) -> None:
    settings.MEDIA_BRANCH_QUOTA_BYTES, settings.MEDIA_MEMBER_QUOTA_BYTES = 1000, 100
    most = [(each.name, each.most) for each in quotas.limits_for(member=by, branch=tree.first)]
    assert most == [("", 100), (tree.committee.name, 1000)]
    settings.MEDIA_BRANCH_QUOTA_BYTES = settings.MEDIA_MEMBER_QUOTA_BYTES = None
    assert quotas.limits_for(member=by, branch=tree.first) == []
    assert quotas.room_for(member=by, branch=tree.first) is None


def test_limits_come_down_the_tree(tree: BranchTree, by: Member) -> None:
    limit(tree.committee, whole=1000, each=50)
    limit(tree.general, each=60)
    limit(tree.first, whole=200)
    most = [(each.name, each.most) for each in quotas.limits_for(member=by, branch=tree.first)]
    assert sorted(most) == sorted([("", 60), (tree.committee.name, 1000), (tree.first.name, 200)])


def test_who_is_refused_is_told_how_much_is_left_and_what_to_do(
    tree: BranchTree, by: Member
) -> None:
    limit(tree.first, whole=3 * GB, each=2 * GB)
    make_asset(branch=tree.first, by=by, size_bytes=GB)
    make_asset(branch=tree.first, by=make_instructor(tree.first), size_bytes=GB + GB // 2)
    with pytest.raises(QuotaFullError) as branch_full:
        begin(by, tree.first, 3 * GB // 4)
    assert branch_full.value.message == (
        f"“{tree.first.name}”的存储空间共 3.0 GB，还剩 512.0 MB，放不下这个 768.0 MB 的文件。"
        "请先删除不用的讲课视频，或请上级学校管理员提高限额。"
    )
    StorageQuota.objects.update(limit_bytes=30 * GB)
    with pytest.raises(QuotaFullError) as own_full:
        begin(by, tree.first, 3 * GB // 2)
    assert own_full.value.message == (
        "您个人的存储空间共 2.0 GB，还剩 1.0 GB，放不下这个 1.5 GB 的文件。"
        "请先删除不用的讲课视频、放弃未传完的上传，或请学校管理员提高限额。"
    )
    with pytest.raises(QuotaTooSmallError) as never:
        begin(by, tree.first, 3 * GB)
    assert never.value.message == (
        "这个文件有 3.0 GB，超过了您个人的存储限额 2.0 GB。"
        "请压缩或分段后上传，或请学校管理员提高限额。"
    )
    assert begin(by, tree.first, GB // 2).length == GB // 2


def test_what_tus_answers(tree: BranchTree, by: Member) -> None:
    limit(tree.first, whole=100)
    client = signed_in(by)

    def create(length: int) -> int:
        headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": "filename eA=="}
        return client.post("/uploads/", headers=headers).status_code

    assert [create(101), create(60), create(60), create(40), create(1)] == [413, 201, 507, 201, 507]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_exceed_it(tree: BranchTree, by: Member) -> None:
    limit(tree.first, whole=100)
    gate = threading.Barrier(6)
    answers: list[bool] = []

    def ask() -> None:
        from django.db import connection

        gate.wait()
        try:
            begin(by, tree.first, 60)
            answers.append(True)
        except QuotaFullError:
            answers.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(answers), Upload.objects.count()) == ([False] * 5 + [True], 1)


# --- Set in the back office ---


@pytest.mark.slow
def test_limits_are_set_from_above(tree: BranchTree) -> None:
    above, own = make_administrator(tree.general), make_administrator(tree.first)
    address = f"/admin/lectures/storage/{tree.first.pk}/"
    sent = {"limit": "1.5", "member_limit": ""}
    assert signed_in(own).post(address, sent).status_code == 404
    assert signed_in(own).get(address).status_code == 404
    assert signed_in(above).get(address).status_code == 200
    answer = signed_in(above).post(address, sent, follow=True)
    assert f"已保存“{tree.first.name}”的存储限额。" in answer.content.decode()
    quota = StorageQuota.objects.get()
    assert (quota.branch, quota.limit_bytes, quota.member_limit_bytes, quota.set_by) == (
        tree.first,
        3 * GB // 2,
        None,
        above,
    )
    with pytest.raises(quotas.NotYourQuotaError):
        quotas.set_quota(branch=tree.first, by=own, limit_bytes=None, member_limit_bytes=None)
    # none at all: it goes by those above again
    signed_in(above).post(address, {"limit": "", "member_limit": ""})
    assert StorageQuota.objects.count() == 0


def test_the_top_sets_its_own(tree: BranchTree) -> None:
    top = make_administrator(tree.committee)
    address = f"/admin/lectures/storage/{tree.committee.pk}/"
    assert signed_in(top).post(address, {"limit": "0", "member_limit": "20"}).status_code == 302
    quota = StorageQuota.objects.get()
    assert (quota.limit_bytes, quota.member_limit_bytes) == (0, 20 * GB)
    wrong = signed_in(top).post(address, {"limit": "-1", "member_limit": "x"})
    assert (wrong.status_code, sorted(wrong.context["form"].errors)) == (
        200,
        ["limit", "member_limit"],
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    tree: BranchTree, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    top = make_administrator(tree.committee)
    for number, branch in enumerate((tree.first, tree.second, tree.general)[:count]):
        limit(branch, whole=10 * GB)
        make_asset(branch=branch, by=top, size_bytes=(number + 1) * GB)
    client = signed_in(top)
    client.get("/admin/lectures/storage/")
    with django_assert_num_queries(18):
        answer = client.get("/admin/lectures/storage/")
    shown = {row["branch"].name: row["used"] for row in answer.context["rows"]}
    total = sum(range(1, count + 1))
    assert shown[tree.committee.name] == f"{total}.0 GB"
    # Nobody above the school says: its own is the default.
    limits = {row["branch"].name: row["limit"] for row in answer.context["rows"]}
    assert (limits[tree.committee.name], limits[tree.first.name]) == ("2.0 TB", "10.0 GB")
    found = client.get("/admin/lectures/storage/", {"q": tree.first.name})
    assert [row["branch"] for row in found.context["rows"]] == [tree.first]
