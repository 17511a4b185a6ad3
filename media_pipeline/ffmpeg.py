"""The only file that runs ffmpeg: finds it, watches it, ends it."""

import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from django.conf import settings
from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from media_pipeline.command import loudness_arguments
from media_pipeline.probe import MediaInfo
from media_pipeline.processes import TERM_SECONDS, Limits, end_group, signal_group, start

STALL_SECONDS = 60
LOG_TAIL_BYTES = 8_000
# What EBU R128 calls silence: its absolute gate.
SILENCE_LUFS = -70.0
MEASURE_CPU_SECONDS = 900
_OUT_TIME = re.compile(rb"out_time_us=(\d+)")
_FRAMES = re.compile(rb"^frame=(\d+)$", re.MULTILINE)
_LOUDNESS = re.compile(r"^\s+I:\s+(-?[0-9.]+) LUFS", re.MULTILINE)


class TranscodeFailedError(DomainError):
    """ffmpeg ended without the files; `log_tail` says what it said last."""

    def __init__(self, message: str, log_tail: str = "") -> None:
        super().__init__(message)
        self.log_tail = log_tail


@dataclass(frozen=True)
class Progress:
    """Where a run stands: seconds and pictures of the lecture written, and ffmpeg's last words."""

    seconds: float
    frames: int
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


def measured_loudness(source: Path, info: MediaInfo, *, during: Callable[[], None]) -> float | None:
    """How loud the chosen sound is (integrated, EBU R128), in LUFS; None if nothing can be heard.

    `during` is called about twice a second, and ends the measuring by raising. Raises
    TranscodeFailedError where the sound cannot be read at all.
    """
    if info.sound_index is None:
        return None
    done = run(
        [binary(), *loudness_arguments(source, info.sound_index)],
        limits=Limits(
            memory_bytes=1_500_000_000, cpu_seconds=MEASURE_CPU_SECONDS, file_bytes=0, nice=5
        ),
        wall_seconds=wall_seconds_for(info),
        cwd=source.parent,
        on_progress=lambda progress: during(),
    )
    found = _LOUDNESS.findall(done.log_tail)
    loudness = float(found[-1]) if found else SILENCE_LUFS
    return loudness if loudness > SILENCE_LUFS else None


def run(
    command: Sequence[str],
    *,
    limits: Limits,
    wall_seconds: float,
    cwd: Path,
    on_progress: Callable[[Progress], None],
    hold: Callable[[], bool] = lambda: False,
    stall_seconds: float = STALL_SECONDS,
) -> Progress:
    """Run `command` to its end and return where it ended; its whole group is dead after.

    `on_progress` is called about twice a second; what it raises ends the run. While `hold` says
    so the whole group stands still, and no limit of time runs. Raises TranscodeFailedError on a
    bad end, past `wall_seconds`, or when the time written has stood still for `stall_seconds`.
    """
    process = start(command, limits=limits, cwd=cwd)
    try:
        return _Watch(process, wall_seconds, stall_seconds, on_progress, hold).to_the_end()
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
        hold: Callable[[], bool],
    ) -> None:
        self.process = process
        self.on_progress = on_progress
        self.hold = hold
        self.held_since: float | None = None
        self.stall_seconds = stall_seconds
        self.deadline = time.monotonic() + wall_seconds
        self.moved_at = time.monotonic()
        self.seconds = 0.0
        self.frames = 0
        self.reported = b""
        self.words = b""

    @property
    def log_tail(self) -> str:
        return self.words.decode(errors="replace")

    @property
    def progress(self) -> Progress:
        return Progress(self.seconds, self.frames, self.log_tail)

    def to_the_end(self) -> Progress:
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
                self._stand_or_go()
                self._check_time()
                self.on_progress(self.progress)
        code = self.process.wait(timeout=TERM_SECONDS)
        if code != 0:
            raise TranscodeFailedError(
                _("转码没有完成（代码 %(code)d）。请重试；如仍失败，请另存为 MP4 后重新上传。")
                % {"code": code},
                self.log_tail,
            )
        return self.progress

    def _stand_or_go(self) -> None:
        """Stop the group or let it go on; the time it stands counts against nothing."""
        held = self.hold()
        if held and self.held_since is None:
            self.held_since = time.monotonic()
            signal_group(self.process, signal.SIGSTOP)
        elif not held and self.held_since is not None:
            stood = time.monotonic() - self.held_since
            self.held_since = None
            self.deadline += stood
            self.moved_at += stood
            signal_group(self.process, signal.SIGCONT)

    def _check_time(self) -> None:
        if self.held_since is not None:
            return
        now = time.monotonic()
        if now > self.deadline:
            raise TranscodeFailedError(_("转码用时过长，已停止。请重试。"), self.log_tail)
        if now - self.moved_at > self.stall_seconds:
            raise TranscodeFailedError(_("转码停滞不前，已停止。请重试。"), self.log_tail)

    def _take_progress(self, chunk: bytes) -> None:
        self.reported = (self.reported + chunk)[-4_096:]
        pictures = _FRAMES.findall(self.reported)
        self.frames = int(pictures[-1]) if pictures else self.frames
        found = _OUT_TIME.findall(self.reported)
        if found and int(found[-1]) / 1e6 > self.seconds:
            self.seconds = int(found[-1]) / 1e6
            self.moved_at = time.monotonic()

    def _take_words(self, chunk: bytes) -> None:
        self.words = (self.words + chunk)[-LOG_TAIL_BYTES:]
