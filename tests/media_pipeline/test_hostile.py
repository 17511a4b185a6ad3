"""Two hundred damaged and hostile files: each ends as a checked take or as a refusal in words."""

import os
import resource
from collections import Counter
from pathlib import Path

import pytest

from media_pipeline.ffmpeg import TranscodeFailedError
from media_pipeline.probe import MediaRefusedError
from tests.factories.media import make_recording
from tests.support.hostile_media import CONTAINERS, box_changes, damaged, good
from tests.support.takes import transcoded

pytestmark = pytest.mark.slow

MOST_KILOBYTES = 1024**2


def outcome(folder: Path, name: str, content: bytes) -> str:
    """ "made" or the refusal's class; whatever else happens is raised."""
    source = folder / f"{name}.upload"
    source.write_bytes(content)
    take = folder / f"take-{name}"
    try:
        transcoded(source, take)
    except (MediaRefusedError, TranscodeFailedError) as refusal:
        # One sentence that says what to do, whatever the file was.
        return type(refusal).__name__ if refusal.message.endswith("。") else refusal.message
    return "made"


def children() -> list[str]:
    """Processes of ours that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.append((stat.parent / "cmdline").read_text())
    return found


def largest_child() -> int:
    """Kilobytes of the largest child that has ended so far; others' tests may have had larger."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


@pytest.mark.parametrize("container", CONTAINERS)
def test_damaged_files_end_clean_or_refused(tmp_path: Path, container: str) -> None:
    whole = good(tmp_path, container).read_bytes()
    before, largest = children(), largest_child()
    # A good control, or refusing everything would pass.
    assert outcome(tmp_path, "whole", whole) == "made"
    ended = Counter(outcome(tmp_path, name, content) for name, content in damaged(whole))
    assert ended.total() == 19
    assert children() == before
    assert largest_child() <= max(MOST_KILOBYTES, largest)


def test_lies_about_boxes_end_clean_or_refused(tmp_path: Path) -> None:
    """And a file that says its pictures lie in the neighbour's shows none of them."""
    neighbour = make_recording(tmp_path / "neighbour.mp4", seconds=1, size="64x48")
    whole = good(tmp_path, "mp4").read_bytes()
    before, largest = children(), largest_child()
    changes = box_changes(str(neighbour))
    ended = {name: outcome(tmp_path, name, change(whole)) for name, change in changes.items()}
    assert len(ended) == 54
    assert children() == before
    assert largest_child() <= max(MOST_KILOBYTES, largest)
    assert {ended["samples-elsewhere"], ended["samples-at-an-address"]} & {"made"} == set()
