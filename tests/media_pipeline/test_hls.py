"""What we package is HLS by the letter of RFC 8216; and the validator sees when it is not."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories.media import make_recording, run_ffmpeg
from tests.support.hls import faults_of
from tests.support.takes import transcoded

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sound_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A take with nothing wrong: two sizes and the sound, three segments each."""
    folder = tmp_path_factory.mktemp("hls")
    transcoded(make_recording(folder / "lecture.mp4", seconds=9, size="640x360"), folder / "take")
    return folder / "take"


def test_a_take_is_valid(sound_take: Path) -> None:
    assert faults_of(sound_take) == []


@pytest.mark.parametrize("rate", ["30000/1001", "15", "50"])
def test_any_rate_is_valid(tmp_path: Path, rate: str) -> None:
    transcoded(make_recording(tmp_path / "lecture.mp4", seconds=9, rate=rate), tmp_path / "take")
    assert faults_of(tmp_path / "take") == []


def test_sound_alone_is_valid(tmp_path: Path) -> None:
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=9", tmp_path / "talk.mp3")
    transcoded(tmp_path / "talk.mp3", tmp_path / "take")
    assert faults_of(tmp_path / "take") == []


def _edit(name: str, pattern: str, by: str) -> Callable[[Path], None]:
    def do(take: Path) -> None:
        text = (take / name).read_text()
        changed = re.sub(pattern, by, text, count=1)
        assert changed != text
        (take / name).write_text(changed)

    return do


def _swap(one: str, other: str) -> Callable[[Path], None]:
    def do(take: Path) -> None:
        shutil.copyfile(take / one, take / other)

    return do


WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "no bandwidth": (
        _edit("master.m3u8", r"BANDWIDTH=\d+,", "BANDWIDTH=1000,"),
        r"240p/index.m3u8: a segment needs \d+ bit/s, 1000 are said",
    ),
    "codec": (
        _edit("master.m3u8", r"avc1\.4d401e", "avc1.42001e"),
        r"240p/index.m3u8: the tracks are avc1.4d401e,mp4a.40.2",
    ),
    "size": (
        _edit("master.m3u8", r"426x240", "640x360"),
        r"240p/index.m3u8: pictures are 426x240",
    ),
    "rate": (
        _edit("master.m3u8", r"FRAME-RATE=25.000", "FRAME-RATE=30.000"),
        r"240p/index.m3u8: 25\.\d+ pictures a second, 30.000 are said",
    ),
    "unfinished": (
        _edit("360p/index.m3u8", r"#EXT-X-ENDLIST\n", ""),
        r"360p/index.m3u8: may still change .*",
    ),
    "target": (
        _edit("360p/index.m3u8", r"TARGETDURATION:4", "TARGETDURATION:3"),
        r"360p/index.m3u8: 00000.m4s lasts 4.0 s .*",
    ),
    "length": (
        _edit("360p/index.m3u8", r"EXTINF:4.0+", "EXTINF:3.500000"),
        r"360p/index.m3u8: 00000.m4s lasts 4.0\d* s, not 3.5",
    ),
    "order": (
        _swap("360p/00000.m4s", "360p/00001.m4s"),
        r"360p/index.m3u8: 00001.m4s begins -4\.\d+ s off in its video",
    ),
    "a foreign segment": (
        _swap("sound/00000.m4s", "360p/00001.m4s"),
        r"360p/index.m3u8: 00001.m4s.*",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_found(tmp_path: Path, sound_take: Path, case: str) -> None:
    spoil, fault = WRONG[case]
    take = tmp_path / "take"
    shutil.copytree(sound_take, take)
    spoil(take)
    found = faults_of(take)
    assert any(re.fullmatch(fault, one) for one in found), found
