"""A minute of 1080p lecture: our whole pipeline against ffmpeg alone and others' ways.

The pipeline is everything from the file on disk to READY: the copy, the checksum, the probe, the
measuring of loudness, the rows, ffmpeg under its limits, the read-back of every segment. The
single commands make the same files (four sizes and the sound in aligned segments, the progressive
file, the poster) and do nothing else; the faster of them is the reference. Others' ways are the
commands PeerTube and MediaCMS start, with their encoder options, for our sizes under our caps of
bits. All run in turn, round after round, and every ratio is taken within its round.
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

ROUNDS = 2
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


def make_source(binary: str, path: Path, seconds: int = SECONDS) -> None:
    """A lecture of 1080p as a camera would leave it."""
    inputs: list[str] = []
    for source in (SLIDE, SPEAKER, VOICE, ROOM):
        inputs += ["-f", "lavfi", "-i", source.format(seconds=seconds)]
    subprocess.run(
        [
            *(binary, "-nostdin", "-loglevel", "error", "-y", *inputs),
            *("-filter_complex", "[0][1]overlay=x=1400:y=780[v];[2][3]amix=inputs=2[a]"),
            *("-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast"),
            *("-crf", "18", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k", str(path)),
        ],
        check=True,
    )


# --- Bare ffmpeg --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Size:
    """What one size is encoded with: the ladder's settings, said once more for bare ffmpeg."""

    name: str
    scale: str
    crf: int
    max_bitrate: int
    profile: str

    @property
    def own(self) -> dict[str, str]:
        return {
            "profile": self.profile,
            "crf": str(self.crf),
            "maxrate": str(self.max_bitrate),
            "bufsize": str(2 * self.max_bitrate),
        }

    @property
    def options(self) -> list[str]:
        own = [word for name, value in self.own.items() for word in (f"-{name}:v", value)]
        return [*X264, *own]


