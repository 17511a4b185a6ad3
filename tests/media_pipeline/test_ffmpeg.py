"""Running ffmpeg: both builds make the same files, and no run outlives or outgrows its limits."""

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import pytest

from media_pipeline import ffmpeg
from media_pipeline.ffmpeg import Progress, TranscodeFailedError
from media_pipeline.processes import Limits
from tests.factories.media import make_recording, run_ffmpeg
from tests.support.processes import wait_until
from tests.support.takes import decoded, transcoded

pytestmark = pytest.mark.slow

DEBIAN = "/usr/bin/ffmpeg"
BINARIES = [ffmpeg.binary(), *([DEBIAN] if Path(DEBIAN).exists() else [])]
SMALL = Limits(memory_bytes=2_000_000_000, cpu_seconds=60, file_bytes=10_000_000)


@pytest.mark.parametrize("binary", BINARIES, ids=[Path(b).name[:10] for b in BINARIES])
def test_either_build_makes_aligned_renditions(tmp_path: Path, binary: str) -> None:
    source = make_recording(tmp_path / "lecture.mp4", seconds=9, size="1280x720")
    _info, made = transcoded(source, tmp_path / "take", binary)
    assert {one.name: (one.key_times, one.codecs) for one in made[:-1]} == {
        "240p": ((0.0, 4.0, 8.0), "avc1.4d401e,mp4a.40.2"),
        "360p": ((0.0, 4.0, 8.0), "avc1.4d401e,mp4a.40.2"),
        "720p": ((0.0, 4.0, 8.0), "avc1.64001f,mp4a.40.2"),
    }
    assert (made[-1].name, made[-1].codecs, made[-1].segments) == ("sound", "mp4a.40.2", 3)
    for one in made:
        read = decoded(tmp_path / "take", one.name)
        assert len(read.times) == (225 if one.plan else 0)
        assert read.seconds == pytest.approx(9, abs=0.1)
        assert read.sound_seconds == pytest.approx(9, abs=0.1)
    with av.open(str(tmp_path / "take" / "low.mp4")) as progressive:
        stream = progressive.streams.video[0]
        assert (stream.frames, stream.height) == (225, 360)
    with av.open(str(tmp_path / "take" / "poster.jpg")) as poster:
        assert (poster.streams.video[0].width, poster.streams.video[0].height) == (1280, 720)


def test_playlists_are_finished_and_complete(tmp_path: Path) -> None:
    source = make_recording(tmp_path / "lecture.mp4", seconds=5, size="1280x720")
    _info, (lowest, low, high, sound) = transcoded(source, tmp_path / "take")
    assert (tmp_path / "take" / "master.m3u8").read_text() == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        f"#EXT-X-STREAM-INF:BANDWIDTH={lowest.peak_bandwidth},"
        f"AVERAGE-BANDWIDTH={lowest.average_bandwidth},"
        'CODECS="avc1.4d401e,mp4a.40.2",RESOLUTION=426x240,FRAME-RATE=25.000,'
        "CLOSED-CAPTIONS=NONE\n240p/index.m3u8\n"
        f"#EXT-X-STREAM-INF:BANDWIDTH={low.peak_bandwidth},"
        f"AVERAGE-BANDWIDTH={low.average_bandwidth},"
        'CODECS="avc1.4d401e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=25.000,'
        "CLOSED-CAPTIONS=NONE\n360p/index.m3u8\n"
        f"#EXT-X-STREAM-INF:BANDWIDTH={high.peak_bandwidth},"
        f"AVERAGE-BANDWIDTH={high.average_bandwidth},"
        'CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000,'
        "CLOSED-CAPTIONS=NONE\n720p/index.m3u8\n"
        f"#EXT-X-STREAM-INF:BANDWIDTH={sound.peak_bandwidth},"
        f"AVERAGE-BANDWIDTH={sound.average_bandwidth},"
        'CODECS="mp4a.40.2",CLOSED-CAPTIONS=NONE\nsound/index.m3u8\n'
    )
    lines = (tmp_path / "take" / "720p" / "index.m3u8").read_text().splitlines()
    assert lines[:7] == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:4",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="init.mp4"',
    ]
    assert lines[-1] == "#EXT-X-ENDLIST"


