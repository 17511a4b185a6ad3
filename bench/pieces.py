"""A long lecture in pieces: by one worker and by two, against one run; and after `kill -9`.

The lecture lasts three minutes; what the school calls long is set down to fit it, so that it is
cut into nine pieces. Workers are processes of their own, each with one run of ffmpeg at a time,
that share nothing but the database and the folder of the media. Quality is the mean SSIM of the
1080p rendition against the source. A killed worker's lease is let run out by hand, because it
lasts 45 s whatever is measured.
"""

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.transcode import ROOT, make_database, make_source, row
from lms import embedded, env

SECONDS = 180
LONG_SECONDS = 60
PIECE_SECONDS = 20
DATABASE = "bench_pieces"
NEVER = 10**9
_SSIM = re.compile(r"All:([0-9.]+)")


def be_worker(asset_id: str, long_seconds: float) -> None:
    """Do what is open on a lecture until nothing is, beside whoever else does."""
    _set_up(long_seconds)
    from media_pipeline import services
    from media_pipeline.models import Asset

    asset = Asset.objects.get(pk=asset_id)
    while not asset.is_ready:
        services.process_now(asset=asset)
        assert asset.state != "failed", asset.reason
        time.sleep(0.2)
        asset.refresh_from_db()


def _set_up(long_seconds: float) -> None:
    import django

    env.point_django_at_settings()
    django.setup()
    from media_pipeline import planning

    planning.LONG_SECONDS = int(long_seconds)
    planning.PIECE_SECONDS = PIECE_SECONDS
    planning.LEAST_PIECE_SECONDS = 4


def _worker(asset_id: str, long_seconds: float) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "bench.pieces", "worker", asset_id, str(long_seconds)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )


class School:
    """The database with one instructor, and one recording to make lectures of."""

    def __init__(self, folder: Path) -> None:
        from django.core.management import call_command

        from media_pipeline import ffmpeg
        from tests.factories.members import make_branch_tree, make_instructor

        call_command("migrate", verbosity=0)
        self.source = folder / "lecture.mp4"
        make_source(ffmpeg.binary(), self.source, SECONDS)
        self.tree = make_branch_tree()
        self.by = make_instructor(self.tree.first)

    def planned(self, long_seconds: float) -> Any:
        """The recording once more, looked at and planned, nothing encoded."""
        from lms.core.models import Job
        from media_pipeline import planning, services
        from media_pipeline.queries import PROBE_JOB

        planning.LONG_SECONDS = int(long_seconds)
        asset = services.ingest_file(
            path=self.source, title="bench", by=self.by, branch=self.tree.first
        )
        job = Job.objects.get(kind=PROBE_JOB, subject_id=str(asset.pk))
        services.probe_asset(job_id=job.pk)
        asset.refresh_from_db()
        return asset

    def timed(self, workers: int, long_seconds: float) -> tuple[float, Any]:
        """Wall seconds of this many workers over one lecture, and the lecture."""
        asset = self.planned(long_seconds)
        started = time.perf_counter()
        running = [_worker(str(asset.pk), long_seconds) for _ in range(workers)]
        for worker in running:
            assert worker.wait() == 0
        took = time.perf_counter() - started
        asset.refresh_from_db()
        assert asset.is_ready, asset.reason
        return took, asset

    def ssim(self, asset: Any) -> float:
        """The mean SSIM of the largest picture against the source."""
        from media_pipeline import command, ffmpeg, files, packaging

        largest = asset.renditions.order_by("-height").first()
        folder = files.take_folder(asset.pk, asset.take) / largest.folder
        names = [command.INIT_NAME, *(name for name, _s in packaging.listed_segments(folder))]
        joined = self.source.with_name("joined.mp4")
        files.concatenate([folder / name for name in names], joined)
        said = subprocess.run(
            [
                *(ffmpeg.binary(), "-hide_banner", "-i", str(joined), "-i", str(self.source)),
                *("-lavfi", "[0:v]setpts=PTS-STARTPTS[a];[1:v]setpts=PTS-STARTPTS[b];[a][b]ssim"),
                *("-f", "null", "-"),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stderr
        return float(_SSIM.findall(said)[-1])

    def killed(self) -> tuple[int, int]:
        """(pieces done twice, all pieces) after one worker was killed at half way."""
        from django.db.models import F

        from lms.core import clock
        from lms.core.models import Job, JobState
        from media_pipeline import queries

        asset = self.planned(LONG_SECONDS)
        first = _worker(str(asset.pk), LONG_SECONDS)
        while asset.percent < 50:
            time.sleep(0.2)
            asset.refresh_from_db()
        first.send_signal(signal.SIGKILL)
        first.wait()
        Job.objects.filter(state=JobState.RUNNING).update(lease_until=clock.now())
        Job.objects.update(sent_at=F("sent_at") - dt.timedelta(hours=1))
        assert _worker(str(asset.pk), LONG_SECONDS).wait() == 0
        runs = [queries.last_job(piece) for piece in asset.pieces.all()]
        attempts = [run.attempt for run in runs if run is not None]
        return sum(attempt > 1 for attempt in attempts), len(attempts)


def measure(folder: Path) -> list[dict[str, Any]]:
    """All rows, against the database and the media folder this process is pointed at."""
    _set_up(NEVER)
    school = School(folder)
    in_one, whole = school.timed(1, NEVER)
    one_worker, pieced = school.timed(1, LONG_SECONDS)
    two_workers, _shared = school.timed(2, LONG_SECONDS)
    reference, quality = school.ssim(whole), school.ssim(pieced)
    again, pieces = school.killed()
    cut = pieced.pieces.exclude(frames=None).count()
    return [
        row(f"{SECONDS} s of 1080p in one run, one worker, wall", in_one, "s"),
        row(
            f"in {cut} pieces, one worker, wall",
            one_worker,
            "s",
            reference=in_one,
            ratio=one_worker / in_one,
        ),
        row(
            f"in {cut} pieces, two workers on this machine, wall",
            two_workers,
            "s",
            reference=in_one,
            ratio=two_workers / in_one,
        ),
        row(
            "SSIM of 1080p in pieces, against one run",
            quality,
            "",
            reference=reference,
            ratio=quality / reference,
            aim=">= 0.995 x",
            holds=quality / reference >= 0.995,
        ),
        row(
            f"pieces of {pieces} done twice after kill -9 at half way",
            float(again),
            "",
            aim="<= 1",
            holds=again <= 1,
        ),
    ]


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    hold = embedded.ensure_services()
    try:
        make_database(DATABASE)
        with tempfile.TemporaryDirectory(prefix="bench-pieces-") as folder:
            said = subprocess.run(
                [sys.executable, "-m", "bench.pieces", "measure", folder],
                cwd=ROOT,
                env={
                    **os.environ,
                    "DATABASE_NAME": DATABASE,
                    "MEDIA_ROOT": str(Path(folder) / "media"),
                    "REDIS_DATABASE": "30",
                },
                stdout=subprocess.PIPE,
                check=True,
            ).stdout
        rows: list[dict[str, Any]] = json.loads(said)
        return rows
    finally:
        hold.close()


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        be_worker(sys.argv[2], float(sys.argv[3]))
    else:
        print(json.dumps(measure(Path(sys.argv[2]))))
