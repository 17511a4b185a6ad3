"""Writing xlsx and CSV files: rows as they come, text as text and never as a formula."""

import codecs
import csv
import datetime as dt
import io
import itertools
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | int | Decimal | dt.date | None

_HEADING = Font(bold=True)
_HEADING_FILL = PatternFill("solid", fgColor="F3E9E4")
_IN_MEMORY_BYTES = 1_000_000
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_SHEET_NAME = 31
_ROWS_A_PIECE = 500
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Sheet(NamedTuple):
    """One sheet with a frozen heading row; `headings` are (text, width in characters).

    `notes` follow below the rows.
    """

    title: str
    headings: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[Value]]
    notes: Sequence[str] = ()


def write_sheet(
    title: str,
    headings: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Value]],
    notes: Sequence[str] = (),
) -> IO[bytes]:
    """A workbook of one sheet; see `write_book`."""
    return write_book([Sheet(title, headings, rows, notes)])


def write_book(sheets: Iterable[Sheet]) -> IO[bytes]:
    """Returns an open temporary file at its beginning; it is removed when it is closed."""
    book = Workbook(write_only=True)
    for each in sheets:
        _write(book, each)
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115  (the reader closes it)
    book.save(file)
    file.seek(0)
    return file


def _write(book: Workbook, asked: Sheet) -> None:
    sheet = book.create_sheet(
        _NOT_IN_A_SHEET_NAME.sub(" ", _plain(asked.title))[:_LONGEST_SHEET_NAME]
    )
    sheet.freeze_panes = "A2"
    for place, (_text, width) in enumerate(asked.headings, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_heading(sheet, text) for text, _width in asked.headings])
    for row in asked.rows:
        sheet.append([_cell(sheet, value) for value in row])
    for note in ("", *asked.notes) if asked.notes else ():
        sheet.append([_cell(sheet, note)])


def csv_pieces(
    headings: Sequence[str], rows: Iterable[Sequence[Value]], notes: Sequence[str] = ()
) -> Iterator[bytes]:
    """A CSV file in UTF-8 with the mark by which Excel knows it, some hundred rows at a time."""
    lines: Iterator[Sequence[Value]] = itertools.chain(
        [headings], rows, ([note] for note in ("", *notes)) if notes else ()
    )
    yield codecs.BOM_UTF8
    while piece := list(itertools.islice(lines, _ROWS_A_PIECE)):
        text = io.StringIO()
        csv.writer(text).writerows([_inert(value) for value in line] for line in piece)
        yield text.getvalue().encode()


def _inert(value: Value) -> Value:
    """Text that a spreadsheet would take for a formula, behind the quote that tells it not to."""
    if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA):
        return f"'{value}"
    return value


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> Cell | Value:
    """A number or date as it is; text in a cell told to be text.

    openpyxl takes a text that begins with "=" for a formula and an error word such as "#N/A" for
    an error; a name is neither, whatever it begins with.
    """
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value="")
    put_text(cell, value)
    return cell


def put_text(cell: Cell, text: str) -> None:
    """The text into the cell as text, whatever it begins with."""
    cell._value = _plain(text)
    cell.data_type = "s"


def _heading(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = _HEADING
    cell.fill = _HEADING_FILL
    return cell


def _plain(text: str) -> str:
    """Without the control characters no xlsx file may hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))
