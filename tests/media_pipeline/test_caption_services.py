"""Captions of a lecture: brought, replaced, listed, downloaded and removed by who may handle it."""

import datetime as dt
from urllib.parse import quote

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lms.members.models import Member
from media_pipeline import queries
from media_pipeline.caption_services import (
    CaptionsRefusedError,
    remove_captions,
    replace_captions,
)
from media_pipeline.captions import MOST_BYTES, Cue
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, AssetState, CaptionLanguage, CaptionTrack
from tests.factories.media import make_asset, make_captions
from tests.factories.members import BranchTree, make_branch_tree, make_instructor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SRT = "1\n00:00:01,000 --> 00:00:02,000\n{}\n"
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first, name="李明")


@pytest.fixture
def asset(tree: BranchTree, by: Member) -> Asset:
    return make_asset(branch=tree.first, by=by, title="第一讲")


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def spoken(asset: Asset, language: str = "zh-Hans") -> tuple[Cue, ...]:
    track = queries.caption_track(asset.pk, language)
    assert track is not None
    return track.spoken


# --- The services -----------------------------------------------------------------------------


def test_captions_are_replaced_in_place_with_who_and_when(
    tree: BranchTree, by: Member, asset: Asset
) -> None:
    other = make_instructor(tree.first)
    with time_machine.travel(NOW, tick=False) as clock:
        for member, text in ((by, "旧"), (other, "新")):
            replace_captions(
                asset=asset, language="zh-Hans", content=SRT.format(text).encode("gb18030"),
                by=member,
            )  # fmt: skip
            clock.shift(60)
    track = CaptionTrack.objects.get(asset=asset)
    assert track.spoken == (Cue(1000, 2000, "新"),)
    assert (track.changed_by, track.changed_at) == (other, NOW + dt.timedelta(seconds=60))
    assert str(track) == "第一讲 · 汉语"


def test_each_language_stands_by_itself(by: Member, asset: Asset) -> None:
    for language in ("mn", "en", "zh-Hans"):
        replace_captions(
            asset=asset, language=language, content=SRT.format(language).encode(), by=by
        )
    assert queries.caption_languages(asset.pk) == ["zh-Hans", "en", "mn"]
    remove_captions(asset=asset, language="en", by=by)
    remove_captions(asset=asset, language="en", by=by)
    assert queries.caption_languages(asset.pk) == ["zh-Hans", "mn"]
    assert spoken(asset, "mn") == (Cue(1000, 2000, "mn"),)


def test_only_who_handles_the_lecture_handles_its_captions(
    tree: BranchTree, by: Member, asset: Asset
) -> None:
    stranger = make_instructor(tree.second)
    content = SRT.format("好").encode()
    with pytest.raises(NotYourLectureError):
        replace_captions(asset=asset, language="en", content=content, by=stranger)
    replace_captions(asset=asset, language="en", content=content, by=by)
    with pytest.raises(NotYourLectureError):
        remove_captions(asset=asset, language="en", by=stranger)
    assert queries.caption_languages(asset.pk) == ["en"]


LATE = "1\n00:03:01,000 --> 00:03:02,000\n好\n"
BACKWARDS = "1\n00:02:01,000 --> 00:02:00,000\n好\n"
TORN = SRT.format("好") + "\n2\n00:02 --> 00:03\n不好\n"


@pytest.mark.parametrize(
    ("language", "content", "sentence"),
    [
        ("fr", SRT.format("好"), "请选择字幕的语言。"),
        ("en", "", "这个文件不是字幕。请选择 SRT、VTT 或 ASS 格式的字幕文件。"),
        ("en", "WEBVTT\n", "文件里没有一条字幕。请打开看看是否选错了文件。"),
        ("en", LATE, "字幕到 03:01 还没有结束，比视频长。请确认选的是这个视频的字幕。"),
        ("en", BACKWARDS, "02:01 处的字幕结束早于开始。请在字幕软件里改正时间后再上传。"),
        ("en", TORN, "00:01 之后有一行时间读不懂。请在字幕软件里改正后再上传。"),
        (
            "en",
            "x" * (MOST_BYTES + 1),
            "字幕文件超过 1 MB。请去掉内嵌的字体和图片后再上传。",
        ),
    ],
    ids=["language", "none", "empty", "late", "backwards", "torn", "large"],
)
def test_a_refusal_is_one_sentence_and_leaves_what_there_was(
    by: Member, asset: Asset, language: str, content: str, sentence: str
) -> None:
    make_captions(asset, (0, 1000, "原来的"), language="en")
    with pytest.raises(CaptionsRefusedError) as refusal:
        replace_captions(asset=asset, language=language, content=content.encode(), by=by)
    assert refusal.value.message == sentence
    assert spoken(asset, "en") == (Cue(0, 1000, "原来的"),)


