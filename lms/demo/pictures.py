"""Where the committed slide pictures lie and where the clock stands on them."""

from dataclasses import dataclass
from pathlib import Path

IMAGES = Path(__file__).parent / "images"

WIDTH, HEIGHT = 1280, 720


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the slide, in pixels of a 1280 × 720 picture."""

    left: int
    top: int
    width: int
    height: int


DIGIT_WIDTH, DIGIT_HEIGHT = 20, 36
CLOCK = Box(left=1090, top=20, width=5 * DIGIT_WIDTH, height=DIGIT_HEIGHT)  # mm:ss
PROGRESS = Box(left=0, top=712, width=WIDTH, height=8)

CLOCK_GROUND = "#7a1712"
PROGRESS_GROUND = "#e6ddd5"
PROGRESS_DONE = "#b3261e"


def slide_path(lesson_key: str, number: int) -> Path:
    """The picture of slide `number` (from 1) of a lesson."""
    return IMAGES / f"{lesson_key}-{number}.png"


def digits_path() -> Path:
    """One strip with the eleven signs 0123456789: in cells of equal width."""
    return IMAGES / "clock-digits.png"
