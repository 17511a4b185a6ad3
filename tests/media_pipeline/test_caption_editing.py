"""Captions written in the browser: nobody overwrites what they have not seen, nothing is lost."""

import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from lms.members.models import Member
from media_pipeline import queries
from media_pipeline.caption_edit_services import CaptionsMovedError, restore_copy, save_cues
from media_pipeline.caption_keeping import MOST_COPIES
from media_pipeline.caption_services import CaptionsRefusedError, remove_captions, replace_captions
from media_pipeline.captions import (
    Cue,
    Flaw,
    UnreadableCaptionsError,
    as_srt,
    edited_cues,
    read_captions,
)
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, CaptionCopy, CaptionTrack
from tests.factories.media import make_asset, make_caption_copy, make_captions
from tests.factories.members import BranchTree, make_branch_tree, make_instructor

ONE, TWO = "1" * 32, "2" * 32
LENGTH = 180_000
ROWS: list[Any] = [[0, 1000, "同志们好。"], [1000, 2500, "请坐。"]]


# --- The rules of a file ----------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.integers(0, LENGTH - 1),
            st.integers(1, 5000),
            st.text("学习党章 abc<>&\n", min_size=1, max_size=30).filter(str.strip),
        ),
        min_size=1,
        max_size=10,
        unique_by=lambda row: row[0],
    )
)
def test_what_the_editor_saves_survives_a_download_and_an_upload(
    rows: list[tuple[int, int, str]],
) -> None:
    found = edited_cues(
        [[start, start + length, text] for start, length, text in rows], length_ms=LENGTH
    )
    if any("<" in cue.text for cue in found):
        return  # a file's marks are taken out, an editor's signs are signs
    assert read_captions(as_srt(found).encode(), length_ms=LENGTH) == found


@pytest.mark.parametrize(
    ("rows", "flaw"),
    [
        (None, Flaw.NOT_CAPTIONS),
        ([[0, 1]], Flaw.NOT_CAPTIONS),
        ([[0, True, "x"]], Flaw.NOT_CAPTIONS),
        ([[0, 1.5, "x"]], Flaw.NOT_CAPTIONS),
        ([{"start": 0}], Flaw.NOT_CAPTIONS),
        ([], Flaw.NO_CUES),
        ([[0, 1000, "  \n"]], Flaw.NO_CUES),
        ([[2000, 1000, "x"]], Flaw.BACKWARDS),
        ([[-1, 1000, "x"]], Flaw.BACKWARDS),
        ([[LENGTH, LENGTH + 1, "x"]], Flaw.BEYOND_END),
        ([[0, 1000, "x" * 1001]], Flaw.LONG_TEXT),
        ([[0, 1000, "x"]] * 10_001, Flaw.NOT_CAPTIONS),
    ],
)
def test_what_no_file_may_say_no_editor_may(rows: Any, flaw: Flaw) -> None:
    with pytest.raises(UnreadableCaptionsError) as refusal:
        edited_cues(rows, length_ms=LENGTH)
    assert refusal.value.flaw is flaw


def test_text_is_tidied_as_that_of_a_file_is() -> None:
    rows = [[0, LENGTH + 5, " 一\r\n\r\n \x00二 "]]
    assert edited_cues(rows, length_ms=LENGTH) == (Cue(0, LENGTH, "一\n二"),)


# --- Saving -----------------------------------------------------------------------------------


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first, name="李明")


@pytest.fixture
def other(tree: BranchTree) -> Member:
    return make_instructor(tree.first, name="王芳")


@pytest.fixture
def asset(tree: BranchTree, by: Member) -> Asset:
    return make_asset(branch=tree.first, by=by, title="第一讲")


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def save(
    asset: Asset, by: Member, text: str, version: int, key: str = ONE, language: str = "zh-Hans"
) -> CaptionTrack:
    return save_cues(
        asset=asset,
        language=language,
        rows=[[0, 1000, text]],
        version=version,
        key=key,
        by=by,
    )


def copies(asset: Asset) -> list[tuple[str, bool]]:
    rows = CaptionCopy.objects.filter(asset=asset).order_by("pk")
    return [(copy.spoken[0].text, copy.is_aside) for copy in rows]


def test_from_nothing_and_on_in_the_same_opening(asset: Asset, by: Member) -> None:
    assert save(asset, by, "一", 0).version == 1
    assert save(asset, by, "一二", 1).version == 2
    assert save(asset, by, "一二", 2).version == 2  # nothing new
    # the answer to version 3 was lost: the same opening sends on from what it knows
    assert save(asset, by, "一二三", 2).version == 3
    assert save(asset, by, "一二三四", 2).version == 4
    track = queries.caption_track(asset.pk, "zh-Hans")
    assert track is not None
    assert (track.spoken, track.changed_by) == ((Cue(0, 1000, "一二三四"),), by)
    assert "三四" in track.grams
    assert copies(asset) == []


