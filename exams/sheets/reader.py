"""Reading a page from a picture: found by its corner marks, straightened, measured box by box.

The only file that knows OpenCV. A picture goes in as an array of grey (0 black, 255 white), lying
any way; what comes out is the reading and the page as it would lie under a scanner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exams.sheets import marks
from exams.sheets.judging import Box, Measured, judge
from exams.sheets.layout import (
    MARK_PLACES,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    QR_PLACE,
    QR_VERSION,
    Field,
    Rect,
    SheetLayout,
)
from exams.sheets.readings import Reading, Refusal

Grey = NDArray[Any]  # 8 bits a pixel; OpenCV declares no more than "an array"
Ink = NDArray[Any]  # floats, 0 as paper to 1 as black

SCALE = 6  # pixels a millimetre of the straightened page
WIDTH, HEIGHT = round(PAGE_WIDTH * SCALE), round(PAGE_HEIGHT * SCALE)
# Marks are looked for in a smaller picture first, which is faster and less noisy.
SEARCH_SIDES = (1000, 1500, 3000)
MOST_BENT = 1.0  # millimetres between where the marks are and where a flat page has them
CELL = 8  # pixels a cell of the code, drawn anew
MOST_SHIFT = 9  # pixels a field may lie beside its place: paper is never quite flat
DARK = 0.4
LIGHTEST_STROKE = 0.2
# The outline is 0.25 mm wide; blurred beyond this there is no telling a mark from a shadow.
LEAST_OUTLINE = 0.10
NEARLY_BLANK = 6.0  # the spread of grey in a picture of nothing
LONGEST_REFUSED = 1400  # pixels
INSET = 0.7  # millimetres inside the edge of a box
NEAR, FAR = 0.75, 1.65  # millimetres around it
NEAR_DIGIT, FAR_DIGIT = 0.75, 1.3

cv2.setNumThreads(1)


@dataclass(frozen=True)
class PageRead:
    """The reading; `straight` is the page straightened, None where no page was found."""

    reading: Reading
    straight: Grey | None = None


def read_page(picture: Grey, *, layouts: Mapping[str, SheetLayout]) -> PageRead:
    """Read one page; `layouts` are the sheet's forms. Whether the code is genuine and meant is
    asked by who knows the school's key.
    """
    corners = _find_marks(picture)
    if corners is None:
        return PageRead(Reading(refusal=Refusal.TWO_SHEETS))
    if len(corners) < 3:
        blank = float(np.std(cv2.resize(picture, (200, 280), interpolation=cv2.INTER_AREA)))
        refusal = Refusal.BLANK if blank < NEARLY_BLANK else Refusal.NO_MARKS
        return PageRead(Reading(refusal=refusal))
    straight, bent = _straighten(picture, corners)
    if bent > MOST_BENT:
        return PageRead(Reading(refusal=Refusal.BENT), straight)
    code = _read_code(straight)
    found = marks.read(code)
    if found is None:
        return PageRead(Reading(refusal=Refusal.NO_CODE), straight)
    layout = layouts.get(found.mark.form)
    if layout is None:
        return PageRead(Reading(code, Refusal.OTHER_FORM), straight)
    page = layout.page(found.mark.page)
    if page is None:
        return PageRead(Reading(code, Refusal.OTHER_PRINT), straight)
    ink = _ink(straight)
    fields = [_measure(ink, field) for field in page.fields if not field.is_area]
    if fields and float(np.median([field.outline for field in fields])) < LEAST_OUTLINE:
        return PageRead(Reading(code, Refusal.BLURRED), straight)
    return PageRead(Reading(code, None, judge(fields)), straight)


def kept_picture(read: PageRead, picture: Grey) -> bytes:
    """The page as it is kept, to be looked at: straight, or as it came where none was found."""
    kept = read.straight
    if kept is None:
        ratio = min(1.0, LONGEST_REFUSED / max(picture.shape))
        kept = cv2.resize(picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
    _made, jpeg = cv2.imencode(".jpg", kept, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return jpeg.tobytes()


# --- Finding the page -----------------------------------------------------------------------------


def _detector() -> cv2.aruco.ArucoDetector:
    wanted = cv2.aruco.DetectorParameters()
    wanted.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    wanted.adaptiveThreshWinSizeMin = 5
    wanted.adaptiveThreshWinSizeMax = 45
    wanted.adaptiveThreshWinSizeStep = 20
    wanted.minMarkerPerimeterRate = 0.02
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), wanted)


def _find_marks(picture: Grey) -> dict[int, NDArray[np.float32]] | None:
    """The four corners of each mark by its number; None if a mark is there twice."""
    best: dict[int, NDArray[np.float32]] = {}
    longest = max(picture.shape)
    for side in SEARCH_SIDES:
        ratio = min(1.0, side / longest)
        size = (round(picture.shape[1] * ratio), round(picture.shape[0] * ratio))
        smaller = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if ratio < 1 else picture
        corners, numbers, _rejected = _detector().detectMarkers(smaller)
        known = [] if numbers is None else [int(number) for number in numbers.ravel()]
        found = [
            (number, quad.reshape(4, 2) / ratio)
            for number, quad in zip(known, corners, strict=True)
            if number < len(MARK_PLACES)
        ]
        if len({number for number, _quad in found}) < len(found):
            return None
        if len(found) > len(best):
            best = dict(found)
        if len(best) == len(MARK_PLACES) or ratio == 1.0:
            break
    return best


def _straighten(picture: Grey, corners: dict[int, NDArray[np.float32]]) -> tuple[Grey, float]:
    """The page seen from straight above, and by how many millimetres it is not flat."""
    seen = np.concatenate([corners[number] for number in sorted(corners)]).astype(np.float32)
    meant = np.concatenate([_corners_of(MARK_PLACES[number]) for number in sorted(corners)])
    turn, _used = cv2.findHomography(seen, meant, 0)
    if turn is None:
        return picture, MOST_BENT * 2
    again = cv2.perspectiveTransform(seen.reshape(-1, 1, 2), turn).reshape(-1, 2)
    bent = float(np.max(np.linalg.norm(again - meant, axis=1))) / SCALE
    # Halved first where it is much larger: or thin outlines would fall between the pixels.
    across = float(np.linalg.norm(seen[1] - seen[0]))
    shrink = across / (MARK_PLACES[0].width * SCALE)
    if shrink > 1.6:
        smaller = cv2.resize(
            picture, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA
        )
        back = np.diag(
            [picture.shape[1] / smaller.shape[1], picture.shape[0] / smaller.shape[0], 1]
        )
        picture, turn = smaller, turn @ back
    straight = cv2.warpPerspective(
        picture, turn, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return straight, bent


def _corners_of(place: Rect) -> NDArray[np.float32]:
    return np.array(
        [
            (place.x, place.y),
            (place.right, place.y),
            (place.right, place.bottom),
            (place.x, place.bottom),
        ],
        np.float32,
    ) * SCALE - np.float32(0.5)


def _read_code(straight: Grey) -> str:
    """The code's place is known, so its cells are read one by one and drawn anew, clean."""
    reader = cv2.QRCodeDetector()
    cells = 17 + 4 * QR_VERSION
    square = _square_code(straight, cells)
    middle = square.reshape(cells, CELL, cells, CELL)[:, 2:-2, :, 2:-2].mean(axis=(1, 3))
    for around in (11, 33):  # light and shade may divide the code itself
        light = cv2.blur(middle.astype(np.float32), (around, around))
        clean = np.where(middle > light, 255, 0).astype(np.uint8)
        clean = np.pad(clean, 4, constant_values=255).repeat(6, axis=0).repeat(6, axis=1)
        text, _points, _straight = reader.detectAndDecode(clean)
        if text:
            return str(text)
    larger = np.pad(square, 4 * CELL, mode="constant", constant_values=int(square.max()))
    text, _points, _straight = reader.detectAndDecode(larger)
    return str(text)


