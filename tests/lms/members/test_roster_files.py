"""Bytes as they are uploaded: every encoding, every kind of damage."""

import contextlib
import datetime as dt
import io
import zipfile
import zlib
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import numbers
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula

from lms.members import roster_files
from lms.members.roster import (
    EPOCH_1904,
    MAX_ROWS,
    Formula,
    UnreadableRosterError,
    read_roster,
)
from lms.members.roster_files import read_table

TODAY = dt.date(2026, 7, 1)
TEXT = "党员编号,姓名,组织代码\r\n000123,李明,ZB1\r\n400002,𠮷野,ZB2\r\n"


def workbook(*rows: tuple[Any, ...], book: openpyxl.Workbook | None = None) -> bytes:
    book = book or openpyxl.Workbook()
    sheet: Any = book.active
    for row in (("党员编号", "姓名", "组织代码", "转入日期"), *rows):
        sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def people(content: bytes) -> list[tuple[str, str]]:
    return [(row.number, row.name) for row in read_roster(read_table(content), today=TODAY).rows]


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableRosterError) as error:
        read_table(content)
    return error.value.problem.code


# --- CSV ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace("\r\n", "\n").encode(),
        ("sep=,\r\n" + TEXT).encode(),
        TEXT.replace("000123", '="000123"').encode("gb18030"),
        TEXT.replace("李明", '"李明"').encode(),
    ],
)
def test_csv_in_every_encoding(content: bytes) -> None:
    assert people(content) == [("000123", "李明"), ("400002", "𠮷野")]


