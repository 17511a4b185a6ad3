"""What we package is HLS by the letter of RFC 8216; and the validator sees when it is not."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from media_pipeline.sealing import open_take, seal_take
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


KEY = bytes(range(16))


@pytest.fixture(scope="module")
def sealed_take(sound_take: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same take, encrypted."""
    take = tmp_path_factory.mktemp("sealed") / "take"
    shutil.copytree(sound_take, take)
    seal_take(take, key=KEY)
    return take


def test_a_sealed_take_is_valid_to_who_has_the_key(sealed_take: Path) -> None:
    assert faults_of(sealed_take, key=KEY) == []
    assert not (sealed_take / "low.mp4").exists()
    for wrong in (None, bytes(16)):
        assert {fault.partition(":")[0] for fault in faults_of(sealed_take, key=wrong)} == {
            "240p/index.m3u8",
            "360p/index.m3u8",
            "sound/index.m3u8",
        }


def test_no_file_of_a_sealed_take_can_be_read(sealed_take: Path, sound_take: Path) -> None:
    names = {path.relative_to(sound_take) for path in sound_take.rglob("*.m*") if path.is_file()}
    content = [name for name in names if name.suffix in {".m4s", ".mp4"} and len(name.parts) == 2]
    assert len(content) == 3 * 4
    for name in content:
        plain, sealed = ((take / name).read_bytes() for take in (sound_take, sealed_take))
        assert 1 <= len(sealed) - len(plain) <= 16
        assert len(sealed) % 16 == 0
        assert not set(_blocks(plain)) & set(_blocks(sealed))
    index = (sealed_take / "360p" / "index.m3u8").read_text()
    assert re.findall("^#EXT-X-(?:KEY|MAP).*$", re.sub("[0-9a-f]{32}", "X", index), re.M) == [
        '#EXT-X-KEY:METHOD=AES-128,URI="../key",IV=0xX',
        '#EXT-X-MAP:URI="init.mp4"',
        '#EXT-X-KEY:METHOD=AES-128,URI="../key"',
    ]


def _blocks(data: bytes) -> list[bytes]:
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def test_an_opened_take_is_what_it_was(sealed_take: Path, sound_take: Path, tmp_path: Path) -> None:
    shutil.copytree(sealed_take, tmp_path / "take")
    open_take(tmp_path / "take", key=KEY, progressive="360p")
    assert faults_of(tmp_path / "take") == []
    for path in sound_take.rglob("*"):
        if path.is_file() and path.name != "low.mp4":
            assert (tmp_path / "take" / path.relative_to(sound_take)).read_bytes() == (
                path.read_bytes()
            )
    with av.open(str(tmp_path / "take" / "low.mp4")) as low:
        assert [stream.type for stream in low.streams] == ["video", "audio"]
        assert abs(float(low.duration or 0) / 1_000_000 - 9) < 0.2
    assert [path.name for path in (tmp_path / "take").glob(".*")] == []


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


SEALED_WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "no vector": (
        _edit("360p/index.m3u8", r",IV=0x[0-9a-f]{32}", ""),
        r"360p/index.m3u8: an encrypted init segment needs its vector stated .*",
    ),
    "short vector": (
        _edit("360p/index.m3u8", r"IV=0x[0-9a-f]{2}", "IV=0x"),
        r"360p/index.m3u8: the vector is no 128-bit number .*",
    ),
    "method": (
        _edit("360p/index.m3u8", r"METHOD=AES-128", "METHOD=SAMPLE-AES"),
        r"360p/index.m3u8: a key without method or address .*",
    ),
    "another's segment": (
        _swap("360p/00000.m4s", "360p/00001.m4s"),
        r"360p/index.m3u8: 00001.m4s.*",
    ),
    "bandwidth": (
        _edit("master.m3u8", r"BANDWIDTH=\d+,", "BANDWIDTH=1000,"),
        r"240p/index.m3u8: a segment needs \d+ bit/s, 1000 are said",
    ),
}


@pytest.mark.parametrize("case", SEALED_WRONG)
def test_what_is_wrong_with_a_sealed_take_is_found(
    tmp_path: Path, sealed_take: Path, case: str
) -> None:
    spoil, fault = SEALED_WRONG[case]
    take = tmp_path / "take"
    shutil.copytree(sealed_take, take)
    spoil(take)
    found = faults_of(take, key=KEY)
    assert any(re.fullmatch(fault, one) for one in found), found
