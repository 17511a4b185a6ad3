"""Playlists, and the check that what ffmpeg wrote is whole before anybody is shown it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from media_pipeline import boxes
from media_pipeline.command import (
    INDEX_NAME,
    INIT_NAME,
    POSTER_NAME,
    PROGRESSIVE_NAME,
    Recipe,
)
from media_pipeline.ffmpeg import TranscodeFailedError
from media_pipeline.files import replace_text
from media_pipeline.ladder import (
    AUDIO_BITRATE,
    SEGMENT_SECONDS,
    SOUND_NAME,
    RenditionPlan,
)
from media_pipeline.planning import grid_frame

MASTER_NAME = "master.m3u8"
# The low rendition is shown from this many segments on, while the rest is still being made.
PLAYABLE_SEGMENTS = 2
# How far the result may fall short of the source, in seconds and as a share.
SHORT_SECONDS = 1.0
SHORT_SHARE = 0.02
# How far a segment may begin from where the one before it ended, in seconds.
GAP_SECONDS = 0.1
# How far it may begin from where it must, in seconds.
GRID_SECONDS = 0.005
_LISTED = re.compile(r"^#EXTINF:([0-9.]+),\s*\n([0-9]+\.m4s)$", re.MULTILINE)


@dataclass(frozen=True)
class Checked:
    """One rendition, read back segment by segment; without a plan it is the sound alone."""

    plan: RenditionPlan | None
    codecs: str
    segments: int
    key_times: tuple[float, ...]
    duration_seconds: float
    peak_bandwidth: int
    average_bandwidth: int
    size_bytes: int

    @property
    def name(self) -> str:
        return self.plan.name if self.plan else SOUND_NAME


def listed_segments(folder: Path) -> list[tuple[str, float]]:
    """(file name, seconds) of the segments a rendition's playlist names so far."""
    try:
        text = (folder / INDEX_NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [(name, float(seconds)) for seconds, name in _LISTED.findall(text)]


def first_segments(index: str, count: int) -> str:
    """A growing playlist's text up to its first `count` segments."""
    ends = [found.end() for found in _LISTED.finditer(index)]
    return index[: ends[count - 1]] + "\n"


@dataclass(frozen=True)
class Listed:
    """What a master playlist says of one rendition; without a picture its sides are 0."""

    folder: str
    codecs: str
    width: int
    height: int
    frame_rate: float
    peak_bandwidth: int
    average_bandwidth: int


def checked(folder: Path, plan: RenditionPlan | None) -> Checked:
    """Read a rendition back; raises TranscodeFailedError if a segment is not as it must be.

    Every segment must be whole, begin with a key frame, follow the one before it without a gap
    and begin where those of every other size do: this is what a player needs to begin and to
    change size anywhere.
    """
    name = plan.name if plan else SOUND_NAME
    segments = listed_segments(folder)
    if not segments:
        raise _unsound(name, "no segment")
    leading = "vide" if plan else "soun"
    try:
        init = (folder / INIT_NAME).read_bytes()
        tracks = boxes.heads(init)
        key_times: list[float] = []
        ended = 0.0
        sizes: list[int] = []
        for segment, seconds in segments:
            data = (folder / segment).read_bytes()
            sizes.append(len(data))
            runs = [run for run in boxes.runs(data, tracks) if run.handler == leading]
            if not runs or not runs[0].starts_with_key:
                raise _unsound(name, f"{segment} does not begin with a key frame")
            if key_times and abs(runs[0].start - ended) > GAP_SECONDS:
                raise _unsound(name, f"{segment} begins at {runs[0].start}, not {ended}")
            key_times.append(round(runs[0].start, 3))
            if plan and not _on_grid(key_times, plan):
                raise _unsound(name, f"{segment} begins off the grid, at {key_times[-1]}")
            ended = runs[-1].start + runs[-1].duration
            if seconds > SEGMENT_SECONDS + 1:
                raise _unsound(name, f"{segment} lasts {seconds} s")
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise _unsound(name, str(error)) from error
    total = sum(seconds for _segment, seconds in segments)
    # A last crumb of a segment says nothing about the rate a line must carry.
    rates = [
        size * 8 / seconds
        for size, (_segment, seconds) in zip(sizes, segments, strict=True)
        if seconds >= 1 or len(segments) == 1
    ]
    return Checked(
        plan=plan,
        codecs=",".join(track.codec for track in tracks if track.codec),
        segments=len(segments),
        key_times=tuple(key_times),
        duration_seconds=ended - key_times[0],
        peak_bandwidth=int(max(rates)) + 1,
        average_bandwidth=int(sum(sizes) * 8 / total) + 1,
        size_bytes=len(init) + sum(sizes),
    )


def _unsound(name: str, detail: str) -> TranscodeFailedError:
    return TranscodeFailedError(
        _("转码结果检查未通过（%(name)s）。请重试。") % {"name": name}, detail
    )


def _on_grid(key_times: Sequence[float], plan: RenditionPlan) -> bool:
    """Whether the last of these begins where the segments of every size of the lecture do."""
    expected = float(grid_frame(len(key_times) - 1, plan.frame_rate) / plan.frame_rate)
    return abs(key_times[-1] - key_times[0] - expected) < GRID_SECONDS


def check_whole(one: Checked, seconds: float) -> None:
    """Raise TranscodeFailedError unless a rendition lasts as long as its source."""
    if one.duration_seconds < seconds - max(SHORT_SECONDS, SHORT_SHARE * seconds):
        raise TranscodeFailedError(
            _("视频在 %(minutes)d 分 %(seconds)d 秒处中断，文件不完整。请重新拷贝后上传。")
            % {
                "minutes": one.duration_seconds // 60,
                "seconds": one.duration_seconds % 60,
            }
        )


def check_companions(folder: Path, recipe: Recipe) -> None:
    """Raise TranscodeFailedError unless the progressive file and the poster are what they must."""
    if recipe.progressive:
        with (folder / PROGRESSIVE_NAME).open("rb") as file:
            if file.read(8)[4:] != b"ftyp":
                raise _unsound(PROGRESSIVE_NAME, "no file type box")
    if recipe.poster:
        with (folder / POSTER_NAME).open("rb") as file:
            if file.read(2) != b"\xff\xd8":
                raise _unsound(POSTER_NAME, "no JPEG")


def finish(folder: Path) -> None:
    """A rendition's playlist as one that grows no more."""
    index = folder / INDEX_NAME
    text = index.read_text(encoding="utf-8")
    replace_text(index, text.replace("#EXT-X-PLAYLIST-TYPE:EVENT", "#EXT-X-PLAYLIST-TYPE:VOD"))


def listed(one: Checked, folder: str, *, least_bandwidth: int = 0) -> Listed:
    """A checked rendition as the master playlist names it."""
    return Listed(
        folder=folder,
        codecs=one.codecs,
        width=one.plan.width if one.plan else 0,
        height=one.plan.height if one.plan else 0,
        frame_rate=float(one.plan.frame_rate) if one.plan else 0.0,
        peak_bandwidth=max(one.peak_bandwidth, least_bandwidth),
        average_bandwidth=one.average_bandwidth,
    )


def publish_first(take: Path, first: Checked, folder: str) -> None:
    """A master playlist with the lowest rendition alone, which still grows."""
    promised = (first.plan.max_bitrate if first.plan else 0) + AUDIO_BITRATE
    publish(take, [listed(first, folder, least_bandwidth=promised)])


def publish(take: Path, renditions: Iterable[Listed]) -> None:
    """The master playlist of a take, with these renditions: pictures, lowest first, then sound."""
    replace_text(take / MASTER_NAME, master(renditions))


def with_captions(master: str, languages: Sequence[tuple[str, str]]) -> str:
    """The master playlist with captions, as (language, label): where engines look that play HLS
    themselves, and in full screen show nothing else."""
    media = [
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="{label}",LANGUAGE="{language}",'
        f'AUTOSELECT=YES,URI="captions/{language}.m3u8"'
        for language, label in languages
    ]
    lines = [
        f'{line},SUBTITLES="captions"' if line.startswith("#EXT-X-STREAM-INF:") else line
        for line in master.splitlines()
    ]
    at = next((n for n, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF:")), 0)
    return "\n".join([*lines[:at], *media, *lines[at:]]) + "\n"


def captions_playlist(name: str, milliseconds: int) -> str:
    """A playlist whose one segment is the WebVTT file `name` of a lecture that long."""
    return (
        "#EXTM3U\n#EXT-X-VERSION:7\n"
        f"#EXT-X-TARGETDURATION:{-(-milliseconds // 1000)}\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        f"#EXTINF:{milliseconds / 1000:.3f},\n{name}\n#EXT-X-ENDLIST\n"
    )


def master(renditions: Iterable[Listed]) -> str:
    """The master playlist (RFC 8216, 4.3.4): what a player chooses a size by."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in sorted(renditions, key=lambda one: (one.height == 0, one.width * one.height)):
        facts = [
            f"BANDWIDTH={one.peak_bandwidth}",
            f"AVERAGE-BANDWIDTH={one.average_bandwidth}",
            f'CODECS="{one.codecs}"',
        ]
        if one.height:
            facts += [f"RESOLUTION={one.width}x{one.height}", f"FRAME-RATE={one.frame_rate:.3f}"]
        lines.append(f"#EXT-X-STREAM-INF:{','.join(facts)},CLOSED-CAPTIONS=NONE")
        lines.append(f"{one.folder}/{INDEX_NAME}")
    return "\n".join(lines) + "\n"
