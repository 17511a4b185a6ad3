"""What is in a file, and whether it can become a lecture; refusals say what to do next."""

import dataclasses
import json
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from media_pipeline import whitelists
from media_pipeline.ladder import Picture
from media_pipeline.processes import Limits, end_group, start

CHILD = Path(__file__).with_name("probe_child.py")
WALL_SECONDS = 60
LIMITS = Limits(memory_bytes=1_200_000_000, cpu_seconds=40, file_bytes=1_000_000, open_files=64)
MAX_SECONDS = 4 * 3600
CHINESE = ("chi", "zho", "zh", "cmn")
MIN_SECONDS = 0.5
MAX_FRAME_RATE = 240
MIN_SIDE = 32
# PQ and HLG: shown as they are, an ordinary screen makes them grey (ITU-R BT.2100).
HDR_TRANSFERS = (16, 18)
# A file may end this much before its head says, in seconds and as a share.
MISSING_SECONDS = 2.0
MISSING_SHARE = 0.02


class MediaRefusedError(DomainError):
    """This file cannot become a lecture; another file may."""


class EmptyFileError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("文件是空的（0 字节）。请检查原文件后重新上传。"))


class NotAVideoError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(
            _("这个文件不是可识别的视频，或已损坏。请确认能在电脑上播放，另存为 MP4 后重新上传。")
        )


class NothingToPlayError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("文件里既没有画面，也没有声音。请确认选对了文件，再重新上传。"))


class TruncatedError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(
            _("文件不完整，后半部分缺失。请从原设备重新拷贝一份，确认能播放到结尾后再上传。")
        )


class EncryptedError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("视频已加密，无法处理。请导出未加密的版本后重新上传。"))


class TooLongError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("视频超过 4 小时。请分成几段后分别上传。"))


class TooShortError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("视频不到半秒，没有可学习的内容。请检查是否选错了文件。"))


class TooManyStreamsError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(
            _("文件里的音视频轨道超过 %(most)d 条。请只保留一条画面和一条声音，导出后重新上传。")
            % {"most": whitelists.MAX_STREAMS}
        )


class PictureTooLargeError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("画面尺寸过大。请导出为 1080p（最大 4K）后重新上传。"))


class PictureTooSmallError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("画面尺寸过小，看不清内容。请上传原始录像。"))


class UnknownCodecError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("编码格式暂不支持。请导出为 MP4（H.264 画面、AAC 声音）后重新上传。"))


class UndecodableError(MediaRefusedError):
    def __init__(self) -> None:
        super().__init__(_("视频画面无法解码，文件可能已损坏。请重新导出为 MP4 后上传。"))


@dataclass(frozen=True)
class SoundTrack:
    """One sound track: where it stands in the file, and what its maker called it."""

    index: int
    language: str
    title: str
    channels: int


@dataclass(frozen=True)
class MediaInfo:
    """What the pipeline needs to know of a source.

    width, height: display pixels after rotation and pixel shape, 0 without a picture;
    video_index, sound_index: None without a picture or a sound; duration_seconds: of picture or
    sound, whichever lasts longer; transfer: how brightness is coded (ISO/IEC 23091-2, table 3);
    sounds: every sound track there is to choose from; loudness: LUFS of the chosen one, None if
    there is none to hear or it was not measured; chapters: as the file has them, in
    milliseconds and words nobody has checked.
    """

    format_name: str
    video_index: int | None
    video_codec: str
    width: int
    height: int
    average_rate: Fraction | None
    rate_is_constant: bool
    duration_seconds: float
    picture_seconds: float
    sound_index: int | None
    is_interlaced: bool = False
    transfer: int = 0
    sounds: tuple[SoundTrack, ...] = ()
    loudness: float | None = None
    chapters: tuple[tuple[int, str], ...] = ()

    @property
    def is_hdr(self) -> bool:
        return self.transfer in HDR_TRANSFERS

    @property
    def picture(self) -> Picture | None:
        if self.video_index is None:
            return None
        return Picture(self.width, self.height, self.average_rate, self.rate_is_constant)

    def as_facts(self) -> dict[str, Any]:
        """Plain values for a row; `from_facts` reads them back."""
        rate = self.average_rate
        return {**dataclasses.asdict(self), "average_rate": None if rate is None else str(rate)}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "MediaInfo":
        sounds = tuple(SoundTrack(**sound) for sound in facts.get("sounds", ()))
        chapters = tuple((start, title) for start, title in facts.get("chapters", ()))
        rate = _rate(facts["average_rate"])
        return cls(**{**facts, "average_rate": rate, "sounds": sounds, "chapters": chapters})


def probe(path: Path) -> MediaInfo:
    """Look into `path` in a confined process; raises MediaRefusedError with a sentence."""
    if path.stat().st_size == 0:
        raise EmptyFileError
    return judge(facts_of(path))


