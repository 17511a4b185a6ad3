"""The only file that runs ffmpeg: composes its arguments, watches it, ends it.

One decode feeds all renditions, sound is encoded once: the tee muxer hands each finished packet
to every output that wants it. Options are those that ffmpeg 5.1 and 9 both understand.
"""

import os
import re
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from django.conf import settings
from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from media_pipeline import whitelists
from media_pipeline.ladder import (
    AUDIO_BITRATE,
    AUDIO_SAMPLE_RATE,
    SEGMENT_SECONDS,
    RenditionPlan,
)
from media_pipeline.probe import MAX_SECONDS, MediaInfo
from media_pipeline.processes import TERM_SECONDS, Limits, end_group, start

STALL_SECONDS = 60
LOG_TAIL_BYTES = 8_000
INIT_NAME = "init.mp4"
INDEX_NAME = "index.m3u8"
SEGMENT_NAME = "%05d.m4s"
POSTER_NAME = "poster.jpg"
PROGRESSIVE_NAME = "low.mp4"
_OUT_TIME = re.compile(rb"out_time_us=(\d+)")


class TranscodeFailedError(DomainError):
    """ffmpeg ended without the files; `log_tail` says what it said last."""

    def __init__(self, message: str, log_tail: str = "") -> None:
        super().__init__(message)
        self.log_tail = log_tail


@dataclass(frozen=True)
class Progress:
    """Where a run stands: seconds of the lecture written, and ffmpeg's last words."""

    seconds: float
    log_tail: str


def binary() -> str:
    """The absolute path of ffmpeg: by setting, else the one that came with us."""
    wanted = settings.FFMPEG or imageio_ffmpeg.get_ffmpeg_exe()
    found = shutil.which(wanted)
    if found is None:
        raise TranscodeFailedError(_("服务器上找不到 ffmpeg，请联系系统管理员。"))
    return str(Path(found).resolve())


def limits_for(info: MediaInfo) -> Limits:
    """What encoding this source may use."""
    return Limits(
        memory_bytes=3_000_000_000,
        cpu_seconds=int(600 + 20 * info.duration_seconds),
        file_bytes=8 * 1024**3,
        open_files=64,
        nice=5,
    )


def wall_seconds_for(info: MediaInfo) -> float:
    return 600 + 10 * info.duration_seconds


def arguments(source: Path, info: MediaInfo, plans: Sequence[RenditionPlan]) -> list[str]:
    """ffmpeg's arguments to write all renditions of `source` below the working directory.

    Makes for each plan `<name>/init.mp4`, `<name>/00000.m4s`…, `<name>/index.m3u8`; of the
    lowest also a progressive `low.mp4`; and `poster.jpg`.
    """
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "warning", "-y"),
        *("-progress", "pipe:1", "-stats_period", "0.5"),
        *_input_options(source),
        # The encoders keep the cores busy: slicing the scaling as well costs 5 % and gains nothing.
        *("-filter_complex_threads", "1", "-filter_complex", _graph(info, plans)),
        *_encoding(info, plans),
        *("-f", "tee", _tee(info, plans)),
        *("-map", "[poster]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "4"),
        *("-map_metadata", "-1", "-f", "image2", "-update", "1", POSTER_NAME),
    ]


def _input_options(source: Path) -> list[str]:
    return [
        *("-protocol_whitelist", whitelists.PROTOCOLS),
        *("-format_whitelist", whitelists.FORMATS),
        *("-codec_whitelist", whitelists.DECODERS),
        *("-max_pixels", str(whitelists.MAX_PIXELS)),
        *("-max_streams", str(whitelists.MAX_STREAMS)),
        *("-threads", "2"),
        *("-t", str(MAX_SECONDS + 60)),
        *("-i", f"file:{source.resolve()}"),
    ]


def _graph(info: MediaInfo, plans: Sequence[RenditionPlan]) -> str:
    """Scale once to the largest, then down from there: each size costs only its own pixels."""
    highest = plans[-1]
    missing = info.duration_seconds - info.picture_seconds
    # Sound that outlasts the picture keeps its last picture: segments need one to be cut at.
    hold = f"tpad=stop_mode=clone:stop_duration={missing:.3f}," if missing > 0.5 else ""
    chains = [
        f"[0:{info.video_index}]fps={highest.frame_rate}:start_time=0,{hold}"
        f"scale={highest.width}:{highest.height}:flags=bicubic,setsar=1,format=yuv420p,"
        f"split={len(plans) + 1}[forposter]" + "".join(f"[s{n}]" for n in range(len(plans))),
        f"[forposter]select='isnan(prev_selected_t)*gte(t,{poster_moment(info):.3f})'[poster]",
    ]
    for number, plan in enumerate(plans):
        scaling = "null"
        if plan is not highest:
            scaling = f"scale={plan.width}:{plan.height}:flags=bicubic,setsar=1"
        chains.append(f"[s{number}]{scaling}[v{number}]")
    if info.sound_index is not None:
        chains.append(
            f"[0:{info.sound_index}]aresample={AUDIO_SAMPLE_RATE}:async=1:first_pts=0,"
            f"aformat=channel_layouts=stereo,apad=whole_dur={info.duration_seconds:.3f}[sound]"
        )
    return ";".join(chains)


