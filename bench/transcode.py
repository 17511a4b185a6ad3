"""A minute of 1080p lecture: our whole pipeline against the best single ffmpeg command.

The pipeline is everything from the file on disk to READY: the copy, the checksum, the probe, the
rows, ffmpeg under its limits, the read-back of every segment. The single commands make the same
files (two renditions in aligned segments, the progressive file, the poster) and do nothing else;
the fastest of them is the reference. All run in turn, round after round, and every ratio is taken
within its round.
"""

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from lms import embedded, env

ROUNDS = 3
SECONDS = 60
DATABASE = "bench_transcode"
ROOT = Path(__file__).resolve().parent.parent
# A lecture: a still slide with fine lines that changes each quarter minute, a small moving
# picture of the speaker, a voice-like tone over a room's noise.
SLIDE = (
    "color=c=0xf4f1ea:size=1920x1080:rate=25:duration={seconds},"
    "drawgrid=width=240:height=135:thickness=2:color=0x888888,"
    "drawgrid=width=17:height=29:thickness=1:color=0x333333@0.4:enable='lt(mod(t,30),15)'"
)
SPEAKER = "testsrc2=size=480x270:rate=25:duration={seconds}"
VOICE = "sine=frequency=220:sample_rate=48000:duration={seconds}"
ROOM = "anoisesrc=amplitude=0.03:sample_rate=48000:duration={seconds}"


@dataclass(frozen=True)
class Timed:
    """One run: wall and processor seconds."""

    wall: float
    cpu: float


@contextlib.contextmanager
def timed(into: list[Timed]) -> Iterator[None]:
    before, started = os.times(), time.perf_counter()
    yield
    wall, after = time.perf_counter() - started, os.times()
    spent = sum(after[:4]) - sum(before[:4])
    into.append(Timed(wall, spent))


def make_source(binary: str, path: Path) -> None:
    inputs: list[str] = []
    for source in (SLIDE, SPEAKER, VOICE, ROOM):
        inputs += ["-f", "lavfi", "-i", source.format(seconds=SECONDS)]
    subprocess.run(
        [
            *(binary, "-nostdin", "-loglevel", "error", "-y", *inputs),
            *("-filter_complex", "[0][1]overlay=x=1400:y=780[v];[2][3]amix=inputs=2[a]"),
            *("-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast"),
            *("-crf", "18", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k", str(path)),
        ],
        check=True,
    )


# --- The single commands ------------------------------------------------------------------------

X264 = (
    *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-sc_threshold", "0"),
    *("-force_key_frames", "expr:gte(t,n_forced*4)", "-g", "600", "-bf", "2"),
)
AAC = ("-c:a", "aac", "-b:a", "96000", "-ac", "2", "-ar", "48000")
LOW = ("-crf", "24", "-maxrate", "500000", "-bufsize", "1000000", "-level", "3.0")
HIGH = ("-crf", "23", "-maxrate", "1500000", "-bufsize", "3000000", "-level", "3.1")
HLS = (
    *("-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
    *("-hls_flags", "independent_segments", "-hls_fmp4_init_filename", "init.mp4"),
)
POSTER = ("-map", "[poster]", "-frames:v", "1", "-q:v", "4", "-update", "1", "poster.jpg")


def an_output_each(source: Path) -> list[str]:
    """As the manual has it: one decode, an output for each file, everything encoded for each."""
    return [
        *("-i", str(source), "-filter_complex"),
        "[0:v]split=4[a][b][c][d];[a]scale=640:360[low];[b]scale=1280:720[high];"
        "[c]scale=640:360[whole];[d]scale=1280:720,select='isnan(prev_selected_t)*gte(t,6)'[poster]",
        *("-map", "[low]", "-map", "0:a", *X264, *LOW, *AAC, *HLS),
        *("-hls_segment_filename", "360p/%05d.m4s", "360p/index.m3u8"),
        *("-map", "[high]", "-map", "0:a", *X264, *HIGH, *AAC, *HLS),
        *("-hls_segment_filename", "720p/%05d.m4s", "720p/index.m3u8"),
        *("-map", "[whole]", "-map", "0:a", *X264, *LOW, *AAC, "-movflags", "+faststart"),
        *("low.mp4", *POSTER),
    ]


def one_muxer(source: Path) -> list[str]:
    """The best we know: sizes cascaded, everything encoded once, the tee muxer hands it out."""
    hls = (
        "f=hls:hls_time=4:hls_playlist_type=vod:hls_segment_type=fmp4"
        ":hls_flags=independent_segments:hls_fmp4_init_filename=init.mp4:hls_segment_filename="
    )
    return [
        *("-i", str(source), "-filter_complex"),
        "[0:v]scale=1280:720,split=3[high][m][p];[m]scale=640:360[low];"
        "[p]select='isnan(prev_selected_t)*gte(t,6)'[poster]",
        *("-map", "[low]", "-map", "[high]", "-map", "0:a", *X264, *AAC),
        *("-crf:v", "23", "-crf:v:0", "24", "-maxrate:v:0", "500000", "-bufsize:v:0", "1000000"),
        *("-maxrate:v:1", "1500000", "-bufsize:v:1", "3000000", "-flags", "+global_header"),
        *("-f", "tee"),
        f"[select=\\'v:0,a:0\\':{hls}360p/%05d.m4s]360p/index.m3u8"
        f"|[select=\\'v:1,a:0\\':{hls}720p/%05d.m4s]720p/index.m3u8"
        "|[select=\\'v:0,a:0\\':f=mp4:movflags=+faststart]low.mp4",
        *POSTER,
    ]


SINGLE = {"an output each": an_output_each, "one muxer": one_muxer}


def run_single(binary: str, arguments: list[str], folder: Path) -> None:
    for name in ("360p", "720p"):
        (folder / name).mkdir(parents=True)
    subprocess.run(
        [binary, "-nostdin", "-loglevel", "error", "-y", *arguments], cwd=folder, check=True
    )


# --- The pipeline -------------------------------------------------------------------------------


def _make_database() -> None:
    given: dict[str, Any] = {
        "host": env.DATABASE.get("HOST"),
        "port": env.DATABASE.get("PORT"),
        "user": env.DATABASE.get("USER"),
        "password": env.DATABASE.get("PASSWORD"),
    }
    connection = {name: value for name, value in given.items() if value}
    with psycopg.connect(**connection, dbname="postgres", autocommit=True) as server:
        name = sql.Identifier(DATABASE)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))


