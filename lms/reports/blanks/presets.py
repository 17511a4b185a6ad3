"""The two forms every school has: drawn here, so that they can be changed where they are used."""

import functools
import io
from collections.abc import Callable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from lms.reports.blanks.placeholders import LISTS

_LINE = Side(style="thin", color="808080")
_BOXED = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_HEIGHT = 22


@functools.cache
def register() -> bytes:
    """党员教育培训登记表: one member's year."""
    book, sheet = _sheet("党员教育培训登记表", [8, 14, 34, 14, 12, 12])
    _title(sheet, "{{年度}}年度党员教育培训登记表", 6)
    for number, names in enumerate(
        (
            ("姓名", "党员编号", "身份"),
            ("所在组织", "年度要求", "学时合计"),
            ("集中培训", "集体学习", "网络自学"),
            ("达标情况", "还差学时", "最近学习"),
        ),
        start=2,
    ):
        _line(sheet, number, [said for name in names for said in (name, f"{{{{{name}}}}}")])
    entry = LISTS["记录"]
    _line(sheet, 6, entry, bold=True)
    _line(sheet, 7, [f"{{{{记录.{name}}}}}" for name in entry])
    _foot(sheet, 9, "填表人：{{填表人}}　　填表日期：{{填表日期}}　　党组织（盖章）：", 6)
    return _bytes(book)


@functools.cache
def ledger() -> bytes:
    """支部学习台账: what a branch did in a year, and its people."""
    book, sheet = _sheet("支部学习台账", [7, 13, 30, 12, 12, 18, 9, 9, 9, 12, 9])
    _title(sheet, "{{支部名称}}{{年度}}年度学习台账", 11)
    _foot(
        sheet,
        2,
        "党员 {{党员人数}} 人，应学 {{应学人数}} 人，已达标 {{已达标人数}} 人，"
        "人均 {{人均学时}} 学时，开展学习 {{学习次数}} 次",
        11,
    )
    held = LISTS["学习"]
    _line(sheet, 3, held, bold=True)
    _line(sheet, 4, [f"{{{{学习.{name}}}}}" for name in held])
    people = (
        "序号", "党员编号", "姓名", "集中培训", "集体学习", "所在组织", "学时合计", "年度要求",
        "还差学时", "最近学习", "达标情况",
    )  # fmt: skip
    _line(sheet, 6, people, bold=True)
    _line(sheet, 7, [f"{{{{党员.{name}}}}}" for name in people])
    _foot(sheet, 9, "填表人：{{填表人}}　　填表日期：{{填表日期}}", 11)
    return _bytes(book)


PRESETS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "register": ("党员教育培训登记表", "member", register),
    "ledger": ("支部学习台账", "branch", ledger),
}


def _sheet(title: str, widths: Sequence[int]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.page_setup.orientation = "landscape" if sum(widths) > 100 else "portrait"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return book, sheet


def _title(sheet: Worksheet, text: str, columns: int) -> None:
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=columns)
    sheet["A1"].value = text
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A1"].alignment = _MIDDLE
    sheet.row_dimensions[1].height = 34


def _line(sheet: Worksheet, number: int, texts: Sequence[str], *, bold: bool = False) -> None:
    sheet.row_dimensions[number].height = _HEIGHT
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(number, column)
        cell.value = text
        cell.font = Font(bold=bold)
        cell.alignment, cell.border = _MIDDLE, _BOXED


def _foot(sheet: Worksheet, number: int, text: str, columns: int) -> None:
    sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=columns)
    sheet.cell(number, 1).value = text
    sheet.row_dimensions[number].height = _HEIGHT


def _bytes(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