def test_rows_keep_the_number_a_spreadsheet_shows() -> None:
    table = read_table(TEXT.replace("000123", "\r\n000123").encode())
    assert [line for line, _cells in table.rows] == [1, 3, 4]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n \r\n", "empty_file"),
        (TEXT.encode("gb18030")[:25] + b"\xff\xff\xff\n", "unknown_encoding"),
        (b"\xef\xbb\xbf" + TEXT.encode("gb18030"), "unknown_encoding"),
        ('编号,姓名\n1,"李明\n'.encode(), "damaged_csv"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_office"),
        (b"x" * (roster_files.MAX_BYTES + 1), "large_file"),
        (("编号,姓名,支部\n" + "1,李,支\n" * (MAX_ROWS + 60)).encode(), "too_many_rows"),
    ],
)
def test_csv_that_cannot_be_read(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_formula_in_csv_is_never_a_value() -> None:
    table = read_table(TEXT.replace("李明", "=HYPERLINK(1)").encode())
    assert table.rows[1][1][1] == Formula()


# --- xlsx ---------------------------------------------------------------------------------------


def test_xlsx_keeps_text_as_text_and_zeros_of_a_format() -> None:
    book = openpyxl.Workbook()
    content = workbook(("000123", "李明", "ZB1", None), (124, "王芳", "ZB1", None), book=book)
    sheet: Any = book.active
    sheet["A3"].number_format = "000000"
    assert people(content) == [("000123", "李明"), ("124", "王芳")]
    assert people(saved(book)) == [("000123", "李明"), ("000124", "王芳")]


def test_xlsx_dates_and_serials_in_both_calendars() -> None:
    march = dt.date(2026, 3, 1)
    rows = [
        ("1", "李", "B", march),
        ("2", "王", "B", dt.datetime(2026, 3, 1, 9)),
        ("3", "赵", "B", 46082),
    ]
    found = read_roster(read_table(workbook(*rows)), today=TODAY)
    assert [row.joined_on for row in found.rows] == [march] * 3

    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    table = read_table(workbook(("1", "李", "B", march), ("3", "赵", "B", 46082 - 1462), book=book))
    assert table.epoch == EPOCH_1904
    assert [row.joined_on for row in read_roster(table, today=TODAY).rows] == [march] * 2


def test_the_first_visible_sheet_is_the_roster() -> None:
    book = openpyxl.Workbook()
    hidden = book.create_sheet("说明", 0)
    hidden.append(["编号", "姓名", "支部"])
    hidden.append(["1", "别读", "B"])
    hidden.sheet_state = "hidden"
    book.active = 1
    assert people(workbook(("2", "李明", "B", None), book=book)) == [("2", "李明")]


@pytest.mark.parametrize("value", ["=A1&B1", ArrayFormula("A2:A2", "=SUM(1)"), "=#REF!"])
def test_formulas_are_seen_and_not_calculated(value: Any) -> None:
    table = read_table(workbook((value, "李明", "ZB1", None)))
    assert table.rows[1][1][0] == Formula()


def test_merged_title_and_a_wrong_size_are_no_hindrance() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"] = "第一党支部党员名册"
    sheet.merge_cells("A1:D1")
    content = workbook(("1", "李明", "ZB1", None), book=book)
    assert people(content) == [("1", "李明")]
    assert people(_edited(content, b'ref="A1:D3"', b'ref="A1:XFD1048576"')) == [("1", "李明")]
    far = _edited(content, b'r="3"', b'r="1048576"')
    assert refusal_or_people(far) == []


def refusal_or_people(content: bytes) -> list[tuple[str, str]] | str:
    try:
        return people(content)
    except UnreadableRosterError as error:
        return [] if error.problem.code == "no_rows" else error.problem.code


def _edited(
    content: bytes, old: bytes, new: bytes, part: str = "xl/worksheets/sheet1.xml"
) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == part:
                assert old in data
                data = data.replace(old, new)
            target.writestr(entry.filename, data)
    return stream.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;">]>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_entities_are_refused(doctype: bytes, part: str) -> None:
    content = workbook(("1", "李明", "ZB1", None))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.read(part)[:20]
    bad = _edited(content, start, doctype + start, part)
    assert refusal(bad) == "damaged_workbook"


@pytest.mark.slow
def test_bombs_are_refused_before_they_unpack() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 * 1024 * 1024))
    assert len(stream.getvalue()) < 100_000
    assert refusal(stream.getvalue()) == "large_file"

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(roster_files.MAX_ENTRIES + 1):
            archive.writestr(f"{number}", b"")
    assert refusal(stream.getvalue()) == "large_file"


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    content = workbook(*[(str(number), "李明", "ZB1", None) for number in range(2000)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert refusal(lie) == "damaged_workbook"


@pytest.mark.parametrize("share", [5, 20, 40, 60, 80, 95, 99])
def test_a_truncated_workbook_is_refused(share: int) -> None:
    content = workbook(("1", "李明", "ZB1", None))
    assert refusal(content[: len(content) * share // 100]) == "damaged_workbook"


def test_a_workbook_of_an_unknown_zip_version_is_refused() -> None:
    content = bytearray(workbook(("1", "李明", "ZB1", None)))
    content[content.index(b"PK\x01\x02") + 6] = 0xFF  # the version needed to read the first part
    assert refusal(bytes(content)) == "damaged_workbook"


@pytest.mark.slow
def test_flipped_bits_give_rows_or_a_refusal() -> None:
    content = bytearray(workbook(("1", "李明", "ZB1", None)))
    for at in range(0, len(content), 23):
        damaged = bytearray(content)
        damaged[at] ^= 0x55
        with contextlib.suppress(UnreadableRosterError):
            people(bytes(damaged))


def test_other_archives_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", b"<w/>")
    assert refusal(stream.getvalue()) == "damaged_workbook"
    assert refusal(b"PK\x03\x04" + zlib.compress(b"x" * 90)) == "damaged_workbook"


def test_the_text_format_keeps_a_long_number_whole() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    content = workbook(("110101199003071234", "李明", "ZB1", None), book=book)
    sheet["A2"].number_format = numbers.FORMAT_TEXT
    assert people(content) == people(saved(book)) == [("110101199003071234", "李明")]
