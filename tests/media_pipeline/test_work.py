"""The board of work: what runs, waits and has failed, for whom, and trying again."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lms.core import clock, on_air
from lms.core.models import Job
from lms.members.models import Member
from media_pipeline import work
from media_pipeline.models import Asset, AssetState, PieceState, RenditionState
from tests.factories.media import FACTS, make_asset, make_piece, make_rendition
from tests.factories.members import BranchTree, make_branch_tree, make_instructor
from tests.media_pipeline.test_back_office import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


def at_work(tree: BranchTree, by: Member, **fields: Any) -> Asset:
    return make_asset(
        branch=tree.first, by=by, state=AssetState.RUNNING, making="a" * 32, facts=FACTS, **fields
    )


def test_what_runs_is_shown_with_its_pace(tree: BranchTree, by: Member) -> None:
    asset = at_work(tree, by)
    running = make_piece(asset, percent=50)
    stretch = make_piece(
        asset,
        names=["720p"],
        first_frame=3000,
        frames=1500,
        state=PieceState.WAITING,
        started_at=None,
        weight=2000,
    )
    Job.objects.filter(subject_id=str(running.pk)).update(attempt=2, log_tail="frame=1")
    shown = work.board(by, now=clock.now())
    [line] = shown.running
    assert (line.piece, line.sizes, line.stretch) == (running, "240p、只有声音", "")
    assert (line.attempt, line.log_tail) == (2, "frame=1")
    assert line.speed == pytest.approx(180 * 0.5 / 60, rel=0.05)
    assert line.left_ms == pytest.approx(60_000, rel=0.05)
    assert [(line.piece, line.stretch) for line in shown.waiting] == [(stretch, "02:00–03:00")]
    # 500 left of the one and 2000 of the other, at 500 in 60 s.
    assert shown.all_left_ms == pytest.approx(300_000, rel=0.05)
    assert shown.needed_bytes > 0
    assert not shown.is_short_of_room


def test_only_what_is_theirs_is_named(tree: BranchTree, by: Member) -> None:
    make_piece(at_work(tree, by, title="本支部的课"))
    make_asset(branch=tree.first, by=by, state=AssetState.FAILED, title="失败的课")
    own = signed_in(by).get("/admin/lectures/work/").content.decode()
    assert ("本支部的课" in own, "失败的课" in own) == (True, True)
    stranger = signed_in(make_instructor(tree.second)).get("/admin/lectures/work/")
    text = stranger.content.decode()
    assert ("本支部的课" in text, "失败的课" in text) == (False, False)
    assert Client().get("/admin/lectures/work/").status_code == 302


def test_a_class_on_the_air_is_said(tree: BranchTree, by: Member) -> None:
    words = "本机正在直播课堂，转码已让路，下课后自动继续。"
    client = signed_in(by)
    assert words not in client.get("/admin/lectures/work/").content.decode()
    on_air.hold()
    try:
        assert words in client.get("/admin/lectures/work/").content.decode()
    finally:
        on_air.release()


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_costs_the_same_for_one_and_for_three(
    tree: BranchTree, by: Member, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_piece(at_work(tree, by))
        make_asset(branch=tree.first, by=by, state=AssetState.FAILED)
        ready = make_asset(branch=tree.first, by=by)
        make_rendition(
            ready, name="720p", state=RenditionState.FAILED, reason="转码停滞不前，已停止。请重试。"
        )
    client = signed_in(by)
    client.get("/admin/lectures/work/")
    with django_assert_num_queries(22):
        response = client.get("/admin/lectures/work/?refresh")
    shown = response.context["board"]
    assert (len(shown.running), shown.failed, response["Refresh"]) == (count, 2 * count, "10")


def test_retry_all_takes_only_ones_own(tree: BranchTree, by: Member) -> None:
    make_asset(branch=tree.second, by=make_instructor(tree.second), state=AssetState.FAILED)
    response = signed_in(by).post("/admin/lectures/work/retry/", follow=True)
    assert [str(message) for message in response.context["messages"]] == ["没有可以重试的。"]
