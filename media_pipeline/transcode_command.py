"""`python -m lms transcode FILE`: what the school would make of a recording, without the school."""

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lms import env

BAR_CELLS = 30


def transcode(arguments: Sequence[str]) -> None:
    """Make the renditions of FILE in a folder beside it; exits 1 with a sentence if it cannot."""
    parser = argparse.ArgumentParser(
        prog="python -m lms transcode",
        description="Make a lecture of a recording in a folder, as the school would. Nothing of"
        " the school is touched and nothing of it need run.",
    )
    parser.add_argument("file", type=Path, help="the recording")
    parser.add_argument("--out", type=Path, help="the folder to make (FILE.lecture by default)")
    parser.add_argument(
        "--progress", action="store_true", help="show the bar even where there is no terminal"
    )
    options = parser.parse_args(arguments)
    out = options.out or options.file.with_name(f"{options.file.name}.lecture")
    if not options.file.is_file():
        sys.exit(f"{options.file} is not a file.")
    if out.exists():
        sys.exit(f"{out} is there already. Name another folder with --out.")
    env.point_django_at_settings()
    import django

    django.setup()
    try:
        _make(options.file, out, _Bar(is_shown=options.progress or sys.stderr.isatty()))
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise


def _make(source: Path, out: Path, bar: "_Bar") -> None:
    from lms.core.errors import DomainError
    from media_pipeline import standalone

    started = time.monotonic()
    try:
        info, made = standalone.transcode(source, out, on_progress=bar.show)
    except DomainError as error:
        bar.end()
        sys.exit(error.message)
    bar.end()
    took = time.monotonic() - started
    print(f"{'':8}{'picture':>11}  {'peak':>10}  {'average':>10}  {'size':>9}")
    for one in made:
        picture = f"{one.plan.width}x{one.plan.height}" if one.plan else "-"
        print(
            f"{one.name:8}{picture:>11}  {one.peak_bandwidth / 1000:>5.0f} kb/s"
            f"  {one.average_bandwidth / 1000:>5.0f} kb/s  {one.size_bytes / 1024**2:>6.1f} MB"
        )
    speed = info.duration_seconds / took
    print(f"{info.duration_seconds:.1f} s of lecture in {took:.1f} s ({speed:.1f} x): {out}")


class _Bar:
    """A progress bar on one line of a terminal; nothing where there is none."""

    def __init__(self, *, is_shown: bool) -> None:
        self.is_shown = is_shown

    def show(self, share: float) -> None:
        if self.is_shown:
            cells = "#" * round(BAR_CELLS * share)
            print(f"\r[{cells:<{BAR_CELLS}}] {100 * share:3.0f} %", end="", file=sys.stderr)

    def end(self) -> None:
        if self.is_shown:
            print(file=sys.stderr)
