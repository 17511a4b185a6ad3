"""Every file is taken or refused with one sentence that says what to do; none is a surprise."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from media_pipeline import probe as probing
from media_pipeline.ladder import renditions_for
from media_pipeline.probe import MediaRefusedError, probe
from media_pipeline.processes import Limits
from tests.factories.media import make_recording, run_ffmpeg
from tests.support import media_corpus as corpus

pytestmark = pytest.mark.slow

REFUSED: list[tuple[Callable[[Path], Path], type[MediaRefusedError]]] = [
    (corpus.zero_bytes, probing.EmptyFileError),
    (corpus.noise, probing.NotAVideoError),
    (corpus.plain_text, probing.NotAVideoError),
    (corpus.image, probing.NotAVideoError),
    (corpus.captions_only, probing.NothingToPlayError),
    (corpus.truncated_index_last, probing.TruncatedError),
    (corpus.truncated_index_first, probing.TruncatedError),
    (corpus.truncated_matroska, probing.TruncatedError),
    (corpus.encrypted, probing.EncryptedError),
    (corpus.five_hours, probing.TooLongError),
    (corpus.a_tenth_of_a_second, probing.TooShortError),
    (corpus.many_streams, probing.TooManyStreamsError),
    (corpus.pixel_bomb, probing.UnknownCodecError),
    (corpus.vast_h264, probing.PictureTooLargeError),
    (corpus.tiny_picture, probing.PictureTooSmallError),
    (corpus.unknown_codec, probing.UnknownCodecError),
]


@pytest.mark.parametrize(("make", "refusal"), REFUSED, ids=[make.__name__ for make, _ in REFUSED])
def test_bad_files_are_refused_with_a_sentence(
    tmp_path: Path, make: Callable[[Path], Path], refusal: type[MediaRefusedError]
) -> None:
    with pytest.raises(refusal) as refused:
        probe(make(tmp_path))
    assert type(refused.value) is refusal
    assert refused.value.message.endswith("。")
    assert "请" in refused.value.message


@pytest.mark.parametrize("name", sorted(corpus.NAMING_OTHERS))
def test_files_that_name_other_files_open_nothing(tmp_path: Path, name: str) -> None:
    make_recording(tmp_path / "neighbour.mp4", seconds=1)
    run_ffmpeg("-i", tmp_path / "neighbour.mp4", "-c", "copy", tmp_path / "neighbour.ts")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        path = corpus.naming_another(tmp_path, name, port=listener.getsockname()[1])
        with pytest.raises(probing.NotAVideoError):
            probe(path)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_the_neighbour_itself_is_fine(tmp_path: Path) -> None:
    """Good controls, or refusing everything would pass the test above."""
    info = probe(make_recording(tmp_path / "neighbour.mp4", seconds=1))
    assert (info.width, info.height, info.sound_index) == (640, 480, 1)


WEBM = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
GOOD = [
    ("lecture.mp4", {}, (640, 480), ["240p", "360p", "480p"]),
    ("网课.webm", {"options": WEBM}, (640, 480), ["240p", "360p", "480p"]),
    ("lecture.mkv", {}, (640, 480), ["240p", "360p", "480p"]),
    ("lecture.mov", {}, (640, 480), ["240p", "360p", "480p"]),
    ("portrait.mp4", {"size": "360x640"}, (360, 640), ["240p", "360p"]),
    ("odd.mkv", {"size": "427x241", "picture": "testsrc", "options": WEBM}, (427, 241), ["240p"]),
    ("silent.mp4", {"sound": None}, (640, 480), ["240p", "360p", "480p"]),
    ("fast.mp4", {"rate": "60000/1001"}, (640, 480), ["240p", "360p", "480p"]),
    ("mono44.mp4", {"sound": "sine=sample_rate=44100"}, (640, 480), ["240p", "360p", "480p"]),
    ("-y.mp4", {}, (640, 480), ["240p", "360p", "480p"]),
    ("concat:x.mp4", {}, (640, 480), ["240p", "360p", "480p"]),
    ("a%d;rm -rf.mp4", {}, (640, 480), ["240p", "360p", "480p"]),
    ("换\n行.mp4", {}, (640, 480), ["240p", "360p", "480p"]),
]


@pytest.mark.parametrize(
    ("name", "how", "size", "names"), GOOD, ids=[name.split("\n")[0] for name, *_ in GOOD]
)
def test_good_files_are_taken(
    tmp_path: Path, name: str, how: dict[str, object], size: tuple[int, int], names: list[str]
) -> None:
    plain = make_recording(tmp_path / f"plain{Path(name).suffix}", seconds=1, **how)  # type: ignore[arg-type]
    path = plain.rename(tmp_path / name)
    info = probe(path)
    assert (info.width, info.height) == size
    assert info.picture is not None
    assert [plan.name for plan in renditions_for(info.picture)] == names
    assert info.duration_seconds == pytest.approx(1, abs=0.1)


def test_a_turned_phone_is_portrait(tmp_path: Path) -> None:
    upright = make_recording(tmp_path / "upright.mp4", seconds=1)
    turned = tmp_path / "turned.mp4"
    run_ffmpeg("-display_rotation", "90", "-i", upright, "-c", "copy", turned)
    info = probe(turned)
    assert (info.width, info.height) == (480, 640)


def test_wide_pixels_are_widened(tmp_path: Path) -> None:
    wide = make_recording(
        tmp_path / "wide.mp4",
        seconds=1,
        size="720x576",
        sound=None,
        options=("-vf", "setsar=64/45", "-c:v", "libx264", "-preset", "ultrafast"),
    )
    info = probe(wide)
    assert (info.width, info.height) == (1024, 576)


def test_a_varying_rate_is_known_as_such(tmp_path: Path) -> None:
    path = make_recording(
        tmp_path / "screen.mp4",
        seconds=3,
        rate="30",
        sound=None,
        options=(
            *("-vf", "select='not(mod(n,5))+lt(n,20)'", "-fps_mode", "vfr"),
            *("-c:v", "libx264", "-preset", "ultrafast"),
        ),
    )
    assert not probe(path).rate_is_constant


def test_a_probe_that_runs_out_of_its_limits_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_recording(tmp_path / "good.mp4", seconds=1)
    starved = Limits(memory_bytes=60_000_000, cpu_seconds=5, file_bytes=1000)
    monkeypatch.setattr(probing, "LIMITS", starved)
    with pytest.raises(probing.NotAVideoError):
        probe(path)
