"""One file of takes that were recorded in different ways."""

import subprocess
from pathlib import Path

import av
import pytest

from media_pipeline.ffmpeg import binary
from media_pipeline.joining import Source, is_alike, join_takes
from tests.factories.live import MIME, recorded

pytestmark = pytest.mark.slow

FLV = "video/x-flv;codecs=avc1,mp4a.40.2"
SOUND = "audio/webm;codecs=opus"
VP8 = "video/webm;codecs=vp8,opus"


def from_obs(folder: Path) -> bytes:
    """Three seconds as they are fetched from OBS, with pictures out of order."""
    made = folder / "made.flv"
    subprocess.run(
        [
            *(binary(), "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i"),
            *("testsrc2=size=640x360:rate=30", "-f", "lavfi", "-i"),
            *("sine=frequency=440:sample_rate=44100", "-t", "3", "-c:v", "libx264", "-bf", "2"),
            *("-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", str(made)),
        ],
        check=True,
    )
    return made.read_bytes()


def source(folder: Path, name: str, data: bytes, mime: str) -> Source:
    path = folder / name
    path.write_bytes(data)
    return Source(path, mime)


def seconds(path: Path) -> tuple[float, float]:
    """How long the picture and the sound of a file last, decoded."""
    found = []
    for kind in ("video", "audio"):
        with av.open(str(path)) as container:
            streams = getattr(container.streams, kind)
            frames = list(container.decode(streams[0])) if streams else []
        found.append(float(frames[-1].time - frames[0].time) if frames else 0.0)
    return found[0], found[1]


def test_a_class_from_the_browser_then_obs_then_by_sound_alone_is_one_lecture(
    tmp_path: Path,
) -> None:
    sources = [
        source(tmp_path, "a", recorded(2.0), MIME),
        source(tmp_path, "b", from_obs(tmp_path), FLV),
        source(tmp_path, "c", recorded(2.0, picture=""), SOUND),
        source(tmp_path, "d", recorded(2.0, picture="libvpx"), VP8),
    ]
    assert not is_alike(sources)
    joined = tmp_path / "joined.mkv"
    join_takes(sources, joined, during=lambda: None)
    picture, sound = seconds(joined)
    assert picture == pytest.approx(9.0, abs=0.4)
    assert sound == pytest.approx(9.0, abs=0.4)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a", "b", "c", "d", "joined.mkv", "made.flv",
    ]  # fmt: skip


def test_sound_alone_stays_sound_alone(tmp_path: Path) -> None:
    alike = [source(tmp_path, name, recorded(2.0, picture=""), SOUND) for name in ("a", "b")]
    assert is_alike(alike)
    other = [alike[0], Source(alike[1].path, "audio/mp4")]
    for number, sources in enumerate((alike, other)):
        joined = tmp_path / f"joined-{number}.mkv"
        join_takes(sources, joined, during=lambda: None)
        picture, sound = seconds(joined)
        assert picture == 0
        assert sound == pytest.approx(4.0, abs=0.3)