def poster_moment(info: MediaInfo) -> float:
    """A tenth in, past the black of the first second, before the end of a short clip."""
    return min(max(1.0, info.picture_seconds / 10), info.picture_seconds / 2)


def _encoding(info: MediaInfo, plans: Sequence[RenditionPlan]) -> list[str]:
    options: list[str] = []
    for number in range(len(plans)):
        options += ["-map", f"[v{number}]"]
    options += ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main"]
    options += ["-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})"]
    options += ["-sc_threshold", "0", "-g", "600", "-bf", "2"]
    for number, plan in enumerate(plans):
        options += [f"-crf:v:{number}", str(plan.crf), f"-level:v:{number}", plan.level]
        options += [f"-maxrate:v:{number}", str(plan.max_bitrate)]
        options += [f"-bufsize:v:{number}", str(2 * plan.max_bitrate)]
    if info.sound_index is not None:
        options += ["-map", "[sound]", "-c:a", "aac", "-b:a", str(AUDIO_BITRATE)]
    return [*options, "-flags", "+global_header", "-map_metadata", "-1", "-map_chapters", "-1"]


def _tee(info: MediaInfo, plans: Sequence[RenditionPlan]) -> str:
    sound = ",a:0" if info.sound_index is not None else ""
    hls = (
        f"onfail=abort:f=hls:hls_time={SEGMENT_SECONDS}:hls_playlist_type=event:hls_list_size=0"
        ":hls_segment_type=fmp4:hls_flags=independent_segments+temp_file"
        f":hls_fmp4_init_filename={INIT_NAME}"
    )
    outputs = [
        f"[select=\\'v:{number}{sound}\\':{hls}:hls_segment_filename={plan.name}/{SEGMENT_NAME}]"
        f"{plan.name}/{INDEX_NAME}"
        for number, plan in enumerate(plans)
    ]
    outputs.append(
        f"[select=\\'v:0{sound}\\':onfail=abort:f=mp4:movflags=+faststart]{PROGRESSIVE_NAME}"
    )
    return "|".join(outputs)


def run(
    command: Sequence[str],
    *,
    limits: Limits,
    wall_seconds: float,
    cwd: Path,
    on_progress: Callable[[Progress], None],
    stall_seconds: float = STALL_SECONDS,
) -> str:
    """Run `command` to its end and return its last words; its whole group is dead after.

    `on_progress` is called about twice a second; what it raises ends the run. Raises
    TranscodeFailedError on a bad end, past `wall_seconds`, or when the time written has stood
    still for `stall_seconds`.
    """
    process = start(command, limits=limits, cwd=cwd)
    try:
        return _Watch(process, wall_seconds, stall_seconds, on_progress).to_the_end()
    finally:
        end_group(process)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


class _Watch:
    """Reads both pipes of one run without ever blocking on either, keeping little of them."""

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        wall_seconds: float,
        stall_seconds: float,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.process = process
        self.on_progress = on_progress
        self.stall_seconds = stall_seconds
        self.deadline = time.monotonic() + wall_seconds
        self.moved_at = time.monotonic()
        self.seconds = 0.0
        self.reported = b""
        self.words = b""

    @property
    def log_tail(self) -> str:
        return self.words.decode(errors="replace")

    def to_the_end(self) -> str:
        with selectors.DefaultSelector() as selector:
            for pipe, take in (
                (self.process.stdout, self._take_progress),
                (self.process.stderr, self._take_words),
            ):
                assert pipe is not None
                os.set_blocking(pipe.fileno(), False)
                selector.register(pipe, selectors.EVENT_READ, take)
            while selector.get_map():
                for key, _events in selector.select(timeout=0.5):
                    chunk = os.read(key.fd, 65_536)
                    if chunk:
                        key.data(chunk)
                    else:
                        selector.unregister(key.fileobj)
                self._check_time()
                self.on_progress(Progress(self.seconds, self.log_tail))
        code = self.process.wait(timeout=TERM_SECONDS)
        if code != 0:
            raise TranscodeFailedError(
                _("转码没有完成（代码 %(code)d）。请重试；如仍失败，请另存为 MP4 后重新上传。")
                % {"code": code},
                self.log_tail,
            )
        return self.log_tail

    def _check_time(self) -> None:
        now = time.monotonic()
        if now > self.deadline:
            raise TranscodeFailedError(_("转码用时过长，已停止。请重试。"), self.log_tail)
        if now - self.moved_at > self.stall_seconds:
            raise TranscodeFailedError(_("转码停滞不前，已停止。请重试。"), self.log_tail)

    def _take_progress(self, chunk: bytes) -> None:
        self.reported = (self.reported + chunk)[-4_096:]
        found = _OUT_TIME.findall(self.reported)
        if found and int(found[-1]) / 1e6 > self.seconds:
            self.seconds = int(found[-1]) / 1e6
            self.moved_at = time.monotonic()

    def _take_words(self, chunk: bytes) -> None:
        self.words = (self.words + chunk)[-LOG_TAIL_BYTES:]