def test_another_opening_keeps_what_was_there(asset: Asset, by: Member, other: Member) -> None:
    save(asset, by, "李明的", 0)
    save(asset, other, "王芳的", 1, key=TWO)
    save(asset, other, "王芳的，又", 2, key=TWO)
    assert copies(asset) == [("李明的", False)]


def test_who_saves_second_keeps_both_and_goes_on_with_either(
    asset: Asset, by: Member, other: Member
) -> None:
    save(asset, by, "原来的", 0)
    save(asset, by, "李明的", 1)
    for text in ("王芳的", "王芳的，又一句"):  # the editor goes on saving by itself
        with pytest.raises(CaptionsMovedError) as moved:
            save(asset, other, text, 1, key=TWO)
    assert moved.value.message == (
        "李明刚刚也改了这份字幕。您的这一份已经另存，两份都在，请选一份继续。"
    )
    current = moved.value.current
    assert current is not None
    assert (current.version, current.spoken[0].text) == (2, "李明的")
    assert copies(asset) == [("王芳的，又一句", True)]
    # "mine": goes on from their version, which is kept in turn
    assert save(asset, other, "王芳的，又一句", 2, key=TWO).version == 3
    assert copies(asset) == [("李明的", False)]
    # the first editor, still open, is told now
    with pytest.raises(CaptionsMovedError):
        save(asset, by, "李明的，再", 2)
    assert copies(asset) == [("李明的", False), ("李明的，再", True)]


def test_the_same_words_from_two_are_no_quarrel(asset: Asset, by: Member, other: Member) -> None:
    save(asset, by, "一", 0)
    save(asset, by, "二", 1)
    assert save(asset, other, "二", 1, key=TWO).version == 2
    assert copies(asset) == []


def test_captions_taken_off_meanwhile_are_told_of_and_kept(asset: Asset, by: Member) -> None:
    save(asset, by, "一", 0)
    remove_captions(asset=asset, language="zh-Hans", by=by)
    with pytest.raises(CaptionsMovedError) as moved:
        save(asset, by, "一二", 1)
    assert moved.value.current is None
    assert moved.value.message == "这份字幕刚刚被删除了。您的这一份已经另存，没有丢。"
    assert copies(asset) == [("一", False), ("一二", True)]
    assert save(asset, by, "一二", 0).version == 1


def test_a_file_brought_meanwhile_is_as_good_as_a_person(asset: Asset, by: Member) -> None:
    save(asset, by, "一", 0)
    srt = "1\n00:00:00,000 --> 00:00:01,000\n文件里的\n"
    track = replace_captions(asset=asset, language="zh-Hans", content=srt.encode(), by=by)
    assert (track.version, track.edited_in) == (2, "")
    with pytest.raises(CaptionsMovedError):
        save(asset, by, "一二", 1)
    assert copies(asset) == [("一", False), ("一二", True)]


@pytest.mark.slow
def test_of_many_kept_versions_the_oldest_go(asset: Asset, by: Member) -> None:
    for number in range(MOST_COPIES + 5):
        save(asset, by, f"第{number}次", number, key=uuid.uuid4().hex)
    assert len(copies(asset)) == MOST_COPIES
    assert copies(asset)[-1] == (f"第{MOST_COPIES + 3}次", False)
    make_caption_copy(make_asset(branch=asset.owner_branch, by=by))
    assert len(copies(asset)) == MOST_COPIES


def test_a_kept_version_comes_back(tree: BranchTree, asset: Asset, by: Member) -> None:
    make_captions(asset, (0, 500, "现在的"))
    copy = make_caption_copy(asset, (0, 500, "从前的"))
    with pytest.raises(NotYourLectureError):
        restore_copy(copy=copy, by=make_instructor(tree.second))
    assert restore_copy(copy=copy, by=by).spoken[0].text == "从前的"
    assert copies(asset) == [("从前的", False), ("现在的", False)]


@pytest.mark.parametrize(
    ("rows", "language", "sentence"),
    [
        ([], "en", "至少要有一条写了字的字幕。要全部去掉，请回到视频页面点“删除”。"),
        ([[90_000, 80_000, "x"]], "en", "01:30 处的字幕结束早于开始，还没有保存。请改正它的时间。"),
        (
            [[180_000, 181_000, "x"]],
            "en",
            "03:00 处的字幕在视频结束以后，还没有保存。请改正它的时间。",
        ),
        ([[0, 1000, "x" * 1001]], "en", "00:00 处的字幕太长，还没有保存。请拆成几条。"),
        ("x", "en", "这些内容不能保存为字幕。请刷新页面后再试。"),
        (ROWS, "fr", "请选择字幕的语言。"),
    ],
)
def test_a_refusal_is_one_sentence(
    asset: Asset, by: Member, rows: Any, language: str, sentence: str
) -> None:
    with pytest.raises(CaptionsRefusedError) as refusal:
        save_cues(asset=asset, language=language, rows=rows, version=0, key=ONE, by=by)
    assert refusal.value.message == sentence
    assert CaptionTrack.objects.count() == 0