def facts_of(path: Path) -> dict[str, Any]:
    """What the child says; a child that dies or runs out of its limits says "unreadable"."""
    process = start([sys.executable, "-I", str(CHILD), str(path.resolve())], limits=LIMITS)
    try:
        said, _errors = process.communicate(timeout=WALL_SECONDS)
    except subprocess.TimeoutExpired:
        return {"unreadable": "timeout"}
    finally:
        end_group(process)
    if process.returncode != 0:
        return {"unreadable": f"exit {process.returncode}"}
    facts: dict[str, Any] = json.loads(said)
    return facts


def judge(facts: dict[str, Any]) -> MediaInfo:
    """Facts to MediaInfo, or the first reason against it. Pure."""
    if "unreadable" in facts:
        # An MP4 keeps its index at the end until a player's export moves it: cut off, it has
        # a head and nothing to read it by.
        raise TruncatedError if facts.get("is_mp4") else NotAVideoError
    if facts["streams"] > whitelists.MAX_STREAMS:
        raise TooManyStreamsError
    video, sounds = facts.get("video"), facts.get("sounds", [])
    sound = _chosen(sounds)
    if video is None:
        return _sound_alone(facts, sound)
    if video["encrypted"]:
        raise EncryptedError
    if video["codec"] not in whitelists.VIDEO_CODECS:
        raise UnknownCodecError
    width, height = display_size(video)
    if video["width"] * video["height"] > whitelists.MAX_PIXELS:
        raise PictureTooLargeError
    if not video["decodes"]:
        raise UndecodableError
    if min(width, height) < MIN_SIDE:
        raise PictureTooSmallError
    if sound is not None and sound["codec"] not in whitelists.AUDIO_CODECS:
        raise UnknownCodecError
    promised = video["duration"] or facts["duration"] or video["ends"]
    picture_seconds = _whole(promised, video["ends"])
    duration = max(picture_seconds, (sound or {}).get("duration") or 0.0)
    _check_length(duration, picture_seconds)
    average, base = _rate(video["average_rate"]), _rate(video["base_rate"])
    constant = (
        average is not None
        and base is not None
        and average <= MAX_FRAME_RATE
        and abs(average - base) <= base / 100
    )
    return MediaInfo(
        format_name=facts["format"],
        video_index=video["index"],
        video_codec=video["codec"],
        width=width,
        height=height,
        average_rate=average,
        rate_is_constant=constant,
        duration_seconds=duration,
        picture_seconds=picture_seconds,
        sound_index=None if sound is None else sound["index"],
        is_interlaced=video["interlaced"],
        transfer=video["transfer"],
        sounds=_tracks(sounds),
        chapters=_chapters(facts),
    )


def _sound_alone(facts: dict[str, Any], sound: dict[str, Any] | None) -> MediaInfo:
    if sound is None:
        raise NothingToPlayError
    if sound["codec"] not in whitelists.AUDIO_CODECS:
        raise UnknownCodecError
    seconds = _whole(sound["duration"] or facts["duration"] or sound["ends"], sound["ends"])
    _check_length(seconds, seconds)
    return MediaInfo(
        format_name=facts["format"],
        video_index=None,
        video_codec="",
        width=0,
        height=0,
        average_rate=None,
        rate_is_constant=True,
        duration_seconds=seconds,
        picture_seconds=0.0,
        sound_index=sound["index"],
        sounds=_tracks(facts["sounds"]),
        chapters=_chapters(facts),
    )


def _chosen(sounds: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The track its maker marked, else the first that says Chinese, else the first."""
    marked = [sound for sound in sounds if sound["is_default"]]
    if len(marked) == 1:
        return marked[0]
    chinese = [sound for sound in sounds if sound["language"] in CHINESE]
    return next(iter(chinese or sounds), None)


def _tracks(sounds: list[dict[str, Any]]) -> tuple[SoundTrack, ...]:
    names = [field.name for field in dataclasses.fields(SoundTrack)]
    return tuple(SoundTrack(**{name: sound[name] for name in names}) for sound in sounds)


def _chapters(facts: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    return tuple((start_ms, title) for start_ms, title in facts.get("chapters", ()))


def _whole(promised: float, ends: float) -> float:
    """How long a stream lasts; raises TruncatedError if it ends well before it says."""
    if ends < promised - max(MISSING_SECONDS, MISSING_SHARE * promised):
        raise TruncatedError
    return min(promised, ends)


def _check_length(seconds: float, shown: float) -> None:
    if seconds > MAX_SECONDS:
        raise TooLongError
    if shown < MIN_SECONDS:
        raise TooShortError


def display_size(video: dict[str, Any]) -> tuple[int, int]:
    """Pixels as seen: pixel shape widened out, a quarter turn swaps the sides."""
    shape = Fraction(video["pixel_shape"]) or Fraction(1)
    width, height = round(video["width"] * shape), video["height"]
    return (height, width) if video["rotation"] % 180 else (width, height)


def _rate(text: str | None) -> Fraction | None:
    return Fraction(text) if text else None