def measure(folder: Path) -> list[dict[str, Any]]:
    """All rounds, against the database and the media folder this process is pointed at."""
    import django
    from django.core.management import call_command

    env.point_django_at_settings()
    django.setup()
    call_command("migrate", verbosity=0)
    from media_pipeline import ffmpeg, files, packaging, services
    from media_pipeline.ladder import renditions_for
    from media_pipeline.probe import MediaInfo
    from tests.factories.members import make_branch_tree, make_instructor

    binary = ffmpeg.binary()
    source = folder / "lecture.mp4"
    make_source(binary, source)
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    ours: list[Timed] = []
    first: list[float] = []
    single: dict[str, list[Timed]] = {name: [] for name in SINGLE}
    same_keys: list[bool] = []
    aligned: list[bool] = []
    for _ in range(ROUNDS):
        with timed(ours):
            started = time.time()
            asset = services.ingest_file(path=source, title="bench", by=by, branch=tree.first)
            services.process_now(asset=asset)
        assert asset.is_ready, asset.reason
        assert asset.playable_at is not None
        first.append((asset.playable_at.timestamp() - started) / ours[-1].wall)
        plans = renditions_for(MediaInfo.from_facts(asset.facts).picture)
        take = files.take_folder(asset.pk, asset.take)
        keys = [packaging.checked(take / plan.name, plan).key_times for plan in plans]
        aligned.append(keys[0] == keys[1])
        for name, command in SINGLE.items():
            target = folder / "single"
            shutil.rmtree(target, ignore_errors=True)
            with timed(single[name]):
                run_single(binary, command(source), target)
            made = [packaging.checked(target / plan.name, plan).key_times for plan in plans]
            same_keys.append(made == keys)
    best = min(single, key=lambda name: statistics.median(run.wall for run in single[name]))
    return _rows(ours, single, best, first, all(aligned), all(same_keys))


def _rows(
    ours: list[Timed],
    single: dict[str, list[Timed]],
    best: str,
    first: list[float],
    aligned: bool,
    same_keys: bool,
) -> list[dict[str, Any]]:
    def median(runs: list[Timed], what: str) -> float:
        return float(statistics.median(getattr(run, what) for run in runs))

    rows = []
    for what, aim in (("wall", "<= 1.0 x the best single command"), ("cpu", "")):
        ratio = statistics.median(
            getattr(run, what) / getattr(other, what)
            for run, other in zip(ours, single[best], strict=True)
        )
        rows.append(
            _row(
                f"pipeline, {SECONDS} s of 1080p, {what}",
                median(ours, what),
                "s",
                reference=median(single[best], what),
                ratio=ratio,
                aim=aim,
                holds=round(ratio, 2) <= 1.0 if aim else None,
            )
        )
    rows += [
        _row(
            f"single command: {name}{' (best)' if name == best else ''}", median(runs, "wall"), "s"
        )
        for name, runs in single.items()
    ]
    share = statistics.median(first)
    rows.append(
        _row(
            "time to the first playable rendition, share of the total",
            share,
            "",
            aim="<= 0.25",
            holds=share <= 0.25,
        )
    )
    rows.append(
        _row(
            "key frames identical: between renditions, and with the single commands",
            float(aligned and same_keys),
            "yes/no",
            aim="identical",
            holds=aligned and same_keys,
        )
    )
    return rows


def _row(
    name: str,
    value: float,
    unit: str,
    *,
    reference: float | None = None,
    ratio: float | None = None,
    aim: str = "",
    holds: bool | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "reference": None if reference is None else round(reference, 3),
        "ratio": None if ratio is None else round(ratio, 3),
        "aim": aim,
        "holds": holds,
    }


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    hold = embedded.ensure_services()
    try:
        _make_database()
        with tempfile.TemporaryDirectory(prefix="bench-transcode-") as folder:
            said = subprocess.run(
                [sys.executable, "-m", "bench.transcode", folder],
                cwd=ROOT,
                env={
                    **os.environ,
                    "DATABASE_NAME": DATABASE,
                    "MEDIA_ROOT": str(Path(folder) / "media"),
                    "REDIS_DATABASE": "31",
                },
                stdout=subprocess.PIPE,
                check=True,
            ).stdout
        rows: list[dict[str, Any]] = json.loads(said)
        return rows
    finally:
        hold.close()


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(measure(Path(sys.argv[1]))))
    else:
        for line in run():
            print(json.dumps(line, ensure_ascii=False))
