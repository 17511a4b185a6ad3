"""What stands on the printed sheet: the layout's places and one copy's own words, as data."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import segno

from exams.sheets.layout import (
    MARK_PLACES,
    MARKS,
    QR_PLACE,
    QR_VERSION,
    Page,
    Rect,
    SheetLayout,
)
from exams.sheets.marks import SheetMark, printed

TEMPLATE = "sheet.typ"


@dataclass(frozen=True)
class Copy:
    """One sheet of paper. `number` is filled into the grid; `facts` are printed in the head."""

    serial: str
    form: str = "A"
    number: str = ""
    facts: tuple[str, ...] = field(default=())


def paper_data(
    copies: Iterable[Copy],
    *,
    layouts: dict[str, SheetLayout],
    use: str,
    subject_id: int,
    key: bytes,
    advice: str,
) -> dict[str, Any]:
    """The template's data: the forms once, and what differs from copy to copy."""
    sides = []
    for copy in copies:
        layout = layouts[copy.form]
        for page in layout.pages:
            mark = SheetMark(
                use, subject_id, copy.form, page.number, len(layout.pages), copy.serial
            )
            sides.append(
                {
                    "form": copy.form,
                    "page": page.number,
                    "qr_svg": qr_svg(printed(mark, key=key, digest=layout.digest)),
                    "foot": f"{copy.serial[:5]} {copy.serial[5:]}　第 {page.number} 页"
                    f"　共 {len(layout.pages)} 页",
                    "facts": list(copy.facts),
                    "filled": _filled(page, copy.number),
                }
            )
    return {
        "marks": [{"rect": _rect(place), "cells": cells} for place, cells in _marks()],
        "qr": _rect(QR_PLACE),
        "advice": advice,
        "forms": {
            form: {
                "title": layout.title,
                "form": f"{form} 卷" if len(layouts) > 1 else "",
                "pages": [_page(page) for page in layout.pages],
            }
            for form, layout in layouts.items()
        },
        "sides": sides,
    }


def qr_svg(text: str) -> str:
    """The code as SVG without a border: the places around it are blank."""
    drawn = io.BytesIO()
    segno.make(text, version=QR_VERSION, error="q", micro=False, boost_error=False).save(
        drawn, kind="svg", border=0, xmldecl=False
    )
    return drawn.getvalue().decode()


def _marks() -> Iterable[tuple[Rect, list[list[int]]]]:
    """Each corner mark with its frame: rows of cells, 1 is black."""
    for place, rows in zip(MARK_PLACES, MARKS, strict=True):
        edge = [1] * 6
        yield place, [edge, *([1, *(int(cell) for cell in row), 1] for row in rows), edge]


def _page(page: Page) -> list[dict[str, Any]]:
    return [
        {
            "label": found.label,
            "is_digit": found.is_digit,
            "is_area": found.is_area,
            "rect": _rect(found.rect),
            "label_rect": _rect(found.label_rect),
            "options": list(found.options),
            "boxes": [_rect(box) for box in found.boxes],
        }
        for found in page.fields
    ]


def _filled(page: Page, number: str) -> list[list[float]]:
    """The boxes of the number that come filled in."""
    digits = [found for found in page.fields if found.is_digit]
    if not number or not digits:
        return []
    if len(number) > len(digits) or not (number.isascii() and number.isdecimal()):
        raise ValueError("the number does not fit the grid")
    told = number.zfill(len(digits))
    return [_rect(one.boxes[int(sign)]) for one, sign in zip(digits, told, strict=True)]


def _rect(rect: Rect) -> list[float]:
    return [rect.x, rect.y, rect.width, rect.height]
