"""Reading a file in a process of its own, with limits on time and memory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from exams.sheets.layout import SheetLayout
from exams.sheets.readings import FileRefusal, Reading
from media_pipeline.processes import Limits, end_group, start

ASK_SECONDS = 2.0
# PDFium and OpenCV reserve much address space that they never use.
LIMITS = Limits(
    memory_bytes=3 * 1024**3,
    cpu_seconds=900,
    file_bytes=64 * 1024**2,
    open_files=128,
    nice=5,
)


@dataclass
class FileRead:
    """What came of a file: its pages by position, or why it was not opened to the end."""

    folder: Path
    pages: dict[int, Reading] = field(default_factory=dict)
    refusal: FileRefusal | None = None

    def picture(self, position: int) -> bytes:
        return (self.folder / f"{position}.jpg").read_bytes()


@contextmanager
def file_read(
    content: bytes,
    *,
    layouts: Mapping[str, SheetLayout],
    positions: Collection[int] = (),
    during: Callable[[], None] = lambda: None,
    seconds: float | None = None,
) -> Iterator[FileRead]:
    """Read `content` (or only the pages at `positions`); `during` is called every few seconds,
    and what it raises ends the reading. Pages read before the time is up are kept.
    """
    with TemporaryDirectory(prefix="sheets-") as name:
        folder = Path(name)
        (folder / "file").write_bytes(content)
        job = {
            "layouts": {form: layout.as_json() for form, layout in layouts.items()},
            "positions": sorted(positions),
        }
        (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
        in_time = _run(folder, during, seconds or settings.SHEET_READING_SECONDS)
        yield _told(folder, in_time)


def _run(folder: Path, during: Callable[[], None], seconds: float) -> bool:
    """True if it ended by itself."""
    until = time.monotonic() + seconds
    command = [sys.executable, "-m", "exams.sheets.reading_process", str(folder)]
    process = start(command, limits=LIMITS, cwd=settings.BASE_DIR)
    try:
        while time.monotonic() < until:
            try:
                process.communicate(timeout=min(ASK_SECONDS, seconds))
            except subprocess.TimeoutExpired:
                during()
            else:
                return True
        return False
    finally:
        end_group(process)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _told(folder: Path, in_time: bool) -> FileRead:
    read = FileRead(folder)
    results = folder / "results.jsonl"
    ended = False
    for line in results.read_text(encoding="utf-8").splitlines() if results.exists() else ():
        said = json.loads(line)
        if "refused" in said:
            read.refusal = FileRefusal(said["refused"])
        elif "done" in said:
            ended = True
        else:
            read.pages[said["position"]] = Reading.of_json(said["reading"])
    if not ended and read.refusal is None:
        read.refusal = FileRefusal.DAMAGED if in_time else FileRefusal.TOO_SLOW
    return read
