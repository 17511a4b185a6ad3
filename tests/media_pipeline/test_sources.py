"""Whatever people have becomes a lecture: old and new formats, odd pictures, many sounds."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from media_pipeline import command, ffmpeg, packaging
from media_pipeline.ladder import SOUND_NAME
from media_pipeline.probe import MediaInfo, probe
from tests.factories.media import make_recording, run_ffmpeg
from tests.support.takes import decoded, transcoded

pytestmark = pytest.mark.slow

TONE = "sine=frequency=440:sample_rate=48000"


def _with(*options: str) -> Callable[[Path], Path]:
    return lambda target: make_recording(target, options=options)


FORMATS: dict[str, Callable[[Path], Path]] = {
    "old.wmv": _with("-c:v", "wmv2", "-b:v", "1M", "-c:a", "wmav2"),
    "older.asf": _with("-c:v", "wmv1", "-b:v", "1M", "-c:a", "wmav1"),
    "camera.avi": _with("-c:v", "mpeg4", "-b:v", "1M", "-c:a", "libmp3lame"),
    "still.avi": _with("-c:v", "mjpeg", "-q:v", "5", "-c:a", "pcm_s16le"),
    "web.flv": _with("-c:v", "flv1", "-b:v", "1M", "-ar", "44100", "-c:a", "libmp3lame"),
    "disc.mpg": _with("-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "mp2"),
    "broadcast.ts": _with("-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "ac3"),
    "air.ts": _with("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
    "phone.3gp": _with("-c:v", "h263", "-s", "352x288", "-c:a", "aac"),
    "new.mp4": _with("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-c:a", "aac"),
    "web.webm": _with("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis"),
    "next.mkv": _with("-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-an"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_people_have(tmp_path: Path, name: str) -> None:
    info, made = transcoded(FORMATS[name](tmp_path / name), tmp_path / "take")
    seconds = {one.name: round(one.duration_seconds, 1) for one in made}
    assert {length for length in seconds.values() if abs(length - 3.0) > 0.2} == set()
    assert (SOUND_NAME in seconds) is (info.sound_index is not None)
    lowest = decoded(tmp_path / "take", made[0].name)
    assert lowest.seconds == pytest.approx(3.0, abs=0.2)


# --- Picture ----------------------------------------------------------------------------------


def _combs(file: Path) -> float:
    """How much lines differ from both of their neighbours, over all pictures."""
    found = []
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            lines = frame.to_ndarray(format="gray").astype(int)
            found.append(np.abs(2 * lines[1:-1] - lines[:-2] - lines[2:]).mean())
    return float(np.mean(found))


def test_interlaced_pictures_are_made_whole(tmp_path: Path) -> None:
    """Each picture holds two moments half a frame apart, line by line: combs on all that moves."""
    fields = ("-vf", "tinterlace=interleave_top,setfield=tff", "-flags", "+ildct+ilme")
    source = tmp_path / "field.ts"
    still = "color=c=black:size=640x360:rate=50:duration=3,drawbox=w=80:h=ih:c=white:t=fill"
    moving = f"{still},scroll=horizontal=0.025"
    run_ffmpeg("-f", "lavfi", "-i", moving, *fields, "-c:v", "mpeg2video", "-b:v", "8M", source)
    info, made = transcoded(source, tmp_path / "take")
    plan = made[-1].plan
    assert plan is not None
    assert (info.is_interlaced, plan.name, plan.frame_rate) == (True, "360p", Fraction(25))
    assert _combs(tmp_path / "take" / command.PROGRESSIVE_NAME) < _combs(source) / 4


def test_bright_film_is_shown_on_ordinary_screens(tmp_path: Path) -> None:
    source = tmp_path / "hdr.mkv"
    tags = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    run_ffmpeg(
        *("-f", "lavfi", "-i", "color=c=gray:size=640x360:rate=25:duration=2"),
        *("-f", "lavfi", "-i", TONE + ":duration=2"),
        *("-vf", "format=yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast", *tags),
        *("-x265-params", "colorprim=9:transfer=16:colormatrix=9", "-c:a", "aac", source),
    )
    info, made = transcoded(source, tmp_path / "take")
    assert info.is_hdr
    pictures = decoded(tmp_path / "take", made[0].name)
    # Half of the signal is 92 cd/m² in PQ: near white where 100 is white, and not the grey it
    # would be if its numbers were shown as they are.
    assert pictures.formats == {"yuv420p"}
    assert pictures.brightness[10] > 150


@pytest.mark.parametrize("pixels", ["yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le"])
def test_pixels_of_studios_become_those_of_phones(tmp_path: Path, pixels: str) -> None:
    source = tmp_path / "studio.mkv"
    run_ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=2", "-pix_fmt", pixels),
        *("-c:v", "libx264", "-preset", "ultrafast", source),
    )
    _info, made = transcoded(source, tmp_path / "take")
    assert [decoded(tmp_path / "take", one.name).formats for one in made] == [{"yuv420p"}] * 2


# --- Sound ------------------------------------------------------------------------------------


def test_picture_and_sound_stay_in_step(tmp_path: Path) -> None:
    """A flash and a beep at the same moments; in every rendition within 40 ms of each other."""
    source = tmp_path / "clap.mp4"
    moments = "between(mod(t,4),2,2.2)"
    run_ffmpeg(
        *("-f", "lavfi", "-i"),
        f"color=c=black:size=640x360:rate=25:duration=12,drawbox=c=white:t=fill:enable='{moments}'",
        *("-f", "lavfi", "-i", f"aevalsrc='if({moments},sin(2*PI*1000*t),0)':d=12:s=48000"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", source),
    )
    _info, made = transcoded(source, tmp_path / "take")
    for one in made:
        seen = decoded(tmp_path / "take", one.name)
        beeps = seen.beeps()
        assert len(beeps) == 3
        if one.plan:
            flashes = seen.flashes()
            assert [abs(f - b) < 0.04 for f, b in zip(flashes, beeps, strict=True)] == [True] * 3
        # The same for all, so that nobody who changes size hears or sees a moment twice.
        assert beeps == pytest.approx([2, 6, 10], abs=0.1)


@pytest.mark.parametrize(("source_sound", "gain"), [("quiet", 0.02), ("loud", 1.0), ("usual", 0.2)])
def test_every_lecture_is_equally_loud(tmp_path: Path, source_sound: str, gain: float) -> None:
    """Speech-like: bursts of a few tones with pauses."""
    source = tmp_path / f"{source_sound}.mp4"
    speech = (
        f"aevalsrc='{gain}*(0.5+0.5*sin(2*PI*3*t))*gt(sin(2*PI*0.4*t),-0.6)"
        "*(sin(2*PI*180*t)+0.5*sin(2*PI*700*t)+0.3*sin(2*PI*2300*t))/1.8':d=12:s=48000"
    )
    run_ffmpeg(
        *("-f", "lavfi", "-i", "color=c=gray:size=320x240:rate=25:duration=12"),
        *("-f", "lavfi", "-i", speech, "-c:v", "libx264", "-c:a", "aac", source),
    )
    transcoded(source, tmp_path / "take")
    result = tmp_path / "take" / command.PROGRESSIVE_NAME
    loudness = ffmpeg.measured_loudness(result, probe(result), during=lambda: None)
    assert loudness == pytest.approx(-16, abs=1)


def test_silence_stays_silence(tmp_path: Path) -> None:
    source = make_recording(tmp_path / "mute.mp4", sound="anullsrc=sample_rate=48000")
    info, _made = transcoded(source, tmp_path / "take")
    assert info.loudness is None


@pytest.mark.parametrize(
    ("channels", "codec"), [("mono", "aac"), ("5.1", "ac3"), ("quad", "pcm_s16le")]
)
def test_any_number_of_channels_becomes_two(tmp_path: Path, channels: str, codec: str) -> None:
    source = tmp_path / "sound.mkv"
    run_ffmpeg(
        *("-f", "lavfi", "-i", "color=c=gray:size=320x240:rate=25:duration=3"),
        *("-f", "lavfi", "-i", f"{TONE}:duration=3", "-af", f"aformat=channel_layouts={channels}"),
        *("-c:v", "libx264", "-c:a", codec, source),
    )
    transcoded(source, tmp_path / "take")
    with av.open(str(tmp_path / "take" / command.PROGRESSIVE_NAME)) as made:
        assert made.streams.audio[0].codec_context.layout.name == "stereo"


def _tracks(target: Path, tracks: Sequence[tuple[str, str, str]]) -> Path:
    """A film with a tone track for each (language, disposition, frequency)."""
    inputs: list[str] = ["-f", "lavfi", "-i", "color=c=gray:size=320x240:rate=25:duration=3"]
    options: list[str] = ["-map", "0:v"]
    for number, (language, disposition, frequency) in enumerate(tracks):
        inputs += ["-f", "lavfi", "-i", f"sine=frequency={frequency}:duration=3"]
        options += ["-map", f"{number + 1}:a", f"-metadata:s:a:{number}", f"language={language}"]
        options += [f"-disposition:a:{number}", disposition]
    run_ffmpeg(*inputs, *options, "-c:v", "libx264", "-c:a", "aac", target)
    return target


@pytest.mark.parametrize(
    ("tracks", "chosen"),
    [
        ([("eng", "0", "300"), ("chi", "0", "900")], 2),
        ([("eng", "default", "300"), ("chi", "0", "900")], 1),
        ([("eng", "0", "300"), ("bod", "0", "900")], 1),
    ],
)
def test_one_of_several_sounds_is_chosen(
    tmp_path: Path, tracks: list[tuple[str, str, str]], chosen: int
) -> None:
    info = probe(_tracks(tmp_path / "film.mkv", tracks))
    assert info.sound_index == chosen
    assert [(one.index, one.language) for one in info.sounds] == [
        (number + 1, language) for number, (language, _marked, _tone) in enumerate(tracks)
    ]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("talk.mp3", ("-c:a", "libmp3lame")),
        ("talk.m4a", ("-c:a", "aac")),
        ("talk.wav", ("-c:a", "pcm_s16le")),
        ("talk.wma", ("-f", "asf", "-c:a", "wmav2")),
    ],
)
def test_a_recorded_talk_is_a_lecture_without_picture(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    run_ffmpeg("-f", "lavfi", "-i", f"{TONE}:duration=9", *options, tmp_path / name)
    info, made = transcoded(tmp_path / name, tmp_path / "take")
    assert (info.picture, [(one.name, one.segments) for one in made]) == (None, [(SOUND_NAME, 3)])
    assert (tmp_path / "take" / packaging.MASTER_NAME).read_text() == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        f"#EXT-X-STREAM-INF:BANDWIDTH={made[0].peak_bandwidth},"
        f'AVERAGE-BANDWIDTH={made[0].average_bandwidth},CODECS="mp4a.40.2",'
        "CLOSED-CAPTIONS=NONE\nsound/index.m3u8\n"
    )
    with av.open(str(tmp_path / "take" / command.POSTER_NAME)) as poster:
        frame = next(poster.decode(video=0)).to_ndarray(format="gray")
    assert frame.shape == (720, 1280)
    # The paper is light, the wave is dark on it.
    assert (int(np.median(frame)) > 200, int(frame.min()) < 120) == (True, True)


def test_facts_of_before_are_still_understood() -> None:
    """A lecture taken in by an earlier release is made again without being looked at again."""
    facts = {
        "format_name": "mov,mp4",
        "video_index": 0,
        "video_codec": "h264",
        "width": 640,
        "height": 360,
        "average_rate": "25",
        "rate_is_constant": True,
        "duration_seconds": 3.0,
        "picture_seconds": 3.0,
        "sound_index": 1,
    }
    info = MediaInfo.from_facts(facts)
    assert (info.average_rate, info.sounds, info.loudness, info.is_hdr) == (25, (), None, False)
    assert MediaInfo.from_facts(info.as_facts()) == info
