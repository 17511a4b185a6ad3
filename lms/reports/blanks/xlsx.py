"""Filling an xlsx template: cells that hold placeholders, rows that hold a list."""

import copy
import io
from collections.abc import Iterator, Mapping
from typing import cast

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from lms.core.documents.sheets import put_text
from lms.reports.blanks.placeholders import (
    Filled,
    Values,
    alone,
    filled,
    list_of,
    names_in,
    of_row,
)


def names(content: bytes) -> list[str]:
    """The placeholders of all sheets; raises BadPlaceholdersError for a row of two lists."""
    found: list[str] = []
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            text = _row_text(row)
            list_of(text)
            found += names_in(text)
    return found


def fill(content: bytes, values: Values) -> bytes:
    """The template with everything filled in; its shape, styles and widths stay."""
    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        # From below, so that rows which are added move none that are still to come.
        for number in range(sheet.max_row, 0, -1):
            if name := list_of(_row_text(sheet[number])):
                _repeat(sheet, number, name, values)
            else:
                _fill_row(sheet, number, values.fields)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _repeat(sheet: Worksheet, number: int, name: str, values: Values) -> None:
    lines = values.lists[name]
    texts = {cell.column: cell.value for cell in _cells(sheet, number)}
    _make_room(sheet, number, len(lines) - 1)
    for place, line in enumerate(lines):
        for column, text in texts.items():
            _put(sheet.cell(number + place, column), text, of_row(name, line, values.fields))
    if not lines:
        for cell in _cells(sheet, number):
            cell.value = None


def _make_room(sheet: Worksheet, number: int, more: int) -> None:
    """`more` rows like row `number` below it; openpyxl moves cells, but no heights and merges."""
    if more <= 0:
        return
    merged = list(sheet.merged_cells.ranges)
    for area in merged:
        sheet.unmerge_cells(area.coord)
    heights = {row: size.height for row, size in sheet.row_dimensions.items()}
    sheet.insert_rows(number + 1, more)
    for row in sorted(heights, reverse=True):
        if row > number:
            sheet.row_dimensions[row + more].height = heights[row]
    for place in range(1, more + 1):
        sheet.row_dimensions[number + place].height = heights.get(number)
        for cell in sheet[number]:
            sheet.cell(number + place, cell.column)._style = copy.copy(cell._style)
    for area in merged:
        if area.min_row > number:
            area.shift(row_shift=more)
        sheet.merge_cells(area.coord)
        if area.min_row == area.max_row == number:
            for _place in range(more):
                area.shift(row_shift=1)
                sheet.merge_cells(area.coord)


def _fill_row(sheet: Worksheet, number: int, fields: Mapping[str, Filled]) -> None:
    for cell in _cells(sheet, number):
        if isinstance(cell.value, str) and names_in(cell.value):
            _put(cell, cell.value, fields)


def _put(cell: Cell | MergedCell, text: object, values: Mapping[str, Filled]) -> None:
    if isinstance(cell, MergedCell):
        return
    if not isinstance(text, str):
        cell.value = cast(Filled, text)  # what the template had there
        return
    name = alone(text)
    if name and not isinstance(values.get(name), str):
        cell.value = values.get(name)
    else:
        put_text(cell, filled(text, values))


def _cells(sheet: Worksheet, number: int) -> Iterator[Cell]:
    return (cell for cell in sheet[number] if not isinstance(cell, MergedCell))


def _row_text(row: tuple[Cell | MergedCell, ...]) -> str:
    return "\n".join(str(cell.value) for cell in row if isinstance(cell.value, str))
