"""Live classes, and what a recorder sends of one."""

import datetime as dt
import functools
import itertools
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from live.classroom import services
from live.classroom.models import LiveClass
from lms.core import clock
from lms.members.models import Branch, Member
from media_pipeline.ffmpeg import binary
from tests.factories.members import make_instructor

MIME = "video/x-matroska;codecs=avc1,opus"
SLICE_BYTES = 6_000

_numbers = itertools.count(1)


def make_live_class(branch: Branch, *, by: Member | None = None, **fields: Any) -> LiveClass:
    """One that begins in an hour."""
    return services.schedule_class(
        by=by or make_instructor(branch),
        branch=branch,
        title=fields.pop("title", f"三会一课实务{next(_numbers)}"),
        starts_at=fields.pop("starts_at", clock.now() + dt.timedelta(hours=1)),
        **fields,
    )


def make_cancelled(branch: Branch, *, by: Member | None = None) -> LiveClass:
    teacher = by or make_instructor(branch)
    made = make_live_class(branch, by=teacher)
    services.cancel_class(by=teacher, live_class=made, reason="主讲临时有任务")
    return made


def make_closed(branch: Branch, *, by: Member | None = None) -> LiveClass:
    """One that was on the air; nothing of it was sent."""
    teacher = by or make_instructor(branch)
    made = make_live_class(branch, by=teacher)
    services.go_on_air(by=teacher, live_class=made)
    services.close_class(by=teacher, live_class=made)
    return made


@functools.cache
def recorded(
    seconds: float = 4.0,
    *,
    picture: str = "libx264",
    pace: int = 25,
    size: str = "320x180",
    bits: str = "",
) -> bytes:
    """What a browser's recorder makes: Matroska as it is written to a pipe, a key a second."""
    codecs = {
        "libx264": ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"],
        "libvpx": ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "300k"],
        "": ["-vn"],
    }[picture]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.mkv"
        subprocess.run(
            [
                *(binary(), "-nostdin", "-loglevel", "error", "-y"),
                *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={pace}"),
                *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
                *(
                    "-t",
                    str(seconds),
                    *codecs,
                    *(["-b:v", bits] if bits else []),
                    "-g",
                    str(pace),
                    "-pix_fmt",
                    "yuv420p",
                ),
                *("-c:a", "libopus", "-b:a", "32k", "-live", "1", "-cluster_time_limit", "100"),
                *("-f", "matroska", str(made)),
            ],
            check=True,
            capture_output=True,
        )
        return made.read_bytes()


def slices(data: bytes, size: int = SLICE_BYTES) -> list[bytes]:
    """The recording as it is sent: the number of a slice, and the slice."""
    return [
        number.to_bytes(4, "big") + data[at : at + size]
        for number, at in enumerate(range(0, len(data), size))
    ]
