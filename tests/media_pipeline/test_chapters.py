"""Chapters: read from lines, taken over from a file, edited by one at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lms.core import clock
from lms.members.models import Member
from media_pipeline import chapters, playback, queries, services
from media_pipeline.chapter_services import ChaptersMovedError, ChaptersRefusedError, save_chapters
from media_pipeline.chapters import Chapter, as_lines, as_webvtt, from_source, read_lines
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset
from tests.factories.media import make_asset, make_recording, run_ffmpeg
from tests.factories.members import BranchTree, make_branch_tree, make_instructor

LENGTH = 3 * 3600 * 1000
TITLES = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z", "P", "S", "N", "M"]),
    min_size=1,
    max_size=20,
)
CHAPTERS = st.lists(
    st.builds(Chapter, st.integers(0, LENGTH - 1), TITLES),
    max_size=20,
    unique_by=lambda chapter: chapter.start_ms,
).map(lambda found: tuple(sorted(found, key=lambda chapter: chapter.start_ms)))


# --- Lines ------------------------------------------------------------------------------------


@pytest.mark.slow
@given(CHAPTERS)
def test_what_is_written_is_read_back(found: tuple[Chapter, ...]) -> None:
    assert read_lines(as_lines(found), length_ms=LENGTH) == found


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_lines(text, length_ms=LENGTH)
    except chapters.UnreadableChaptersError:
        return
    assert all(0 <= chapter.start_ms < LENGTH and chapter.title for chapter in found)
    assert list(found) == sorted(found, key=lambda chapter: chapter.start_ms)


@pytest.mark.parametrize(
    "line",
    [
        "12:30 学习的意义",
        "  00:12:30.000   学习的意义 ",
        "12：30 学习的意义",
        "[12:30] 学习的意义",
        "（12:30）学习的意义",
        "12:30 - 学习的意义",
        "12:30、学习的意义",
        "12:30　学习的意义",
        "12:30\t学习的意义",
    ],
)
def test_lines_as_people_write_them(line: str) -> None:
    assert read_lines(line, length_ms=LENGTH) == (Chapter(750_000, "学习的意义"),)


def test_lines_are_put_in_order_and_empty_ones_passed_over() -> None:
    assert read_lines("\n1:00:00 三\n\n0:05 一\n10:00 二\n", length_ms=LENGTH) == (
        Chapter(5_000, "一"),
        Chapter(600_000, "二"),
        Chapter(3_600_000, "三"),
    )


# --- WebVTT and the file's own ----------------------------------------------------------------


def test_each_chapter_lasts_to_the_next() -> None:
    found = (Chapter(0, "导学"), Chapter(90_500, "3 < 5 & 7"))
    assert as_webvtt(found, length_ms=180_000) == (
        "WEBVTT\n\n00:00:00.000 --> 00:01:30.500\n导学\n\n"
        "00:01:30.500 --> 00:03:00.000\n3 &lt; 5 &amp; 7\n"
    )
    assert as_webvtt((), length_ms=0) == "WEBVTT\n"


def test_of_a_files_chapters_the_sound_ones_are_kept() -> None:
    raw = [(5_000, "二"), (0, " 一\n\x00 "), (5_000, "又"), (-1, "前"), (9e9, "x"), (7_000, "")]
    assert from_source(raw, length_ms=10_000) == (Chapter(0, "一"), Chapter(5_000, "二"))
    assert from_source([(0, "全部")], length_ms=10_000) == ()


FFMETADATA = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=2000
title=导学
[CHAPTER]
TIMEBASE=1/1000
START=2000
END=6000
title=第一章 总则
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_files_own_chapters_are_taken_over_once(
    tmp_path: Path, run_queued: Callable[..., list[str]], suffix: str
) -> None:
    plain = make_recording(tmp_path / f"plain.{suffix}", seconds=6, size="320x180")
    words = tmp_path / "chapters.txt"
    words.write_text(FFMETADATA)
    source = tmp_path / f"第一讲.{suffix}"
    run_ffmpeg(
        *("-i", plain, "-f", "ffmetadata", "-i", words),
        *("-map", "0", "-map_chapters", "1", "-c", "copy", source),
    )
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    asset = services.ingest_file(path=source, title="第一讲", by=by, branch=tree.first)
    run_queued()
    asset.refresh_from_db()
    assert asset.is_ready
    kept = queries.chapter_list(asset.pk)
    assert kept is not None
    assert (kept.version, kept.changed_by) == (0, None)
    assert kept.marks == (Chapter(0, "导学"), Chapter(2000, "第一章 总则"))
    save_chapters(asset=asset, text="00:01 开始", version=0, by=by)
    Asset.objects.filter(pk=asset.pk).update(state="failed", reason="再查一次", facts={})
    asset.refresh_from_db()
    services.retry_asset(asset=asset, by=by)
    run_queued()
    assert queries.chapters_of(asset.pk) == (Chapter(1000, "开始"),)


# --- Editing ----------------------------------------------------------------------------------


@pytest.fixture
def tree(db: None) -> BranchTree:
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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("导学", "“导学”没有以时间开头。请写成“12:30 标题”的样子，一条一行。"),
        ("00:61 甲", "“00:61 甲”没有以时间开头。请写成“12:30 标题”的样子，一条一行。"),
        ("00:10", "“00:10”后面没有标题。请写上标题，例如“12:30 学习的意义”。"),
        ("03:00 尾", "“03:00 尾”的时间超过了视频的长度。请改正时间。"),
        ("00:10 甲\n0:10 乙", "“0:10 乙”和前面一行是同一时间。请改正其中一行。"),
        ("00:10 " + "长" * 81, f"“00:10 {'长' * 34}…”的标题太长。请写在 80 个字以内。"),
        (
            "\n".join(f"00:{n // 10:02}.{n % 10} 条" for n in range(101)),
            "提纲超过 100 条，学员不好找。请合并一些。",
        ),
    ],
)
def test_a_refusal_names_the_line_and_keeps_what_there_was(
    asset: Asset, by: Member, text: str, sentence: str
) -> None:
    save_chapters(asset=asset, text="00:00 原来的", version=0, by=by)
    with pytest.raises(ChaptersRefusedError) as refusal:
        save_chapters(asset=asset, text=text, version=1, by=by)
    assert refusal.value.message == sentence
    assert queries.chapters_of(asset.pk) == (Chapter(0, "原来的"),)


@pytest.mark.slow
def test_who_saves_second_is_shown_both(tree: BranchTree, asset: Asset, by: Member) -> None:
    other = make_instructor(tree.first, name="王芳")
    at = f"/admin/lectures/{asset.pk}/chapters/"
    first, second = signed_in(by), signed_in(other)
    opened = second.get(at).context["version"]
    page = first.post(at, {"lines": "00:00 李明的", "version": "0"}, follow=True)
    assert "提纲已保存，学员打开这一讲就能看到。" in page.content.decode()
    page = second.post(at, {"lines": "00:05 王芳的", "version": str(opened)})
    assert page.context["refusal"] == (
        "李明刚刚也改了提纲，您的修改还没有保存。两份都在下面，请对照后再保存。"
    )
    assert (page.context["text"], page.context["theirs"]) == ("00:05 王芳的", "00:00 李明的\n")
    assert queries.chapters_of(asset.pk) == (Chapter(0, "李明的"),)
    second.post(at, {"lines": "00:00 李明的\n00:05 王芳的", "version": page.context["version"]})
    kept = queries.chapter_list(asset.pk)
    assert kept is not None
    assert (kept.version, kept.changed_by) == (2, other)
    # the same again is no conflict, and no change
    assert save_chapters(asset=asset, text=as_lines(kept.marks), version=0, by=by).version == 2
    with pytest.raises(ChaptersMovedError):
        save_chapters(asset=asset, text="", version=1, by=by)
    assert save_chapters(asset=asset, text="", version=2, by=by).marks == ()


def test_only_who_handles_the_lecture_edits_them(
    tree: BranchTree, asset: Asset, by: Member
) -> None:
    stranger = make_instructor(tree.second)
    with pytest.raises(NotYourLectureError):
        save_chapters(asset=asset, text="00:00 甲", version=0, by=stranger)
    at = f"/admin/lectures/{asset.pk}/chapters/"
    assert signed_in(stranger).get(at).status_code == 404
    page = signed_in(by).post(at, {"lines": "甲", "version": "x"})
    assert (page.status_code, page.context["text"]) == (200, "甲")
    assert save_chapters(asset=asset, text="00:00 甲", version=0, by=by).version == 1


def test_the_track_is_served_with_the_lectures_files(asset: Asset, by: Member) -> None:
    client = signed_in(by)
    address = playback.signed_chapters(asset=asset, member=by, now=clock.now())
    assert client.get(address).content.decode() == "WEBVTT\n"
    save_chapters(asset=asset, text="00:00 甲\n01:00 乙", version=0, by=by)
    answer = client.get(address)
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert answer.content.decode().count("-->") == 2
    assert "00:03:00.000\n乙" in answer.content.decode()
    board = playback.signed_storyboard(asset=asset, member=by, now=clock.now())
    assert client.get(board).content.decode() == "WEBVTT\n"
