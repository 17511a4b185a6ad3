"""Small pictures of a lecture at even steps, on a few sheets, to find a moment by: pure."""

import math
from dataclasses import dataclass

from media_pipeline.ladder import Picture

SHEET_NAME = "storyboard-%d.jpg"
INDEX_NAME = "storyboard.vtt"
COLUMNS = ROWS = 10
# A tile is at most this large, whichever way the picture stands.
TILE_WIDTH, TILE_HEIGHT = 160, 120
# Seconds between two pictures: the first of these steps that needs no more than MOST_TILES.
STEPS = (2, 5, 10, 15, 20, 30, 60)
MOST_TILES = 400


@dataclass(frozen=True)
class Board:
    """How many pictures there are, how far apart, and how they lie on their sheets.

    step_seconds: between two pictures; count: of all pictures; columns, rows: of each sheet;
    width, height: of one picture in pixels.
    """

    step_seconds: int
    count: int
    columns: int
    rows: int
    width: int
    height: int

    @property
    def sheets(self) -> int:
        return math.ceil(self.count / (self.columns * self.rows))

    def place_of(self, number: int) -> tuple[int, int, int]:
        """(sheet counted from 1, x, y) of a picture counted from nought."""
        sheet, at = divmod(number, self.columns * self.rows)
        row, column = divmod(at, self.columns)
        return sheet + 1, column * self.width, row * self.height


def board_for(picture: Picture | None, seconds: float) -> Board | None:
    """The storyboard of a lecture that shows `picture` for so long; None for a sound."""
    if picture is None or seconds <= 0:
        return None
    fitting = (step for step in STEPS if math.ceil(seconds / step) <= MOST_TILES)
    step = next(fitting, math.ceil(seconds / MOST_TILES))
    count = math.ceil(seconds / step)
    on_a_sheet = min(count, COLUMNS * ROWS)
    columns = min(COLUMNS, on_a_sheet)
    scale = min(TILE_WIDTH / picture.width, TILE_HEIGHT / picture.height)
    return Board(
        step_seconds=step,
        count=count,
        columns=columns,
        rows=math.ceil(on_a_sheet / columns),
        width=_even(picture.width * scale),
        height=_even(picture.height * scale),
    )


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)


def chain(board: Board, source: str, target: str) -> str:
    """ffmpeg's filters from pictures to sheets: the first picture of each step is taken."""
    step = board.step_seconds
    taken = f"isnan(prev_selected_t)+gt(floor(t/{step}),floor(prev_selected_t/{step}))"
    return (
        f"[{source}]select='{taken}',scale={board.width}:{board.height}:flags=area,setsar=1,"
        f"tile={board.columns}x{board.rows}[{target}]"
    )


def index(board: Board, sheets: int, seconds: float) -> str:
    """A WebVTT file that names the part of a sheet for each moment, of the `sheets` there are."""
    parts = ["WEBVTT"]
    for number in range(board.count):
        sheet, x, y = board.place_of(number)
        if sheet > sheets:
            break
        start = number * board.step_seconds
        end = min(start + board.step_seconds, seconds)
        parts.append(
            f"{_clock(start)} --> {_clock(end)}\n"
            f"{SHEET_NAME % sheet}#xywh={x},{y},{board.width},{board.height}"
        )
    return "\n\n".join(parts) + "\n"


def _clock(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, whole = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}.{milliseconds:03d}"
