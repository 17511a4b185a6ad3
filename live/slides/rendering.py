"""Having pages drawn by a confined process, and what it says about them."""

import json
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from live.slides.errors import SlidesRefusedError
from live.slides.words import refusal
from media_pipeline.processes import Limits, end_group, signal_group, start

CHILD = Path(__file__).with_name("render_child.py")
MOST_PAGES = 300
MOST_TEXT = 1_000
# What is drawn: the longer side in pixels, and how many bytes a page may have.
DRAWN = {
    "pages": MOST_PAGES,
    "points": 14_400,  # the largest page a PDF may have without tricks
    "pixels": 50_000_000,
    "letters": MOST_TEXT,
    "l_pixels": 1_920,
    "l_bytes": 500_000,
    "s_pixels": 1_080,
    "s_bytes": 150_000,
}
LIMITS = Limits(
    memory_bytes=2_000_000_000, cpu_seconds=300, file_bytes=4_000_000, open_files=64, nice=5
)
WALL_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Page:
    """One page that was drawn: its large size in pixels, and its words."""

    number: int
    width: int
    height: int
    text: str


def drawn(files: Sequence[Path], folder: Path, *, during: Callable[[int, int], None]) -> list[Page]:
    """Draw the pages of one PDF, or pictures, into `folder`: <number>-s.webp and <number>-l.webp.

    `during(page, of)` is called after each page. Raises SlidesRefusedError with a sentence.
    """
    command = [sys.executable, "-I", str(CHILD), json.dumps(DRAWN), str(folder)]
    process = start([*command, *(str(path) for path in files)], limits=LIMITS)
    timer = threading.Timer(WALL_SECONDS, lambda: signal_group(process, signal.SIGKILL))
    timer.start()
    pages: list[Page] = []
    count, refused = 0, ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said = json.loads(line)
            refused = said.get("refused", "")
            if refused:
                break
            count = said["of"]
            pages.append(Page(said["page"], said["width"], said["height"], said["text"]))
            during(said["page"], count)
    except ValueError:
        refused = "broken"  # killed in the middle of a line
    finally:
        timer.cancel()
        end_group(process)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    if refused or not pages or len(pages) != count:
        # It was ended by the system: the file asks for more than a page may cost.
        raise SlidesRefusedError(refusal(refused or "costly"))
    return pages
