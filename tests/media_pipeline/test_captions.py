"""Caption files as they come: every usual encoding and form, and a sentence for what is none."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from media_pipeline.captions import (
    MOST_BYTES,
    Cue,
    Flaw,
    UnreadableCaptionsError,
    as_webvtt,
    read_captions,
)

LENGTH_MS = 3_600_000
CUES = (
    Cue(0, 1500, "同志们好。"),
    Cue(1500, 4000, "这一讲\n讲命名。"),
    Cue(60_000, 61_000, "3 < 5"),
)
SRT = (
    "1\n00:00:00,000 --> 00:00:01,500\n同志们好。\n\n"
    "2\n00:00:01,500 --> 00:00:04,000\n这一讲\n讲命名。\n\n"
    "3\n00:01:00,000 --> 00:01:01,000\n3 < 5\n"
)
VTT = (
    "WEBVTT - 讲命名\nKind: captions\n\nSTYLE\n::cue { color: lime }\n\n"
    "00:00.000 --> 00:01.500 align:start\n<v 李明>同志们<b>好</b>。</v>\n\n"
    "NOTE 这里停一下\n还没有改\n\n"
    "second\n00:00:01.500 --> 00:00:04.000\n这一讲\n讲命名。\n\n"
    "00:01:00.000 --> 00:01:01.000\n3 &lt; 5\n"
)
ASS = (
    "[Script Info]\nTitle: 讲命名\n\n"
    "[V4+ Styles]\nStyle: Default,微软雅黑,wide,&H00FFFFFF\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,不要显示\n"
    "Dialogue: 0,0:01:00.00,0:01:01.00,Default,,0,0,0,,3 < 5\n"
    "Dialogue: 0,0:00:00.00,0:00:01.50,Default,,0,0,x,,{\\fad(200,200)\\b1}同志们好。\n"
    "Dialogue: 0,0:00:01.50,0:00:04.00,Default,,0,0,0,,这一讲\\N讲命名。\n"
    "Dialogue: 1,0:00:02.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}\n"
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")


def is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def flaw_of(content: bytes, length_ms: int = LENGTH_MS) -> tuple[Flaw, int]:
    with pytest.raises(UnreadableCaptionsError) as refusal:
        read_captions(content, length_ms=length_ms)
    return refusal.value.flaw, refusal.value.at_ms


def srt(*cues: str) -> bytes:
    return "\n\n".join(cues).encode()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("text", [SRT, VTT, ASS], ids=["srt", "vtt", "ass"])
def test_every_form_in_every_encoding_says_the_same(text: str, end: str, encoding: str) -> None:
    content = text.replace("\n", end).encode(encoding)
    assert read_captions(content, length_ms=LENGTH_MS) == CUES


@pytest.mark.parametrize(
    "line", ["好", "同志们好。", "第一党支部三月学习通知", "བོད་ཡིག", "ئۇيغۇرچە"]
)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_one_short_line_is_enough_to_know_the_encoding(line: str, encoding: str) -> None:
    content = f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n".encode(encoding)
    assert read_captions(content, length_ms=LENGTH_MS) == (Cue(1000, 2000, line),)


def test_what_people_write_besides() -> None:
    content = srt(
        "7\n0:00:05,5 --> 00:00:06,000\n{\\an8}<font color=#fff>后说的</font>\n\n还有一行",
        "00:00:01,000  -->  00:00:02,000  X1:40 X2:600\n没有编号\n2026",
        "3\n00:00:02,000 --> 00:00:02,000\n一眼也看不到",
        "4\n00:00:03,000 --> 00:00:04,000\n<i></i>",
        "5\n00:00:01,000 --> 00:00:02,000\nNo number",
        "6\n00:00:01,500 --> 00:00:03,000\n插话",
        "8\n00:59:59,000 --> 01:00:01,000\n2027",
    )
    assert read_captions(content, length_ms=LENGTH_MS) == (
        Cue(1000, 2000, "没有编号\n2026\nNo number"),
        Cue(1500, 3000, "插话"),
        Cue(5500, 6000, "后说的\n还有一行"),
        Cue(3_599_000, 3_600_000, "2027"),
    )


ONE = "00:00:01,000 --> 00:00:02,000\n第一句"


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", (Flaw.NOT_CAPTIONS, 0)),
        ("这是一份会议记录。".encode(), (Flaw.NOT_CAPTIONS, 0)),
        (b"\x00\x00\x00\x18ftypmp42\xff\xff", (Flaw.NOT_CAPTIONS, 0)),
        (b"PK\x03\x04\xff\xfe\x81\xff", (Flaw.NOT_CAPTIONS, 0)),
        (b"[Events]\nDialogue: 0,x,y,,,,,,,z", (Flaw.NOT_CAPTIONS, 0)),
        (b"WEBVTT\n\nNOTE nothing", (Flaw.NO_CUES, 0)),
        (b"[Script Info]\n[Events]\n", (Flaw.NO_CUES, 0)),
        (b"1\n00:00:01,000 --> 00:00:02,000\n<b></b>", (Flaw.NO_CUES, 0)),
        (b"x" * (MOST_BYTES + 1), (Flaw.TOO_LARGE, 0)),
        (srt(ONE, "2\n00:00:7 --> 00:00:09\n第二句"), (Flaw.TORN, 1000)),
        (srt(ONE, "00:00:09,000 --> 00:00:07,000\n第二句"), (Flaw.BACKWARDS, 9000)),
        (
            b"[Events]\nDialogue: 0,-0:00:01.00,0:00:07.00,Default,,0,0,0,,a",
            (Flaw.BACKWARDS, 0),
        ),
        (srt(ONE, "01:00:00,000 --> 01:00:01,000\n第二句"), (Flaw.BEYOND_END, 3_600_000)),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_place(
    content: bytes, flaw: tuple[Flaw, int]
) -> None:
    if content.startswith(b"[Events]"):
        content = b"\n" + content
    assert flaw_of(content) == flaw


@pytest.mark.slow
@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: "00:00:01,000 --> 00:00:02,000\n" + "<a" * (size // 2),
        lambda size: "00:00:01,000 --> 00:00:02,000\na" + "\n" * size + "b",
        lambda size: "00:00:01,000 --> 00:00:02,000\n" + "{\\" * (size // 2),
        lambda size: "00:00:01,000 --> 00:00:02,000\n" + "1\n" * (size // 2),
        lambda size: "-->" + " " * size + "x",
        lambda size: "00:00:01,000 -->" + "\t" * size + "00",
        lambda size: "\n[events]\nDialogue: 0,0:0:0.0,0:0:9.0,,,,,,," + "{" * size,
        lambda size: "\n[events]\nDialogue: 0,0:0:0.0,0:0:9.0,,,,,,,{" + "\\p1" * (size // 3),
        lambda size: "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "&" * size,
        lambda size: "WEBVTT\n\n" + "00:01.000 --> 00:02.000\na\n\n" * (size // 40),
    ],
)
def test_a_hostile_file_costs_no_more_than_its_length(hostile: Callable[[int], str]) -> None:
    content = hostile(MOST_BYTES - 200).encode()
    assert len(content) <= MOST_BYTES
    began = time.process_time()
    with suppress(UnreadableCaptionsError):
        read_captions(content, length_ms=LENGTH_MS)
    assert time.process_time() - began < 5


# Letters of the languages we take captions in, signs that mean something in one of the forms.
TEXT = st.text(st.sampled_from("同志好ab བོئۇᠮᠣ12<>&;-:,。{}[]/🙂\u200d"), min_size=1, max_size=20)
LINES = st.lists(TEXT.map(str.strip).filter(bool), min_size=1, max_size=3)


@st.composite
def cue_lists(draw: st.DrawFn) -> tuple[Cue, ...]:
    starts = draw(st.lists(st.integers(0, LENGTH_MS - 1), min_size=1, max_size=8, unique=True))
    return tuple(
        Cue(start, draw(st.integers(start + 1, LENGTH_MS)), "\n".join(draw(LINES)))
        for start in sorted(starts)
    )


@given(cue_lists(), st.sampled_from(ENCODINGS))
def test_what_is_written_is_read_again(cues: tuple[Cue, ...], encoding: str) -> None:
    content = as_webvtt(cues).encode(encoding)
    # A character or two of GB18030 may be good UTF-8 as well; no reader can tell.
    assume(encoding != "gb18030" or not is_utf8(content) or content.isascii())
    assert read_captions(content, length_ms=LENGTH_MS) == cues


@given(cue_lists())
def test_a_written_file_has_no_markup_and_no_more_cues_than_there_are(
    cues: tuple[Cue, ...],
) -> None:
    written = as_webvtt(cues)
    assert "<" not in written
    assert written.count("-->") == len(cues)
    assert len(written.split("\n\n")) == len(cues) + 1


SHAPED = st.lists(
    st.sampled_from(
        [SRT, VTT, ASS, "WEBVTT\n\n", "[Script Info]\n", "\n[Events]\n", "Dialogue: ", "-->", "\n",
         "00:00:01,000 --> 00:00:02,000\n", "0:00:01.00,", "9999:59:59.999", "<b", "{\\p1}", "\0"]
    ).map(str.encode) | st.binary(max_size=20),
    max_size=12,
).map(b"".join)  # fmt: skip


@given(SHAPED, st.integers(0, LENGTH_MS))
def test_any_bytes_are_cues_in_order_and_within_the_recording_or_are_refused(
    content: bytes, length_ms: int
) -> None:
    try:
        cues = read_captions(content, length_ms=length_ms)
    except UnreadableCaptionsError:
        return
    assert cues
    assert sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms)) == list(cues)
    assert all(0 <= cue.start_ms < cue.end_ms <= length_ms for cue in cues)
    assert all(line.strip() == line != "" for cue in cues for line in cue.text.split("\n"))
    assert read_captions(as_webvtt(cues).encode(), length_ms=length_ms)