X264 = (
    *("-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0"),
    *("-force_key_frames", "expr:gte(t,n_forced*4)", "-g", "600", "-bf", "2"),
)
SIZES = (
    Size("240p", "426:240", 25, 250_000, "main"),
    Size("360p", "640:360", 24, 500_000, "main"),
    Size("720p", "1280:720", 23, 1_500_000, "high"),
    Size("1080p", "1920:1080", 23, 2_800_000, "high"),
)
NAMES = (*(size.name for size in SIZES), "sound")
AAC = ("-c:a", "aac", "-b:a", "96000", "-ac", "2", "-ar", "48000")
LISTENING = ("-c:a", "aac", "-b:a", "56000", "-ac", "2", "-ar", "48000")
HLS = (
    *("-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
    *("-hls_flags", "independent_segments", "-hls_fmp4_init_filename", "init.mp4"),
)
POSTER = ("-map", "[poster]", "-frames:v", "1", "-q:v", "4", "-update", "1", "poster.jpg")
MOMENT = f"select='isnan(prev_selected_t)*gte(t,{SECONDS / 10})'"


def _segments(name: str) -> list[str]:
    return [*HLS, "-hls_segment_filename", f"{name}/%05d.m4s", f"{name}/index.m3u8"]


def an_output_each(source: Path) -> list[list[str]]:
    """As the manual has it: one decode, an output for each file, everything encoded for each."""
    labels = "".join(f"[d{number}]" for number in range(len(SIZES)))
    graph = [f"[0:v]split={len(SIZES) + 2}{labels}[w][p]"]
    graph += [f"[d{number}]scale={size.scale}[{size.name}]" for number, size in enumerate(SIZES)]
    graph += ["[w]scale=640:360[whole]", f"[p]scale=1920:1080,{MOMENT}[poster]"]
    command = ["-i", str(source), "-filter_complex", ";".join(graph)]
    for size in SIZES:
        command += ["-map", f"[{size.name}]", "-map", "0:a", *size.options, *AAC]
        command += _segments(size.name)
    command += ["-map", "0:a", *LISTENING, *_segments("sound")]
    command += ["-map", "[whole]", "-map", "0:a", *SIZES[1].options, *AAC]
    return [[*command, "-movflags", "+faststart", "low.mp4", *POSTER]]


def one_muxer(source: Path) -> list[list[str]]:
    """The best we know: sizes cascaded, everything encoded once, the tee muxer hands it out."""
    hls = (
        "f=hls:hls_time=4:hls_playlist_type=vod:hls_segment_type=fmp4"
        ":hls_flags=independent_segments:hls_fmp4_init_filename=init.mp4:hls_segment_filename="
    )
    graph = [f"[0:v]scale=1920:1080,split={len(SIZES) + 1}[1080p][a][b][c][p]"]
    for label, size in zip("abc", SIZES, strict=False):
        graph.append(f"[{label}]scale={size.scale}[{size.name}]")
    graph += [f"[p]{MOMENT}[poster]", "[0:a]asplit[s][l]"]
    command = ["-i", str(source), "-filter_complex", ";".join(graph)]
    outputs = []
    for number, size in enumerate(SIZES):
        command += ["-map", f"[{size.name}]"]
        for name, value in size.own.items():
            command += [f"-{name}:v:{number}", value]
        outputs.append(
            f"[select=\\'v:{number},a:0\\':{hls}{size.name}/%05d.m4s]{size.name}/index.m3u8"
        )
    command += ["-map", "[s]", "-map", "[l]", *X264, *AAC, "-b:a:1", "56000"]
    outputs.append(f"[select=\\'a:1\\':{hls}sound/%05d.m4s]sound/index.m3u8")
    outputs.append("[select=\\'v:1,a:0\\':f=mp4:movflags=+faststart]low.mp4")
    command += ["-flags", "+global_header", "-f", "tee", "|".join(outputs), *POSTER]
    return [command]


def a_command_a_size(source: Path) -> list[list[str]]:
    """PeerTube's way: a job for each size, each with a decode of its own; a still from a stretch
    in the middle and the sheet of little pictures by two more. Its encoder options: veryfast,
    x264's own quality under a cap, sixteen B frames by the quick decision, a key each two seconds.
    """

    def encoded(size: Size) -> list[str]:
        return [
            *("-i", str(source), "-vf", f"scale={size.scale}", "-c:v", "libx264"),
            *("-preset", "veryfast", "-maxrate:v", str(size.max_bitrate)),
            *("-bufsize:v", str(2 * size.max_bitrate), "-b_strategy", "1", "-bf", "16"),
            *("-r", "25", "-g", "50", "-pix_fmt", "yuv420p", *AAC),
        ]

    return [
        *([*encoded(size), *_segments(size.name)] for size in SIZES),
        ["-i", str(source), "-vn", *LISTENING, *_segments("sound")],
        [*encoded(SIZES[1]), "-movflags", "+faststart", "low.mp4"],
        [
            *("-ss", str(SECONDS / 2), "-i", str(source), "-vf", "thumbnail=50"),
            *("-frames:v", "1", "-update", "1", "poster.jpg"),
        ],
        [
            *("-i", str(source), "-vf", "select='not(mod(t,2))',scale=192:108,tile=6x6"),
            *("-frames:v", "1", "-update", "1", "sprites.jpg"),
        ],
    ]


def files_then_segments(source: Path) -> list[list[str]]:
    """MediaCMS's way: a file of each size first, then all of them cut into segments; posters and
    the sheet of little pictures by runs of their own. Its encoder options: `medium` for small
    sizes and `faster` for large ones, crf 23 under a cap, a careful scaler.
    """

    def encoded(size: Size) -> list[str]:
        is_large = int(size.scale.partition(":")[2]) >= 720
        return [
            *("-i", str(source), "-vf", f"scale={size.scale}:flags=lanczos,fps=25"),
            *("-c:v", "libx264", "-preset", "faster" if is_large else "medium", "-crf", "23"),
            *("-profile:v", "main", "-maxrate", str(size.max_bitrate)),
            *("-bufsize", str(size.max_bitrate), "-pix_fmt", "yuv420p"),
            *("-force_key_frames", "expr:gte(t,n_forced*4)", "-g", "200", "-keyint_min", "100"),
            *(*AAC, "-movflags", "+faststart", f"{size.name}.mp4"),
        ]

    return [
        *(encoded(size) for size in SIZES),
        *(["-i", f"{size.name}.mp4", "-c", "copy", *_segments(size.name)] for size in SIZES),
        ["-i", str(source), "-vn", *LISTENING, *_segments("sound")],
        ["-ss", "3", "-i", str(source), "-frames:v", "1", "-update", "1", "poster.jpg"],
        ["-i", str(source), "-vf", "fps=1/10,scale=160:90,tile=1x12", "sprites.jpg"],
    ]


SINGLE = {"an output each": an_output_each, "one muxer": one_muxer}
OTHERS = {"PeerTube's way": (a_command_a_size, 0.55), "MediaCMS's way": (files_then_segments, 0.5)}
WAYS = {**SINGLE, **{name: way for name, (way, _aim) in OTHERS.items()}}


def run_bare(binary: str, commands: list[list[str]], folder: Path) -> None:
    for name in NAMES:
        (folder / name).mkdir(parents=True)
    for arguments in commands:
        subprocess.run(
            [binary, "-nostdin", "-loglevel", "error", "-y", *arguments], cwd=folder, check=True
        )


# --- The pipeline -------------------------------------------------------------------------------


def make_database(wanted: str = DATABASE) -> None:
    """An empty database of that name, in the place of any there was."""
    given: dict[str, Any] = {
        "host": env.DATABASE.get("HOST"),
        "port": env.DATABASE.get("PORT"),
        "user": env.DATABASE.get("USER"),
        "password": env.DATABASE.get("PASSWORD"),
    }
    connection = {name: value for name, value in given.items() if value}
    with psycopg.connect(**connection, dbname="postgres", autocommit=True) as server:
        name = sql.Identifier(wanted)
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
    bare: dict[str, list[Timed]] = {name: [] for name in WAYS}
    disk: list[float] = []
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
        picture = MediaInfo.from_facts(asset.facts).picture
        assert picture is not None
        plans = renditions_for(picture)
        take = files.take_folder(asset.pk, asset.take)
        folders = {one.name: take / one.folder for one in asset.renditions.all()}
        disk.append(bytes_in(take) / source.stat().st_size)
        keys = [packaging.checked(folders[plan.name], plan).key_times for plan in plans]
        aligned.append(len(set(keys)) == 1)
        for name, way in WAYS.items():
            target = folder / "bare"
            shutil.rmtree(target, ignore_errors=True)
            with timed(bare[name]):
                run_bare(binary, way(source), target)
            if name in SINGLE:
                made = [packaging.checked(target / plan.name, plan).key_times for plan in plans]
                same_keys.append(made == keys)
    best = min(SINGLE, key=lambda name: statistics.median(run.wall for run in bare[name]))
    return _rows(ours, bare, best, first, disk, all(aligned), all(same_keys))


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _rows(
    ours: list[Timed],
    bare: dict[str, list[Timed]],
    best: str,
    first: list[float],
    disk: list[float],
    aligned: bool,
    same_keys: bool,
) -> list[dict[str, Any]]:
    def median(runs: list[Timed], what: str) -> float:
        return float(statistics.median(getattr(run, what) for run in runs))

    rows = []
    for what, aim in (("wall", "<= 1.0 x the best single command"), ("cpu", "")):
        ratio = statistics.median(
            getattr(run, what) / getattr(other, what)
            for run, other in zip(ours, bare[best], strict=True)
        )
        rows.append(
            row(
                f"pipeline, {SECONDS} s of 1080p, {what}",
                median(ours, what),
                "s",
                reference=median(bare[best], what),
                ratio=ratio,
                aim=aim,
                holds=round(ratio, 2) <= 1.0 if aim else None,
            )
        )
    for name, (_way, most) in OTHERS.items():
        ratio = statistics.median(
            run.wall / other.wall for run, other in zip(ours, bare[name], strict=True)
        )
        rows.append(
            row(
                f"pipeline against {name}, wall",
                median(ours, "wall"),
                "s",
                reference=median(bare[name], "wall"),
                ratio=ratio,
                aim=f"<= {most} x",
                holds=round(ratio, 2) <= most,
            )
        )
    rows += [
        row(
            f"single command: {name}{' (best)' if name == best else ''}",
            median(bare[name], "wall"),
            "s",
        )
        for name in SINGLE
    ]
    rows.append(row("disk, against the source", statistics.median(disk), "x"))
    share = statistics.median(first)
    rows.append(
        row(
            "time to the first playable rendition, share of the total",
            share,
            "",
            aim="<= 0.25",
            holds=share <= 0.25,
        )
    )
    rows.append(
        row(
            "key frames identical: between renditions, and with the single commands",
            float(aligned and same_keys),
            "yes/no",
            aim="identical",
            holds=aligned and same_keys,
        )
    )
    return rows


def row(
    name: str,
    value: float,
    unit: str,
    *,
    reference: float | None = None,
    ratio: float | None = None,
    aim: str = "",
    holds: bool | None = None,
) -> dict[str, Any]:
    """A line of the table."""
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
        make_database()
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
