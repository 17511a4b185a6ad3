"""The storyboard: how its pictures are laid out, and that a real run makes the right ones."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media_pipeline import command, stills, storyboard
from media_pipeline.ladder import Picture, renditions_for
from media_pipeline.probe import probe
from media_pipeline.storyboard import Board, board_for
from tests.factories.media import make_recording, run_ffmpeg
from tests.support.media_corpus import sound_only
from tests.support.takes import transcoded

LENGTHS = st.floats(min_value=0.5, max_value=4 * 3600 + 60)
SIDES = st.integers(min_value=32, max_value=4096)
WIDE = Picture(1280, 720, None, True)
_ENTRY = re.compile(
    r"(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})\n"
    r"storyboard-(\d)\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)"
)


def seconds_of(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


@given(LENGTHS, SIDES, SIDES)
def test_any_lecture_has_few_sheets_of_small_pictures(
    seconds: float, width: int, height: int
) -> None:
    board = board_for(Picture(width, height, None, True), seconds)
    assert board is not None
    assert board.sheets <= 4
    assert (board.columns <= 10, board.rows <= 10) == (True, True)
    assert (board.width <= 160, board.height <= 120) == (True, True)
    assert (board.count - 1) * board.step_seconds < seconds <= board.count * board.step_seconds


@given(LENGTHS)
def test_the_index_covers_the_lecture_without_gap_and_names_each_place_once(
    seconds: float,
) -> None:
    board = board_for(WIDE, seconds)
    assert board is not None
    found = _ENTRY.findall(storyboard.index(board, board.sheets, seconds))
    assert len(found) == board.count
    starts = [seconds_of(entry[0]) for entry in found]
    ends = [seconds_of(entry[1]) for entry in found]
    assert starts == [0.0, *ends[:-1]]
    assert ends[-1] == pytest.approx(seconds, abs=0.001)
    places = {entry[2:5] for entry in found}
    assert len(places) == board.count


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (3, Board(2, 2, 2, 1, 160, 90)),
        (24, Board(2, 12, 10, 2, 160, 90)),
        (45 * 60, Board(10, 270, 10, 10, 160, 90)),
        (4 * 3600, Board(60, 240, 10, 10, 160, 90)),
    ],
)
def test_steps_grow_with_the_length(seconds: float, expected: Board) -> None:
    assert board_for(WIDE, seconds) == expected


def test_a_standing_picture_is_as_high_as_it_may_be() -> None:
    board = board_for(Picture(1080, 1920, None, True), 10)
    assert board is not None
    assert (board.width, board.height) == (68, 120)


def test_a_sound_has_none() -> None:
    assert board_for(None, 100) is None


def test_a_sheet_that_is_missing_is_not_named() -> None:
    board = board_for(WIDE, 45 * 60)
    assert board is not None
    named = {entry[2] for entry in _ENTRY.findall(storyboard.index(board, 1, 45 * 60))}
    assert named == {"1"}


@pytest.mark.slow
def test_each_picture_is_the_one_of_its_moment(tmp_path: Path) -> None:
    """A lecture that grows brighter every two seconds: so do the pictures of its board."""
    source = tmp_path / "steps.mp4"
    grey = "color=c=black:size=320x180:rate=10:duration=25,geq=lum=40+12*floor(T/2):cb=128:cr=128"
    run_ffmpeg("-f", "lavfi", "-i", grey, "-c:v", "libx264", "-preset", "ultrafast", source)
    info, _made = transcoded(source, tmp_path / "take")
    stills.finish(tmp_path / "take", info)
    sheet = np.asarray(Image.open(tmp_path / "take" / "storyboard-1.jpg").convert("L"), dtype=int)
    assert sheet.shape == (2 * 90, 10 * 160)
    entries = _ENTRY.findall((tmp_path / "take" / "storyboard.vtt").read_text())
    assert len(entries) == 13
    brightness = []
    for entry in entries:
        x, y, width, height = map(int, entry[3:])
        brightness.append(sheet[y : y + height, x : x + width].mean())
    steps = np.diff(brightness)
    assert (steps.min() > 8, steps.max() < 18) == (True, True)
    assert sorted(path.name for path in (tmp_path / "take").glob("*.jpg")) == [
        *(f"poster-{number}.jpg" for number in range(1, 6)),
        "poster.jpg",
        "storyboard-1.jpg",
    ]


@pytest.mark.slow
def test_a_sound_alone_is_made_without(tmp_path: Path) -> None:
    info, _made = transcoded(sound_only(tmp_path), tmp_path / "take")
    assert stills.finish(tmp_path / "take", info) == []
    assert [path.name for path in (tmp_path / "take").glob("*.jpg")] == ["poster.jpg"]
    assert not (tmp_path / "take" / "storyboard.vtt").exists()


@pytest.mark.slow
def test_a_run_without_its_stills_is_a_run_all_the_same(tmp_path: Path) -> None:
    info, made = transcoded(make_recording(tmp_path / "a.mp4", seconds=5), tmp_path / "take")
    for path in (tmp_path / "take").glob("*-[1-9].jpg"):
        path.write_bytes(b"") if path.name.endswith("1.jpg") else path.unlink()
    (tmp_path / "take" / "storyboard-1.jpg").unlink()
    (tmp_path / "take" / "storyboard.vtt").unlink()
    assert made
    assert stills.finish(tmp_path / "take", info) == []
    assert not (tmp_path / "take" / "storyboard.vtt").exists()


@pytest.mark.slow
def test_the_source_is_read_once(tmp_path: Path) -> None:
    info = probe(make_recording(tmp_path / "a.mp4"))
    assert info.picture is not None
    recipe = command.recipe_for(info, renditions_for(info.picture))
    said = command.arguments(tmp_path / "a.mp4", info, recipe)
    assert said.count("-i") == 1