def _square_code(straight: Grey, cells: int) -> Grey:
    """The code upright and square, by the three patterns in its corners: `CELL` pixels a cell."""
    side = QR_PLACE.width * SCALE
    cell = side / cells
    found = []
    for x, y in ((0, 0), (side - 7 * cell, 0), (0, side - 7 * cell)):
        left, top = QR_PLACE.x * SCALE + x, QR_PLACE.y * SCALE + y
        reach = round(1.5 * SCALE)
        wide = round(7 * cell)
        piece = straight[
            round(top) - reach : round(top) + wide + reach,
            round(left) - reach : round(left) + wide + reach,
        ]
        pattern = cv2.resize(_FINDER, (wide, wide), interpolation=cv2.INTER_AREA)
        fits = cv2.matchTemplate(piece, pattern, cv2.TM_CCOEFF_NORMED)
        at = cv2.minMaxLoc(fits)[3]
        half = wide / 2
        found.append((round(left) - reach + at[0] + half, round(top) - reach + at[1] + half))
    far = (cells - 3.5) * CELL
    near = 3.5 * CELL
    turn = cv2.getAffineTransform(
        np.array(found, np.float32) - np.float32(0.5),
        np.array([(near, near), (far, near), (near, far)], np.float32) - np.float32(0.5),
    )
    return cv2.warpAffine(
        straight, turn, (cells * CELL, cells * CELL), flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def _finder() -> Grey:
    """The pattern in three corners of a QR code, ten pixels a cell."""
    drawn = np.zeros((7, 7), np.uint8)
    drawn[1:6, 1:6] = 255
    drawn[2:5, 2:5] = 0
    return drawn.repeat(10, axis=0).repeat(10, axis=1)


_FINDER = _finder()


# --- Measuring ------------------------------------------------------------------------------------


def _ink(straight: Grey) -> Ink:
    """How much darker than the paper around it each place is; the marks' black is 1.

    The paper's own light is what is left when everything smaller than a mark is closed over, so
    shadows fall away.
    """
    small = cv2.resize(straight, (WIDTH // 3, HEIGHT // 3), interpolation=cv2.INTER_AREA)
    around = cv2.getStructuringElement(cv2.MORPH_RECT, (23, 23))
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, around)
    paper = cv2.resize(cv2.blur(paper, (5, 5)), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    ink = 1.0 - straight.astype(np.float32) / np.maximum(paper.astype(np.float32), 1.0)
    black = [_black(ink, place) for place in MARK_PLACES]
    return np.clip(ink / max(0.2, float(np.median(black))), -0.2, 1.2)


def _black(ink: Ink, place: Rect) -> float:
    """The frame of a mark: the darkest that is printed."""
    whole = _cut(ink, place)
    return float(np.percentile(whole, 75))


def _measure(ink: Ink, field: Field) -> Measured:
    dx, dy, outline = _settle(ink, field)
    near, far = (NEAR_DIGIT, FAR_DIGIT) if field.is_digit else (NEAR, FAR)
    return Measured(
        field.key,
        field.is_multiple,
        outline,
        tuple(_measure_box(ink, box, dx, dy, near, far) for box in field.boxes),
    )


def _settle(ink: Ink, field: Field) -> tuple[int, int, float]:
    """How far the field lies beside its place, and how dark its outlines are there."""
    left = min(box.x for box in field.boxes)
    top = min(box.y for box in field.boxes)
    right = max(box.right for box in field.boxes)
    bottom = max(box.bottom for box in field.boxes)
    form = np.zeros(
        (round((bottom - top) * SCALE) + 3, round((right - left) * SCALE) + 3), np.float32
    )
    for box in field.boxes:
        start = (round((box.x - left) * SCALE) + 1, round((box.y - top) * SCALE) + 1)
        end = (round((box.right - left) * SCALE) + 1, round((box.bottom - top) * SCALE) + 1)
        cv2.rectangle(form, start, end, 1.0, 1)
    x, y = round(left * SCALE) - 1 - MOST_SHIFT, round(top * SCALE) - 1 - MOST_SHIFT
    height, width = form.shape
    seen = ink[max(y, 0) : y + height + 2 * MOST_SHIFT, max(x, 0) : x + width + 2 * MOST_SHIFT]
    fits = cv2.matchTemplate(np.clip(seen, 0, 0.6), form, cv2.TM_CCORR) / max(
        1.0, float(form.sum())
    )
    near: Ink = fits - _FARTHER[: fits.shape[0], : fits.shape[1]]
    _low, _best, _at, place = cv2.minMaxLoc(near)
    outline = float(fits[place[1], place[0]])
    return place[0] - MOST_SHIFT, place[1] - MOST_SHIFT, outline


def _distances() -> Ink:
    """Of two places that fit alike the nearer is meant."""
    along = np.abs(np.arange(2 * MOST_SHIFT + 1, dtype=np.float32) - MOST_SHIFT)
    return (0.004 * np.hypot(along[:, None], along[None, :])).astype(np.float32)


_FARTHER = _distances()


def _measure_box(ink: Ink, box: Rect, dx: int, dy: int, near: float, far: float) -> Box:
    inner = Rect(box.x + INSET, box.y + INSET, box.width - 2 * INSET, box.height - 2 * INSET)
    inside = _cut(ink, inner, dx, dy)
    deep = far - near
    around = (
        Rect(box.x - far, box.y - far, box.width + 2 * far, deep),
        Rect(box.x - far, box.bottom + near, box.width + 2 * far, deep),
        Rect(box.x - far, box.y, deep, box.height),
    )
    return Box(
        ink=float(inside.mean()),
        cover=float((inside > DARK).mean()),
        around=tuple(_strokes(_cut(ink, one, dx, dy)) for one in around),
    )


def _strokes(ink: Ink) -> float:
    """How many square millimetres of it are drawn on."""
    return float(ink[ink > LIGHTEST_STROKE].sum()) / SCALE**2


def _cut(picture: NDArray[Any], place: Rect, dx: int = 0, dy: int = 0) -> NDArray[Any]:
    left, top = round(place.x * SCALE) + dx, round(place.y * SCALE) + dy
    right, bottom = round(place.right * SCALE) + dx, round(place.bottom * SCALE) + dy
    return picture[max(0, top) : bottom, max(0, left) : right]
