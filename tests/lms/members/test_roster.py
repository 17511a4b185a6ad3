"""What a roster's cells mean, and the sentence for each that means nothing."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.members.roster import (
    EPOCH_1904,
    MAX_ROWS,
    Cell,
    FaultyCell,
    Formula,
    Problem,
    Roster,
    RosterRow,
    Table,
    UnreadableRosterError,
    read_roster,
)
from lms.members.roster_words import SENTENCES, sentence

TODAY = dt.date(2026, 7, 1)
HEADER = ("党员编号", "姓名", "手机", "组织代码", "身份", "转入日期")
GOOD: tuple[Cell, ...] = ("400001", "李明", "13800000001", "ZB1", "正式党员", "2026-03-01")


def read(*rows: tuple[Cell, ...], header: tuple[Cell, ...] = HEADER, **table: dt.date) -> Roster:
    numbered = [(line, row) for line, row in enumerate([header, *rows], start=1)]
    return read_roster(Table(numbered, **table), today=TODAY)


def with_cell(column: str, cell: Cell) -> tuple[Cell, ...]:
    row = list(GOOD)
    row[HEADER.index(column)] = cell
    return tuple(row)


def refused(*rows: tuple[Cell, ...], header: tuple[Cell, ...] = HEADER) -> Problem:
    with pytest.raises(UnreadableRosterError) as error:
        read(*rows, header=header)
    return error.value.problem


def test_a_good_row() -> None:
    assert read(GOOD) == Roster(
        rows=[
            RosterRow(
                line=2,
                number="400001",
                name="李明",
                branch_code="ZB1",
                phone="13800000001",
                kind="full",
                joined_on=dt.date(2026, 3, 1),
            )
        ],
        problems=[],
        ignored=[],
    )


# --- Columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        ("编号", "姓名", "手机", "支部", "身份", "转入日期"),
        ("人员编号", "党员姓名", "联系电话", "所在党支部", "党员类别", "转入时间"),
        ("* 党员编号", "姓 名", "手机号码（必填）", "组织代码", "身份", "转入日期"),
        ("\ufeff编号", "姓\u200b名", "手机号", "支部\u00a0代码", "类别", "转入支部日期"),
    ],
)
def test_columns_have_several_names(header: tuple[str, ...]) -> None:
    roster = read(GOOD, header=header)
    assert [row.number for row in roster.rows] == ["400001"]
    assert roster.ignored == []


def test_a_title_may_stand_above_the_header_and_columns_in_any_order() -> None:
    rows: list[tuple[int, tuple[Cell, ...]]] = [
        (1, ("第一党支部党员名册", None, None)),
        (3, ("姓名", "备注", "支部", "编号")),
        (4, ("李明", "组长", "第一党支部", "400001")),
    ]
    roster = read_roster(Table(rows), today=TODAY)
    assert roster.rows == [RosterRow(line=4, number="400001", name="李明", branch="第一党支部")]
    assert roster.ignored == ["备注"]


@pytest.mark.parametrize(
    ("header", "code", "columns"),
    [
        (("编号", "手机", "支部"), "missing_column", "姓名"),
        (("姓名", "手机"), "missing_column", "党员编号、组织代码"),
        (("编号", "姓名", "支部", "工号"), "double_column", "党员编号"),
    ],
)
def test_wrong_columns_refuse_the_file(header: tuple[str, ...], code: str, columns: str) -> None:
    assert refused(GOOD, header=header) == Problem(code, None, {"columns": columns})


def test_a_file_without_header_rows_or_with_too_many_is_refused() -> None:
    assert refused(("x", "y"), header=("a", "b")).code == "no_header"
    assert refused().code == "no_rows"
    assert refused((None, " \u200b", "")).code == "no_rows"
    many = [with_cell("党员编号", str(number)) for number in range(MAX_ROWS + 1)]
    assert refused(*many).code == "too_many_rows"


# --- Numbers and phones -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("400001", "400001"),
        ("000123", "000123"),
        (" ４００００１\u00a0", "400001"),
        ("40\u200b0001", "400001"),
        (400001, "400001"),
        (400001.0, "400001"),
        (110101199003070000 // 1000, "110101199003070"),
        ("11010119900307123X", "11010119900307123X"),
    ],
)
def test_numbers_are_kept_as_they_read(cell: Cell, number: str) -> None:
    assert [row.number for row in read(with_cell("党员编号", cell)).rows] == [number]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (1.10101199003071e17, "lost_digits"),
        (110101199003071000, "lost_digits"),
        ("1.10101E+17", "lost_digits"),
        (400001.5, "lost_digits"),
        (-4, "lost_digits"),
        (True, "not_text"),
        (dt.datetime(2026, 7, 1), "not_text"),
        ("4000/01", "wrong_number"),
        ("=1+1", "wrong_number"),
        ("４" * 33, "wrong_number"),
        ("", "empty_cell"),
        (None, "empty_cell"),
        (Formula(), "formula"),
        (FaultyCell("#REF!"), "faulty_cell"),
    ],
)
def test_a_number_that_may_be_wrong_is_refused(cell: Cell, code: str) -> None:
    roster = read(with_cell("党员编号", cell))
    assert roster.rows == []
    assert [(problem.code, problem.line) for problem in roster.problems] == [(code, 2)]
    assert "党员编号" in sentence(roster.problems[0]) or "编号" in sentence(roster.problems[0])


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("13800000001", "13800000001"),
        (13800000001, "13800000001"),
        ("138 0000-0001", "13800000001"),
        ("+86 13800000001", "13800000001"),
        ("＋８６１３８０００００００１", "13800000001"),
        ("+85291234567", "+85291234567"),
        ("", None),
        (None, None),
    ],
)
def test_phones_are_folded(cell: Cell, phone: str | None) -> None:
    assert [row.phone for row in read(with_cell("手机", cell)).rows] == [phone]


@pytest.mark.parametrize("cell", ["1380000000", "12800000001", "010-66666666", "无", 1.38e20])
def test_a_wrong_phone_is_refused(cell: Cell) -> None:
    roster = read(with_cell("手机", cell))
    assert roster.rows == []
    assert len(roster.problems) == 1


# --- Names and kinds ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("李明", "李明"),
        (" 李\u3000明 ", "李明"),
        ("李\u200b明", "李明"),
        ("阿不都•热合曼", "阿不都·热合曼"),
        ("𠮷野", "𠮷野"),
        ("\U0002b820\u4dae", "\U0002b820\u4dae"),
        ("John O'Neil-Smith", "John O'Neil-Smith"),
    ],
)
def test_names_keep_every_character_that_can_be_one(cell: str, name: str) -> None:
    assert [row.name for row in read(with_cell("姓名", cell)).rows] == [name]


@pytest.mark.parametrize(
    "cell",
    ["=cmd()", "+李", "-李", "@李", "李明2", "李😀", "<b>李</b>", "李\x07明", "·", "李" * 61, 5],
)
def test_what_cannot_be_a_name_is_refused(cell: Cell) -> None:
    roster = read(with_cell("姓名", cell))
    assert roster.rows == []
    assert len(roster.problems) == 1


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("正式党员", "full"), ("预备", "probationary"), ("入党积极分子", "activist"), ("", None)],
)
def test_kinds(cell: str, kind: str | None) -> None:
    assert [row.kind for row in read(with_cell("身份", cell)).rows] == [kind]


def test_an_unknown_kind_names_the_known_ones() -> None:
    (problem,) = read(with_cell("身份", "群众")).problems
    assert sentence(problem) == (
        "身份“群众”不认识。请填写：正式党员、预备党员、发展对象、入党积极分子。"
    )


# --- Dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-01",
        "2026/3/1",
        "2026.03.01",
        "2026年3月1日",
        "2026 年 3 月 1 日",
        "20260301",
        "２０２６－０３－０１",
        "2026-03-01 00:00:00",
        20260301,
        46082,
        46082.0,
        "46082",
        dt.date(2026, 3, 1),
        dt.datetime(2026, 3, 1, 12, 30),
    ],
)
def test_dates_in_every_shape(cell: Cell) -> None:
    roster = read(with_cell("转入日期", cell))
    assert [row.joined_on for row in roster.rows] == [dt.date(2026, 3, 1)]


def test_serials_of_the_1904_calendar() -> None:
    roster = read(with_cell("转入日期", 46082 - 1462), epoch=EPOCH_1904)
    assert [row.joined_on for row in roster.rows] == [dt.date(2026, 3, 1)]


@given(st.dates(dt.date(1921, 7, 1), dt.date(2027, 7, 1)))
def test_a_serial_is_the_day_excel_means(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    assert [row.joined_on for row in read(with_cell("转入日期", serial)).rows] == [day]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-02-30", "impossible_date"),
        ("2025-02-29", "impossible_date"),
        ("20261301", "impossible_date"),
        (60, "impossible_date"),  # 29 February 1900
        (0, "impossible_date"),
        ("26-03-01", "wrong_date"),
        ("2026-03", "wrong_date"),
        ("去年", "wrong_date"),
        ("3/1/2026", "wrong_date"),
        ("1900-01-01", "far_date"),
        ("2126-01-01", "far_date"),
        (Formula(), "formula"),
    ],
)
def test_impossible_dates_are_refused(cell: Cell, code: str) -> None:
    roster = read(with_cell("转入日期", cell))
    assert roster.rows == []
    assert [problem.code for problem in roster.problems] == [code]


# --- Rows against each other ----------------------------------------------------------------------


def test_double_numbers_and_phones_name_the_other_rows() -> None:
    roster = read(
        GOOD,
        with_cell("手机", "13800000002"),
        ("400002", "王芳", "13800000003", "ZB1", "", ""),
        ("400003", "赵强", "13800000003", "ZB1", "", ""),
        ("400004", "钱进", "", "ZB1", "", ""),
    )
    assert [row.number for row in roster.rows] == ["400004"]
    assert [sentence(problem) for problem in roster.problems] == [
        "编号 400001 与第 3 行重复。一人只能占一行，请删去多余的行。",
        "编号 400001 与第 2 行重复。一人只能占一行，请删去多余的行。",
        "手机号 13800000003 与第 5 行重复。请核对是谁的号码。",
        "手机号 13800000003 与第 4 行重复。请核对是谁的号码。",
    ]


def test_every_wrong_cell_of_a_row_is_named() -> None:
    roster = read(("", "李明2", "123", "ZB1", "群众", "2026-02-30"))
    assert [problem.code for problem in roster.problems] == [
        "wrong_name",
        "wrong_phone",
        "wrong_kind",
        "impossible_date",
        "empty_cell",
    ]


def test_a_row_needs_a_branch() -> None:
    (problem,) = read(with_cell("组织代码", " ")).problems
    assert sentence(problem) == "“组织代码”没有填写。请补上。"


cells = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.just(Formula()),
    st.just(FaultyCell("#N/A")),
)


@given(st.lists(st.lists(cells, max_size=8), max_size=8))
def test_no_cell_is_too_strange(rows: list[list[Cell]]) -> None:
    """Every row is either taken or has a sentence."""
    table = Table([(1, HEADER), *enumerate(rows, start=2)])
    try:
        roster = read_roster(table, today=TODAY)
    except UnreadableRosterError as error:
        sentence(error.problem)
        return
    assert all(sentence(problem) for problem in roster.problems)
    said = {row.line for row in roster.rows} | {problem.line for problem in roster.problems}
    blank = {
        line
        for line, row in enumerate(rows, start=2)
        if not any(cell is not None and str(cell).strip() for cell in row)
    }
    assert said | blank >= set(range(2, len(rows) + 2)) - blank


def test_every_sentence_says_what_to_do() -> None:
    assert [code for code, words in SENTENCES.items() if "请" not in str(words)] == []
