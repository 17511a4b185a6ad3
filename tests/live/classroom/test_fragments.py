"""Reading what comes out of ffmpeg's pipe, however it is cut."""

import subprocess

import pytest

from live.classroom.fragments import Beginning, Fragment, FragmentReader, NotFragmentedError
from media_pipeline import remuxing
from media_pipeline.ffmpeg import binary
from tests.factories.live import MIME, recorded


def remuxed(mime: str, data: bytes) -> bytes:
    command = [binary(), *remuxing.live_arguments(mime)]
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("picture", "mime", "codecs"),
    [
        ("libx264", MIME, "avc1.42c00c,mp4a.40.2"),
        ("libvpx", "video/webm;codecs=vp8,opus", "avc1.42c01f,mp4a.40.2"),
        ("", "audio/webm;codecs=opus", "avc1.42c00a,mp4a.40.2"),
    ],
)
def test_each_kind_of_recorder_becomes_fragments_one_can_begin_with(
    picture: str, mime: str, codecs: str
) -> None:
    data = remuxed(mime, recorded(4.0, picture=picture))
    whole = FragmentReader().feed(data)
    reader = FragmentReader()
    pieces = [each for at in range(0, len(data), 977) for each in reader.feed(data[at : at + 977])]
    assert pieces == whole
    beginning, *rest = whole
    assert isinstance(beginning, Beginning)
    assert beginning.codecs.partition(".")[0] == codecs.partition(".")[0]
    fragments = [each for each in rest if isinstance(each, Fragment)]
    # Sound may come first by itself; the first picture is one to begin with.
    assert next(fragment for fragment in fragments if fragment.duration).is_key
    assert 3.8 < sum(fragment.duration for fragment in fragments) < 4.2
    # The encoder that made the sample gives its first second away in one go.
    assert max(each.duration for each in fragments if each.start >= 1) < 0.45
    keys = [fragment.start for fragment in fragments if fragment.is_key]
    assert len(keys) >= 3


def test_whatever_is_no_box_is_refused() -> None:
    with pytest.raises(NotFragmentedError):
        FragmentReader().feed(b"\0\0\0\1moof")
    with pytest.raises(NotFragmentedError):
        FragmentReader().feed(b"\xff\xff\xff\xffmdat")
    assert FragmentReader().feed(b"\0\0\0\x10mdat" + bytes(8)) == []


def test_types_no_recorder_makes_are_not_read() -> None:
    assert remuxing.demuxer_of("application/vnd.apple.mpegurl") is None
    assert remuxing.demuxer_of("video/x-matroska;codecs=avc1,opus") == "matroska"
    assert remuxing.demuxer_of("audio/mp4") == "mov"
    assert remuxing.is_passed_through("video/webm;codecs=h264,opus")
    assert not remuxing.is_passed_through("video/webm;codecs=vp8,opus")
