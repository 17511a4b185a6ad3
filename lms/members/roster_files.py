"""The bytes of an uploaded roster become a table of cells; nothing in the file is calculated."""

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from lms.core.decoding import UnknownEncodingError, decoded
from lms.core.documents.archives import BadArchiveError, opened_archive
from lms.members.roster import (
    EPOCH_1900,
    EPOCH_1904,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    FaultyCell,
    Formula,
    Table,
    UnreadableRosterError,
)

MAX_BYTES = 8 * 1024 * 1024
# A sheet of the most rows we take unpacks to about a tenth of this.
MAX_UNPACKED_BYTES = 48 * 1024 * 1024
MAX_ENTRIES = 500

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZEROS = re.compile("0+")
_LAST_ROW = MAX_ROWS + 50


def read_table(content: bytes) -> Table:
    """An xlsx workbook's first sheet, or a CSV in UTF-8, GB18030 or UTF-16."""
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableRosterError("empty_file")
    if len(content) > MAX_BYTES:
        raise UnreadableRosterError("large_file", most=f"{MAX_BYTES // 1024 // 1024} MB")
    if content.startswith(_OLD_OFFICE):
        raise UnreadableRosterError("old_office")
    if content.startswith(_ZIP):
        return _read_workbook(content)
    return _read_csv(_decoded(content))


# --- xlsx ---------------------------------------------------------------------------------------


def _read_workbook(content: bytes) -> Table:
    _refuse_bombs(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        if sheet is None:
            raise UnreadableRosterError("no_sheet")
        sheet.reset_dimensions()  # what the file says of its own size is not to be trusted
        rows = list(_rows(sheet))
        epoch = EPOCH_1904 if book.epoch == CALENDAR_MAC_1904 else EPOCH_1900
        book.close()
    except UnreadableRosterError:
        raise
    # openpyxl lets through whatever its many parsers raise on a damaged part.
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        SyntaxError,
        EOFError,
        NotImplementedError,
        zlib.error,
    ) as damage:
        raise UnreadableRosterError("damaged_workbook") from damage
    if len(rows) > MAX_ROWS + 1:
        raise UnreadableRosterError("too_many_rows", most=f"{MAX_ROWS:,}")
    return Table(rows, epoch)


def _refuse_bombs(content: bytes) -> None:
    try:
        with opened_archive(
            content, most_entries=MAX_ENTRIES, most_unpacked_bytes=MAX_UNPACKED_BYTES
        ):
            return
    except BadArchiveError as refused:
        if refused.case == "large":
            raise UnreadableRosterError(
                "large_file", most=f"{MAX_BYTES // 1024 // 1024} MB"
            ) from refused
        case = "old_office" if refused.case == "locked" else "damaged_workbook"
        raise UnreadableRosterError(case) from refused


def _rows(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    cells: Any
    for line, cells in enumerate(sheet.iter_rows(max_row=_LAST_ROW, max_col=MAX_COLUMNS), start=1):
        values = [_cell(cell) for cell in cells]
        if any(value is not None for value in values):
            yield line, values


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None or isinstance(value, str):
        if cell.data_type == "f":
            return Formula()
        if cell.data_type == "e":
            return FaultyCell(str(value))
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value
    if isinstance(value, dt.time | dt.timedelta):  # a serial under one, or a duration
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        shape = cell.number_format
        # `000123`: the zeros are in the format, not in the number
        return str(value).zfill(len(shape)) if _ZEROS.fullmatch(shape or "") else value
    if isinstance(value, float | bool):
        return value
    return Formula()  # an array or data-table formula


# --- CSV ----------------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    try:
        return decoded(content)
    except UnknownEncodingError as error:
        raise UnreadableRosterError("unknown_encoding") from error


def _read_csv(text: str) -> Table:
    if text.lower().startswith("sep=") and "\n" in text:
        text = text.split("\n", 1)[1]
    separator = max(",\t;", key=text[:2000].count)
    rows: list[tuple[int, list[Cell]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for line, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                rows.append((line, [_csv_cell(cell) for cell in cells[:MAX_COLUMNS]]))
            if len(rows) > _LAST_ROW:
                raise UnreadableRosterError("too_many_rows", most=f"{MAX_ROWS:,}")
    except csv.Error as damage:
        raise UnreadableRosterError("damaged_csv", line=str(reader.line_num)) from damage
    return Table(rows)


def _csv_cell(text: str) -> Cell:
    # ="00123" is how some systems keep a number from losing its zeros
    kept = re.fullmatch(r'="([^"]*)"', text.strip())
    if kept:
        return kept[1]
    if text.lstrip().startswith("=") and len(text.strip()) > 1:
        return Formula()
    return text