# --- The pages --------------------------------------------------------------------------------


def post(client: Client, asset: Asset, body: Any) -> Any:
    at = f"/admin/lectures/{asset.pk}/captions/zh-Hans/cues/"
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(at, text, content_type="application/json")


@pytest.mark.slow
def test_the_editor_is_opened_saves_and_is_told(
    tree: BranchTree, asset: Asset, by: Member, other: Member
) -> None:
    client = signed_in(by)
    at = f"/admin/lectures/{asset.pk}/captions/zh-Hans/"
    config = client.get(f"{at}edit/").context["config"]
    assert (config["version"], config["cues"], config["durationMs"]) == (0, [], LENGTH)
    body = {"version": 0, "key": config["key"], "cues": ROWS}
    answer = post(client, asset, body)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert client.get(f"{at}edit/").context["config"]["cues"] == ROWS
    moved = post(signed_in(other), asset, {"version": 0, "key": TWO, "cues": [[0, 9, "又"]]})
    assert (moved.status_code, moved.json()["version"], moved.json()["cues"]) == (409, 1, ROWS)
    refused = post(client, asset, {**body, "cues": []})
    assert (refused.status_code, list(refused.json())) == (422, ["message"])
    for wrong in ("{", "[]", {"version": 1}, {**body, "key": "x"}, {**body, "version": "1"}):
        assert post(client, asset, wrong).status_code == 422
    srt = client.get(f"{at[:-1]}.srt")
    assert srt.content.decode("utf-8-sig") == (
        "1\n00:00:00,000 --> 00:00:01,000\n同志们好。\n\n2\n00:00:01,000 --> 00:00:02,500\n请坐。\n"
    )
    stranger = signed_in(make_instructor(tree.second))
    assert stranger.get(f"{at}edit/").status_code == 404
    assert post(stranger, asset, body).status_code == 404
    assert client.get(f"/admin/lectures/{asset.pk}/captions/fr/edit/").status_code == 404


def test_kept_versions_are_downloaded_and_put_back(asset: Asset, by: Member) -> None:
    make_captions(asset, (0, 500, "现在的"))
    copy = make_caption_copy(asset, (0, 500, "从前的"))
    client = signed_in(by)
    at = f"/admin/lectures/{asset.pk}/caption-copies/{copy.pk}"
    assert "从前的" in client.get(f"{at}.srt").content.decode()
    page = client.post(f"{at}/restore/", follow=True)
    assert "已换成这一份。换下的那一份也保留着。" in page.content.decode()
    assert page.context["config"]["cues"] == [[0, 500, "从前的"]]
    foreign = make_asset(branch=asset.owner_branch, by=by)
    at = f"/admin/lectures/{foreign.pk}/caption-copies/{copy.pk}"
    assert client.get(f"{at}.srt").status_code == 404
    assert client.post(f"{at}/restore/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_editor_costs_the_same_for_one_and_for_three_kept_versions(
    asset: Asset, by: Member, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_captions(asset)
    for _ in range(count):
        make_caption_copy(asset)
    client = signed_in(by)
    at = f"/admin/lectures/{asset.pk}/captions/zh-Hans/edit/"
    client.get(at)
    with django_assert_num_queries(18):
        assert len(client.get(at).context["copies"]) == count


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_was_called_saved_survives_a_kill(web_process: Any, tmp_path: Path) -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    asset = make_asset(branch=tree.first, by=by)
    cookies = {
        settings.SESSION_COOKIE_NAME: signed_in(by).cookies[settings.SESSION_COOKIE_NAME].value,
        settings.CSRF_COOKIE_NAME: "c" * 32,
    }
    headers = {"X-CSRFToken": "c" * 32}
    at = f"/admin/lectures/{asset.pk}/captions/zh-Hans/cues/"
    with httpx.Client(base_url=web_process.url, cookies=cookies, headers=headers) as client:
        for number in range(5):
            rows = [[0, 1000, f"第{number}次"]]
            answer = client.post(at, json={"version": number, "key": ONE, "cues": rows})
            assert (answer.status_code, answer.json()["version"]) == (200, number + 1)
    web_process.kill()
    track = queries.caption_track(asset.pk, "zh-Hans")
    assert track is not None
    assert (track.version, track.spoken) == (5, (Cue(0, 1000, "第4次"),))