def test_odd_sources_end_well(tmp_path: Path) -> None:
    """Portrait, odd, silent, fast, mono 44.1 kHz, varying rate, sound that outlasts the picture."""
    webm = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
    x264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    vfr = ("-vf", "select='not(mod(n,5))+lt(n,20)'", "-fps_mode", "vfr", *x264)
    sources = {
        "portrait": make_recording(tmp_path / "p.mp4", seconds=2, size="360x640"),
        "odd": make_recording(
            tmp_path / "o.webm", seconds=2, size="427x241", picture="testsrc", options=webm
        ),
        "silent": make_recording(tmp_path / "s.mp4", seconds=2, sound=None),
        "fast": make_recording(tmp_path / "f.mp4", seconds=2, rate="60000/1001"),
        "mono": make_recording(tmp_path / "m.mp4", seconds=2, sound="sine=sample_rate=44100"),
        "varying": make_recording(tmp_path / "v.mp4", seconds=5, rate="30", options=vfr),
    }
    picture = make_recording(tmp_path / "2s.mp4", seconds=2, sound=None)
    sources["long sound"] = tmp_path / "ls.mp4"
    run_ffmpeg(
        *("-i", picture, "-f", "lavfi", "-i", "sine=duration=6"),
        *("-c:v", "copy", "-c:a", "aac", sources["long sound"]),
    )
    found = {}
    for number, (case, source) in enumerate(sources.items()):
        _info, made = transcoded(source, tmp_path / f"take{number}")
        found[case] = [
            (one.plan.width, one.plan.height, one.plan.frame_rate, round(one.duration_seconds, 1))
            for one in made
            if one.plan and one.name != "240p"
        ]
    rate = Fraction(25)
    assert found == {
        "portrait": [(360, 640, rate, 2.0)],
        "odd": [],
        "silent": [(480, 360, rate, 2.0), (640, 480, rate, 2.0)],
        "fast": [
            (480, 360, Fraction(30000, 1001), 2.0),
            (640, 480, Fraction(30000, 1001), 2.0),
        ],
        "mono": [(480, 360, rate, 2.0), (640, 480, rate, 2.0)],
        "varying": [(480, 360, rate, 4.9), (640, 480, rate, 4.9)],
        "long sound": [(480, 360, rate, 6.0), (640, 480, rate, 6.0)],
    }


# --- Bad runs --------------------------------------------------------------------------------


def script(folder: Path, body: str) -> list[str]:
    """A program that stands for an ffmpeg gone wrong."""
    path = folder / "gone_wrong.py"
    path.write_text(body)
    return [sys.executable, "-I", "-S", str(path)]


def run_wrong(
    folder: Path, body: str, *, wall: float = 30, stall: float = 30, limits: Limits = SMALL
) -> TranscodeFailedError:
    with pytest.raises(TranscodeFailedError) as failed:
        ffmpeg.run(
            script(folder, body),
            limits=limits,
            wall_seconds=wall,
            cwd=folder,
            on_progress=lambda progress: None,
            stall_seconds=stall,
        )
    return failed.value


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def living_in_group(group: int) -> list[int]:
    """Members of a process group that are not merely waiting to be buried."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:  # gone meanwhile
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


HANGS_WITH_CHILD = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
open("pids", "w").write(str(os.getpid()))
time.sleep(600)
"""


@pytest.mark.slow
def test_a_hanging_run_is_killed_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media_pipeline.processes.TERM_SECONDS", 0.2)
    started = time.monotonic()
    failure = run_wrong(tmp_path, HANGS_WITH_CHILD, stall=1)
    assert failure.message == "转码停滞不前，已停止。请重试。"
    assert time.monotonic() - started < 10
    group = int((tmp_path / "pids").read_text())
    wait_until(lambda: living_in_group(group) == [], what="the end of the whole group")


@pytest.mark.slow
def test_a_run_past_its_wall_time_is_ended(tmp_path: Path) -> None:
    moving = (
        "import time, sys\n"
        "for n in range(6000):\n"
        "    print(f'out_time_us={n}000', flush=True); time.sleep(0.1)\n"
    )
    failure = run_wrong(tmp_path, moving, wall=1)
    assert failure.message == "转码用时过长，已停止。请重试。"


def test_endless_chatter_is_kept_short(tmp_path: Path) -> None:
    chatter = (
        "import sys\nfor n in range(20000): sys.stderr.write(f'line {n}\\n' * 10)\nsys.exit(3)"
    )
    failure = run_wrong(tmp_path, chatter)
    assert len(failure.log_tail) == ffmpeg.LOG_TAIL_BYTES
    assert failure.log_tail.endswith("line 19999\n")
    assert "3" in failure.message


