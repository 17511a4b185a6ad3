"""Templates of forms: what is taken, what is refused, and what comes out filled."""

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from lms.reports.blanks import docx, xlsx
from lms.reports.blanks.packages import BadPackageError, kind_of
from lms.reports.blanks.placeholders import (
    BadPlaceholdersError,
    Subject,
    Values,
    filled,
    known_names,
    subject_of,
)
from lms.reports.blanks.presets import PRESETS
from tests.factories.blanks import make_docx, make_xlsx, make_zip, paragraph, row, with_part

VALUES = Values(
    {"支部名称": "=第一党支部", "年度": 2026, "填表日期": dt.date(2026, 3, 1)},
    {
        "党员": [
            {"序号": 1, "姓名": "{{年度}}", "学时合计": Decimal("24.50")},
            {"序号": 2, "姓名": "@乙", "学时合计": Decimal(0)},
        ],
        "学习": [],
    },
)


def cells(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


def test_sheet_repeats_its_row_and_keeps_what_stands_below() -> None:
    template = make_xlsx(
        ["{{支部名称}}", "{{ 年度 }}年", "原样"],
        ["{{党员.序号}}", "{{党员.姓名}}", "{{党员.学时合计}}"],
        ["{{学习.主题}}", None, None],
        ["完", "{{填表日期}}", 7],
    )
    assert cells(xlsx.fill(template, VALUES)) == [
        ["=第一党支部", "2026年", "原样"],
        [1, "{{年度}}", 24.5],
        [2, "@乙", 0],
        [None, None, None],
        ["完", dt.datetime(2026, 3, 1), 7],
    ]


def test_merged_cells_heights_and_styles_move_along() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["C1"] = "{{党员.姓名}}", "{{党员.序号}}"
    sheet.merge_cells("A1:B1")
    sheet["A2"] = "签字"
    sheet.merge_cells("A2:C3")
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 20, 40
    made = io.BytesIO()
    book.save(made)
    out = load_workbook(io.BytesIO(xlsx.fill(made.getvalue(), VALUES))).active
    assert out is not None
    assert sorted(area.coord for area in out.merged_cells.ranges) == ["A1:B1", "A2:B2", "A3:C4"]
    assert [out.row_dimensions[number].height for number in (1, 2, 3)] == [20, 20, 40]
    assert (out["A3"].value, out["C2"].value) == ("签字", 2)


def test_document_is_filled_across_runs_and_repeats_its_rows() -> None:
    template = make_docx(
        paragraph("支部：{{支部", "名称", "}}，", "{{年度}}")
        + "<w:tbl>"
        + row("序号", "姓名")
        + row("{{党员.序号}}", "{{党员.姓名}}（{{年度}}）")
        + row("{{学习.主题}}")
        + "</w:tbl>"
    )
    made = docx.fill(template, VALUES)
    assert kind_of(made) == "docx"
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        text = archive.read("word/document.xml").decode()
    assert text.count("<w:tr>") == 3
    for said in ("支部：=第一党支部，2026", "{{年度}}（2026）", "@乙（2026）"):
        assert text.count(said) == 1


@pytest.mark.slow
@given(st.text(), st.dictionaries(st.sampled_from(known_names(Subject.BRANCH)), st.text()))
@settings(max_examples=200, deadline=None)
def test_nothing_that_is_filled_in_is_read_as_a_placeholder(text: str, values: Any) -> None:
    for name, value in values.items():
        assert filled(f"{{{{{name}}}}}{{{{年度}}}}", {**values, "年度": "Y"}) == (
            value + "Y" if name != "年度" else "YY"
        )
    assert filled(text.replace("{", ""), values) == text.replace("{", "")


def test_placeholders_say_what_a_form_is_of_or_what_is_wrong() -> None:
    assert subject_of(["支部名称", "党员.姓名"]) == Subject.BRANCH
    assert subject_of(["支部名称", "姓名", "记录.学时"]) == Subject.MEMBER
    cases = {}
    for names in (["姓名", "党员.姓名"], ["姓名", "电话", "a.b"], []):
        with pytest.raises(BadPlaceholdersError) as refused:
            subject_of(names)
        cases[refused.value.case] = refused.value.names
    assert cases == {"two_subjects": ["姓名"], "unknown": ["电话", "a.b"], "none": ()}
    with pytest.raises(BadPlaceholdersError):
        xlsx.names(make_xlsx(["{{党员.姓名}}", "{{学习.主题}}"]))


def test_every_preset_is_taken_as_what_it_says() -> None:
    for _name, subject, draw in PRESETS.values():
        assert kind_of(draw()) == "xlsx"
        assert subject_of(xlsx.names(draw())) == subject


SHEET = make_xlsx(["{{支部名称}}"])
DOCUMENT = make_docx(paragraph("{{支部名称}}"))
RELATION = (
    '<?xml version="1.0"?><r:Relationships xmlns:r="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><r:Relationship Id="a" Target="http://x/" TargetMode="External"/>'
    "</r:Relationships>"
)
WIDE = (
    '<worksheet><sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
)
REFUSED = {
    "not a package": (b"hello", "damaged"),
    "cut off": (SHEET[:-40], "damaged"),
    "another package": (make_zip({"mimetype": "x"}), "other"),
    "macros": (with_part(SHEET, "xl/vbaProject.bin", b"x"), "acting"),
    "embedded": (with_part(DOCUMENT, "word/embeddings/a.bin", b"x"), "acting"),
    "macro type": (
        with_part(
            DOCUMENT,
            "[Content_Types].xml",
            '<Types><Override ContentType="application/vnd.ms-word.macroEnabled"/></Types>',
        ),
        "acting",
    ),
    "external link": (with_part(DOCUMENT, "word/_rels/document.xml.rels", RELATION), "external"),
    "entity": (
        with_part(
            DOCUMENT,
            "word/header1.xml",
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        ),
        "entities",
    ),
    "formula": (make_xlsx(["{{支部名称}}", "=1+1"]), "calculates"),
    "field": (
        make_docx('<w:p><w:r><w:instrText>INCLUDETEXT "c:/x"</w:instrText></w:r></w:p>'),
        "calculates",
    ),
    "bomb": (with_part(DOCUMENT, "word/media/a.png", bytes(40_000_000)), "large"),
    "too many bytes": (
        with_part(DOCUMENT, "a", bytes(range(256)) * 10) + bytes(2_000_000),
        "large",
    ),
    "endless cells": (with_part(SHEET, "xl/worksheets/sheet1.xml", WIDE), "large"),
    "broken part": (with_part(DOCUMENT, "word/header1.xml", "<a>"), "damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_acts_or_tricks_is_not_taken(case: str) -> None:
    content, expected = REFUSED[case]
    with pytest.raises(BadPackageError) as refused:
        kind_of(content)
    assert refused.value.case == expected


def test_page_numbers_may_stay() -> None:
    numbered = make_docx("<w:p><w:r><w:instrText> PAGE \\* MERGEFORMAT </w:instrText></w:r></w:p>")
    assert kind_of(numbered) == "docx"
