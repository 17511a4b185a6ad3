"""The exported sheet: text stays text, and the figures are those of the board."""

import codecs
import csv
import datetime as dt
import io
from decimal import Decimal
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from lms.core.documents.sheets import write_sheet
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member, make_secretary

ODD = [
    "=1+1",
    '=HYPERLINK("http://x","点")',
    "+861380000",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "#N/A",
    "\t=1+1",
    "王䶮",
    "123",
]


def test_no_text_becomes_a_formula_or_an_error() -> None:
    with write_sheet("一", [("姓名", 10)], ([text] for text in ODD)) as file:
        sheet = load_workbook(file).active
        cells = [row[0] for row in sheet.iter_rows(min_row=2)]
        assert [cell.value for cell in cells] == ODD
        assert {cell.data_type for cell in cells} == {"s"}


def test_numbers_and_dates_stay_numbers_and_dates() -> None:
    row = [Decimal("0.25"), 7, dt.date(2026, 3, 1), None]
    with write_sheet("一", [("甲", 10)] * 4, [row]) as file:
        (cells,) = load_workbook(file).active.iter_rows(min_row=2)
        assert [cell.value for cell in cells] == [0.25, 7, dt.datetime(2026, 3, 1), None]


def test_control_characters_and_odd_sheet_names_are_left_out() -> None:
    with write_sheet("a/b:[c]*?" + "长" * 40, [("姓名", 10)], [["甲\x00乙\x0b"]]) as file:
        book = load_workbook(file)
        assert book.sheetnames == ["a b  c   " + "长" * 22]
        assert book.active["A2"].value == "甲乙"


@pytest.mark.slow
@pytest.mark.django_db
def test_export_holds_the_members_and_figures_of_the_board() -> None:
    tree = make_branch_tree()
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        secretary = make_secretary(tree.first, name="甲书记", number="700001")
        behind = make_member(tree.first, name="=cmd|' /C calc'!A0", number="700002")
        ahead = make_member(tree.first, name="王䶮", number="700003")
        make_entry(behind, "2.5", category="group", earned_on=dt.date(2026, 2, 3))
        make_entry(ahead, "33", earned_on=dt.date(2026, 4, 5))
        make_entry(ahead, "1", category="individual", earned_on=dt.date(2026, 4, 6))
        client = Client()
        client.force_login(secretary)
        address = f"/board/{tree.first.pk}/"
        board = client.get(address).context
        response = client.get(f"{address}export.xlsx")
        answer = response.getvalue()
        only_behind = client.get(f"{address}export.xlsx?show=behind").getvalue()
        text = client.get(f"{address}export.csv")
        lines = text.getvalue()
    assert unquote(response["Content-Disposition"]) == (
        f"attachment; filename*=utf-8''{tree.first.name}2026年度学时.xlsx"
    )
    sheet = load_workbook(io.BytesIO(answer)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert sheet.freeze_panes == "A2"
    assert rows[0] == [
        "姓名", "党员编号", "所在组织", "集中培训", "集体学习", "网络自学", "个人自学",
        "考试", "活动", "计入年度要求合计", "年度要求", "还差学时", "状态", "最近学习",
    ]  # fmt: skip
    first = tree.first.name
    assert rows[1:4] == [
        ["甲书记", "700001", first, 0, 0, 0, 0, 0, 0, 0, 56, 56, "尚无学时", None],
        ["=cmd|' /C calc'!A0", "700002", first, 0, 2.5, 0, 0, 0, 0, 2.5, 32, 29.5, "进行中",
         dt.datetime(2026, 2, 3)],
        ["王䶮", "700003", first, 0, 33, 0, 1, 0, 0, 33, 32, 0, "已达标", dt.datetime(2026, 4, 6)],
    ]  # fmt: skip
    assert rows[5][0] == f"{first} 2026年度，人员按2026-11-20的组织关系。"
    assert [row[9] for row in rows[1:4]] == [line["row"].year.counted for line in board["people"]]
    assert sum(row[9] for row in rows[1:4]) == board["board"].figures.counted_hours
    behind_rows = list(load_workbook(io.BytesIO(only_behind)).active.iter_rows(values_only=True))
    assert [row[1] for row in behind_rows[1:3]] == ["700001", "700002"]
    assert behind_rows[3][0] is None
    # The same as text, with the mark Excel knows UTF-8 by, and nothing it would compute.
    assert unquote(text["Content-Disposition"]) == (
        f"attachment; filename*=utf-8''{tree.first.name}2026年度学时.csv"
    )
    assert lines.startswith(codecs.BOM_UTF8)
    said = list(csv.reader(io.StringIO(lines.decode("utf-8-sig"))))
    assert said[0] == rows[0]
    assert said[2] == [
        "'=cmd|' /C calc'!A0", "700002", first, "0", "2.50", "0", "0", "0", "0", "2.50", "32.00",
        "29.50", "进行中", "2026-02-03",
    ]  # fmt: skip
    assert [line[:2] for line in said[1:4]] == [
        ["甲书记", "700001"],
        ["'=cmd|' /C calc'!A0", "700002"],
        ["王䶮", "700003"],
    ]
    assert said[5] == [rows[5][0]]
