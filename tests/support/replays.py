"""What a class that was on the air leaves behind, made without holding one."""

import datetime as dt
import subprocess

from live.classroom import folders
from live.classroom.models import LiveClass, LiveTake
from live.classroom.segments import INIT_NAME, Segment
from lms.core import clock
from lms.members.models import Member
from media_pipeline.ffmpeg import binary

SEGMENT_SECONDS = 2


def send_segments(
    live_class: LiveClass, by: Member, *, since: dt.datetime, seconds: int = 30
) -> None:
    """A take of real segments whose first picture came at `since`, and its replay."""
    LiveTake.objects.create(
        live_class=live_class, number=1, key="k1", mime="video/webm", by=by,
        begun_at=since, ended_at=clock.now(),
    )  # fmt: skip
    folder = folders.take_folder(live_class.room, 1)
    folder.mkdir(parents=True)
    subprocess.run(
        [
            *(binary(), "-nostdin", "-loglevel", "error", "-y"),
            *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"),
            *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
            *("-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-g", "50"),
            *("-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "hls"),
            *("-hls_time", str(SEGMENT_SECONDS), "-hls_list_size", "0"),
            *("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", INIT_NAME),
            *("-start_number", "1", "-hls_segment_filename", "%05d.m4s", "made.m3u8"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    lines = [
        Segment(n + 1, float(SEGMENT_SECONDS), since + dt.timedelta(seconds=n * SEGMENT_SECONDS))
        for n in range(seconds // SEGMENT_SECONDS)
    ]
    text = "".join(line.line() for line in lines)
    (folder / folders.PART_NAME).write_text(text, encoding="ascii")
    folders.write_replay(live_class.room, [1])