@pytest.mark.slow
def test_memory_files_and_time_are_limited(tmp_path: Path) -> None:
    failure = run_wrong(tmp_path, "x = bytearray(3_000_000_000)")
    assert "MemoryError" in failure.log_tail
    failure = run_wrong(tmp_path, "open('big', 'wb').write(b'x' * 20_000_000)")
    assert (tmp_path / "big").stat().st_size == 10_000_000
    busy = Limits(memory_bytes=10**9, cpu_seconds=1, file_bytes=10**6)
    failure = run_wrong(tmp_path, "while True: pass", limits=busy)
    assert failure.message.startswith("转码没有完成")


def test_what_progress_raises_ends_the_run(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(progress: Progress) -> None:
        raise StopError

    with pytest.raises(StopError):
        ffmpeg.run(
            script(
                tmp_path,
                "import os, time\nopen('pids','w').write(str(os.getpid()))\n"
                "print('out_time_us=1', flush=True)\ntime.sleep(600)",
            ),
            limits=SMALL,
            wall_seconds=30,
            cwd=tmp_path,
            on_progress=stop,
        )
    pids = tmp_path / "pids"
    assert not pids.exists() or not lives(int(pids.read_text()))


def test_a_run_sees_no_network_and_no_environment(tmp_path: Path) -> None:
    os.environ["SECRET_OF_OURS"] = "canary"
    try:
        look = (
            "import os, socket, sys\n"
            "sys.stderr.write(str('SECRET_OF_OURS' in os.environ))\n"
            "try: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 1)\n"
            "except OSError: sys.stderr.write(' cut off')\n"
            "sys.exit(1)\n"
        )
        listener = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import socket;s=socket.create_server(('127.0.0.1',0));"
                "print(s.getsockname()[1],flush=True);input()",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert listener.stdout is not None
        port = listener.stdout.readline().strip()
        with pytest.raises(TranscodeFailedError) as failed:
            ffmpeg.run(
                [*script(tmp_path, look), port],
                limits=SMALL,
                wall_seconds=20,
                cwd=tmp_path,
                on_progress=lambda progress: None,
            )
        listener.communicate("\n")
    finally:
        del os.environ["SECRET_OF_OURS"]
    assert failed.value.log_tail == "False cut off"


ORPHAN = """
import sys
from pathlib import Path
from media_pipeline.processes import Limits, start
process = start([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"],
                limits=Limits(memory_bytes=10**9, cpu_seconds=60, file_bytes=10**6))
print(process.pid, flush=True)
process.wait()
"""


def test_no_orphan_outlives_a_killed_worker(tmp_path: Path) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert worker.stdout is not None
    child = int(worker.stdout.readline())
    wait_until(
        lambda: (
            b"time.sleep" in Path(f"/proc/{child}/cmdline").read_bytes()
            and b"confine" not in Path(f"/proc/{child}/cmdline").read_bytes()
        ),
        what="the confined program's start",
    )
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    wait_until(lambda: not lives(child), what="the child's end")


COUNTS = """
import time
for number in range(1, 8):
    print(f"frame={number}\\nout_time_us={number}", flush=True)
    time.sleep(0.1)
"""


def test_a_held_run_stands_still_and_goes_on(tmp_path: Path) -> None:
    """Held for longer than it may stall or last: neither limit runs meanwhile."""
    seen: list[int] = []
    asked: list[float] = []

    def hold() -> bool:
        asked.append(time.monotonic())
        return bool(seen) and 0 < seen[-1] < 4 and asked[-1] - asked[0] < 4

    done = ffmpeg.run(
        script(tmp_path, COUNTS),
        limits=SMALL,
        wall_seconds=3,
        cwd=tmp_path,
        on_progress=lambda progress: seen.append(progress.frames),
        hold=hold,
        stall_seconds=2,
    )
    assert (done.frames, done.seconds) == (7, 7e-06)
    assert asked[-1] - asked[0] > 4


def test_a_held_run_can_be_ended(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    calls: list[Progress] = []

    def stop(progress: Progress) -> None:
        calls.append(progress)
        if len(calls) > 3:
            raise StopError

    with pytest.raises(StopError):
        ffmpeg.run(
            script(tmp_path, "import os\nopen('pids','w').write(str(os.getpid()))\n" + 50 * COUNTS),
            limits=SMALL,
            wall_seconds=60,
            cwd=tmp_path,
            on_progress=stop,
            hold=lambda: True,
        )
    pids = tmp_path / "pids"
    assert not pids.exists() or not lives(int(pids.read_text()))
