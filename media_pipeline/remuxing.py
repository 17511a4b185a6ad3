"""What ffmpeg is told to do with a recorder's stream while it comes in, and with its files after.

The picture is passed on as it is where it is H.264; sound becomes AAC, which every player of HLS
knows. Options are those that ffmpeg 5.1 and 9 both understand.
"""

import dataclasses
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from media_pipeline import ffmpeg
from media_pipeline.processes import Limits, start

FRAGMENT_MICROSECONDS = 100_000
# More makes the first picture late, less does not find the sound.
PROBE_BYTES = 8_192
LIMITS = Limits(
    memory_bytes=1_500_000_000, cpu_seconds=12 * 3600, file_bytes=0, open_files=32, nice=0
)
JOIN_LIMITS = Limits(
    memory_bytes=1_500_000_000, cpu_seconds=3600, file_bytes=32 * 1024**3, open_files=64, nice=5
)
JOIN_SECONDS = 3600
PULL_LIMITS = dataclasses.replace(LIMITS, no_network=False)
_PROBE = ["-fflags", "+nobuffer+genpts", "-probesize", str(PROBE_BYTES), "-analyzeduration", "0"]
# A first picture of OBS has to be in it, and goes on itself, for the next to begin with comes late;
# how many there are a second is not waited for.
_PROBE_FLV = ["-probesize", "1000000", "-fpsprobesize", "0"]
# Players that have begun with sound alone take no picture later. A class may change between its
# sources: sound alone has a dark speck beside it, in step with the sound, and pages show a card.
_NO_PICTURE = [
    *("-filter_complex", "[0:a:0]showwaves=size=16x16:rate=10:colors=black[speck]"),
    *("-map", "[speck]", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
    *("-pix_fmt", "yuv420p", "-profile:v", "baseline", "-g", "10"),
]
_DEMUXERS = {"video/x-matroska": "matroska", "video/webm": "matroska", "video/mp4": "mov"}
_DEMUXERS |= {mime.replace("video", "audio"): name for mime, name in _DEMUXERS.items()}
_DEMUXERS["video/x-flv"] = "flv"


def demuxer_of(mime: str) -> str | None:
    """How a recorder's stream of that type is read; None for a type no recorder makes."""
    return _DEMUXERS.get(mime.partition(";")[0].strip().lower())


def is_passed_through(mime: str) -> bool:
    """Whether the picture goes on as it is; otherwise it is encoded here, and comes later."""
    return mime.startswith("audio/") or any(name in mime.lower() for name in ("avc", "h264"))


def is_sound_alone(mime: str) -> bool:
    return mime.startswith("audio/")


def is_sound_passed_through(mime: str) -> bool:
    """Whether the sound goes on as it is: AAC as OBS sends it."""
    return demuxer_of(mime) == "flv"


def live_arguments(mime: str) -> list[str]:
    """ffmpeg's arguments: a recorder's stream comes in, fragments of 100 ms go out."""
    picture = (
        ["-c:v", "copy"]
        if is_passed_through(mime)
        else [
            *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
            *("-pix_fmt", "yuv420p", "-profile:v", "baseline", "-b:v", "1200k"),
            *("-force_key_frames", "expr:gte(t,n_forced*1)", "-r", "25"),
            *("-vf", "scale=w=min(iw\\,1280):h=-2"),
        ]
    )
    is_flv = demuxer_of(mime) == "flv"
    probe = _PROBE_FLV if is_flv else _PROBE
    sound = (
        ["-c:a", "copy"]
        if is_sound_passed_through(mime)
        else ["-c:a", "aac", "-b:a", "64k", "-ar", "48000", "-ac", "1"]
    )
    if is_sound_alone(mime):
        picture = [*_NO_PICTURE, "-map", "0:a:0"]
    else:
        picture = ["-map", "0:v:0?", "-map", "0:a:0?", *picture]
    return [
        *("-hide_banner", "-loglevel", "warning", "-nostats"),
        *("-protocol_whitelist", "pipe", *probe),
        *("-f", demuxer_of(mime) or "matroska", "-i", "pipe:0"),
        *picture,
        *sound,
        *("-max_interleave_delta", "500000", "-flush_packets", "1", "-map_metadata", "-1"),
        *("-movflags", "+empty_moov+default_base_moof+frag_keyframe"),
        *("-frag_duration", str(FRAGMENT_MICROSECONDS), "-f", "mp4", "pipe:1"),
    ]


def start_live(mime: str) -> "subprocess.Popen[bytes]":
    """Start the remux of one recorder's stream: fed by its stdin, read from its stdout."""
    return start([ffmpeg.binary(), *live_arguments(mime)], limits=LIMITS, is_fed=True)


def pull_arguments(address: str) -> list[str]:
    """ffmpeg's arguments: fetch an RTMP stream, and give it as it is as FLV on its stdout.

    FLV keeps when each picture is decoded; Matroska does not, and OBS sends pictures out of order.
    """
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "warning", "-nostats"),
        *("-protocol_whitelist", "rtmp,tcp", *_PROBE_FLV),
        *("-rtmp_live", "live", "-i", address),
        *("-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", "-map_metadata", "-1"),
        *("-flvflags", "no_duration_filesize", "-flush_packets", "1", "-f", "flv", "pipe:1"),
    ]


def start_pull(address: str) -> "subprocess.Popen[bytes]":
    """Start fetching a stream of a server the school runs itself: read from its stdout."""
    return start([ffmpeg.binary(), *pull_arguments(address)], limits=PULL_LIMITS)


def join(sources: Sequence[Path], target: Path, *, during: Callable[[], None]) -> None:
    """Put recorded streams behind each other in one Matroska file, without encoding anything.

    `during` is called about twice a second, and ends it by raising. Raises TranscodeFailedError.
    """
    listed = target.with_suffix(".txt")
    # All names are our own: a folder's number and `raw`.
    listed.write_text("".join(f"file '{source}'\n" for source in sources), encoding="utf-8")
    try:
        ffmpeg.run(
            [
                ffmpeg.binary(),
                *("-nostdin", "-hide_banner", "-loglevel", "warning", "-y"),
                *("-progress", "pipe:1", "-stats_period", "0.5"),
                *("-protocol_whitelist", "file", "-fflags", "+genpts", "-f", "concat"),
                *("-safe", "0", "-i", str(listed), "-map", "0:v:0?", "-map", "0:a:0?"),
                *("-c", "copy", "-map_metadata", "-1", "-f", "matroska", str(target)),
            ],
            limits=JOIN_LIMITS,
            wall_seconds=JOIN_SECONDS,
            cwd=target.parent,
            on_progress=lambda progress: during(),
        )
    finally:
        listed.unlink(missing_ok=True)