def test_captions_wait_for_a_recording_of_known_length(tree: BranchTree, by: Member) -> None:
    asset = make_asset(branch=tree.first, by=by, state=AssetState.UPLOADED, duration_ms=0)
    with pytest.raises(CaptionsRefusedError) as refusal:
        replace_captions(asset=asset, language="en", content=SRT.format("好").encode(), by=by)
    assert refusal.value.message == ("视频还没有检查完，不知道有多长。请检查完以后再上传字幕。")
    page = signed_in(by).get(f"/admin/lectures/{asset.pk}/").content.decode()
    assert "上传字幕" not in page


# --- The back office --------------------------------------------------------------------------


def test_a_file_is_brought_seen_downloaded_and_removed(by: Member, asset: Asset) -> None:
    client = signed_in(by)
    at = f"/admin/lectures/{asset.pk}/captions/"
    file = SimpleUploadedFile("字幕.srt", SRT.format("<b>3 &lt; 5</b>").encode("utf-16"))
    page = client.post(at, {"language": "zh-Hans", "captions": file}, follow=True)
    assert page.redirect_chain == [(f"/admin/lectures/{asset.pk}/", 302)]
    assert "字幕已保存，学员打开这一讲就能看到。" in page.content.decode()
    [track] = page.context["tracks"]
    assert (track.language, track.cue_count, track.changed_by.name) == ("zh-Hans", 1, "李明")
    answer = client.get(f"{at}zh-Hans.vtt")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "text/vtt; charset=utf-8",
        f"attachment; filename*=utf-8''{quote('第一讲.zh-Hans.vtt')}",
    )
    assert answer.content.decode() == ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n3 &amp;lt; 5\n")
    assert client.get(f"{at}en.vtt").status_code == 404
    page = client.post(f"{at}zh-Hans/remove/", follow=True)
    assert "字幕已删除。" in page.content.decode()
    assert list(page.context["tracks"]) == []
    assert client.get(f"{at}zh-Hans.vtt").status_code == 404


def test_a_refusal_is_told_on_the_page(by: Member, asset: Asset) -> None:
    at = f"/admin/lectures/{asset.pk}/captions/"
    page = signed_in(by).post(at, {"language": "en"}, follow=True).content.decode()
    assert "这个文件不是字幕。请选择 SRT、VTT 或 ASS 格式的字幕文件。" in page


@pytest.mark.parametrize("page", ["", "zh-Hans.vtt", "zh-Hans/remove/"])
def test_captions_of_another_branchs_lecture_do_not_exist(
    tree: BranchTree, by: Member, asset: Asset, page: str
) -> None:
    make_captions(asset)
    address = f"/admin/lectures/{asset.pk}/captions/{page}"
    method = "get" if page.endswith(".vtt") else "post"
    stranger = signed_in(make_instructor(tree.second))
    assert getattr(stranger, method)(address).status_code == 404
    assert CaptionTrack.objects.count() == 1
    assert getattr(signed_in(by), method)(address).status_code in {200, 302}


@pytest.mark.parametrize("count", [1, 3])
def test_the_lectures_page_costs_the_same_for_one_and_for_three_languages(
    by: Member, asset: Asset, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for language in CaptionLanguage.values[:count]:
        make_captions(asset, language=language)
    client = signed_in(by)
    client.get(f"/admin/lectures/{asset.pk}/")
    with django_assert_num_queries(29):
        assert len(client.get(f"/admin/lectures/{asset.pk}/").context["tracks"]) == count
