"""Cutting one field out of the picture of a page."""

import io

from PIL import Image

from exams.sheets.layout import PAGE_WIDTH, Field, Rect
from exams.sheets.models import SheetPage

AROUND = 3.5  # millimetres of paper around what is asked about
CROP_SCALE = 2


def piece_of(page: SheetPage, field: Field) -> bytes:
    """One field of the page as JPEG, boxes enlarged."""
    with page.image.open("rb") as file, Image.open(file) as whole:
        scale = whole.width / PAGE_WIDTH
        piece = whole.crop(_around(field.rect, scale, whole.size))
        if not field.is_area:
            piece = piece.resize((piece.width * CROP_SCALE, piece.height * CROP_SCALE))
        out = io.BytesIO()
        piece.save(out, "JPEG", quality=85)
    return out.getvalue()


def _around(rect: Rect, scale: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    return (
        max(0, round((rect.x - AROUND) * scale)),
        max(0, round((rect.y - AROUND) * scale)),
        min(size[0], round((rect.right + AROUND) * scale)),
        min(size[1], round((rect.bottom + AROUND) * scale)),
    )
