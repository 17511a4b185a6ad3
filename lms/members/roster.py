"""A roster as a table of cells becomes checked rows, with a problem for each cell that is wrong.

Pure: cells in, rows and problems out. Problems carry a code and the words to put into the
sentence; `roster_words` says them.
"""

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MAX_ROWS = 20_000
MAX_COLUMNS = 60
HEADER_WITHIN = 10  # rows: a title and a line of notes may stand above the header

NUMBER, NAME, PHONE = "number", "name", "phone"
BRANCH, BRANCH_CODE = "branch", "branch_code"
KIND, JOINED_ON = "kind", "joined_on"

# What a column may be called; the first is the name we give it ourselves.
HEADINGS: dict[str, tuple[str, ...]] = {
    NUMBER: ("党员编号", "编号", "人员编号", "工号", "学号"),
    NAME: ("姓名", "党员姓名", "名字"),
    PHONE: ("手机", "手机号", "手机号码", "联系电话", "移动电话", "电话", "联系方式"),
    BRANCH_CODE: ("组织代码", "支部代码", "党组织代码", "支部编码", "组织编码"),
    BRANCH: ("支部", "党支部", "所在支部", "所在党支部", "支部名称", "党组织", "所在党组织"),
    KIND: ("身份", "党员类别", "人员类别", "党员身份", "类别"),
    JOINED_ON: ("转入日期", "转入时间", "转入支部日期", "转入支部时间"),
}
KINDS = {
    "正式党员": "full",
    "正式": "full",
    "中共党员": "full",
    "预备党员": "probationary",
    "预备": "probationary",
    "中共预备党员": "probationary",
    "发展对象": "candidate",
    "入党积极分子": "activist",
    "积极分子": "activist",
}
EARLIEST = dt.date(1921, 7, 1)
LATEST_AHEAD = dt.timedelta(days=366)
EPOCH_1900 = dt.date(1899, 12, 30)
EPOCH_1904 = dt.date(1904, 1, 1)
# Excel keeps fifteen digits of a number; what stood after them is gone.
EXACT = 10**15

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
NUMBER_FORM = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,31}")
_PHONE = re.compile(r"1[3-9][0-9]{9}|\+[1-9][0-9]{6,16}")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+")
_DATE = re.compile(
    r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?)?"
)
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"[0-9]{1,5}(?:\.[0-9]+)?")
_BETWEEN_IDEOGRAPHS = re.compile(r"(?<=[\u2e80-\U0003ffff]) +(?=[\u2e80-\U0003ffff])")
_MIDDLE_DOTS = str.maketrans("•・‧∙⋅．", "······")


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would have to be calculated; we never do."""


@dataclass(frozen=True, slots=True)
class FaultyCell:
    """A cell holding a spreadsheet error such as #REF!."""

    text: str


Cell = str | int | float | dt.date | Formula | FaultyCell | None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one sheet, each with its number in the file; `epoch` dates its serials."""

    rows: Sequence[tuple[int, Sequence[Cell]]]
    epoch: dt.date = EPOCH_1900


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one row (or, without a row, with the file), as a code and its words."""

    code: str
    line: int | None = None
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """What the file says of one person; None where it says nothing."""

    line: int
    number: str
    name: str
    branch_code: str | None = None
    branch: str | None = None
    phone: str | None = None
    kind: str | None = None
    joined_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows that can be taken, the problems of those that cannot, the columns not used."""

    rows: list[RosterRow]
    problems: list[Problem]
    ignored: list[str]


class _WrongCellError(Exception):
    def __init__(self, code: str, /, **words: str) -> None:
        super().__init__(code)
        self.code, self.words = code, words


class UnreadableRosterError(Exception):
    """No row of this file can be taken; `problem` says why."""

    def __init__(self, code: str, /, **words: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, None, words)


def read_roster(table: Table, *, today: dt.date) -> Roster:
    """Check every row; raises UnreadableRosterError when the columns themselves are wrong."""
    header_at, columns, ignored = _find_header(table.rows)
    rows: list[RosterRow] = []
    problems: list[Problem] = []
    body = [row for row in table.rows[header_at + 1 :] if not _is_blank(row[1])]
    if not body:
        raise UnreadableRosterError("no_rows")
    if len(body) > MAX_ROWS:
        raise UnreadableRosterError("too_many_rows", most=f"{MAX_ROWS:,}")
    for line, cells in body:
        row, wrong = _read_row(line, cells, columns, epoch=table.epoch, today=today)
        problems += wrong
        if row is not None:
            rows.append(row)
    doubled = _doubled(rows)
    bad = {problem.line for problem in doubled}
    return Roster(
        [row for row in rows if row.line not in bad],
        sorted(problems + doubled, key=lambda problem: problem.line or 0),
        ignored,
    )


# --- Columns ------------------------------------------------------------------------------------


def _find_header(
    rows: Sequence[tuple[int, Sequence[Cell]]],
) -> tuple[int, dict[str, int], list[str]]:
    known = {heading: column for column, names in HEADINGS.items() for heading in names}
    best: tuple[int, list[tuple[int, str, str]]] | None = None
    for at, (_line, cells) in enumerate(rows[:HEADER_WITHIN]):
        titles = [(i, _heading(cell)) for i, cell in enumerate(cells)]
        found = [(i, known[title], title) for i, title in titles if title in known]
        if best is None or len(found) > len(best[1]):
            best = (at, found)
    if best is None or not best[1]:
        raise UnreadableRosterError("no_header", expected="、".join(_asked_for()))
    at, found = best
    names = Counter(column for _i, column, _title in found)
    doubled = sorted(HEADINGS[column][0] for column, times in names.items() if times > 1)
    if doubled:
        raise UnreadableRosterError("double_column", columns="、".join(doubled))
    missing = [HEADINGS[column][0] for column in (NUMBER, NAME) if column not in names]
    if BRANCH not in names and BRANCH_CODE not in names:
        missing.append(HEADINGS[BRANCH_CODE][0])
    if missing:
        raise UnreadableRosterError("missing_column", columns="、".join(missing))
    used = {i for i, _column, _title in found}
    ignored = [
        title for i, cell in enumerate(rows[at][1]) if i not in used and (title := _heading(cell))
    ]
    return at, {column: i for i, column, _title in found}, ignored


def _asked_for() -> list[str]:
    return [HEADINGS[column][0] for column in (NUMBER, NAME, BRANCH_CODE)]


def _heading(cell: Cell) -> str:
    if not isinstance(cell, str):
        return ""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", cell))
    return re.sub(r"[\s*]|\(.*?\)", "", folded)[:40]


# --- Rows ---------------------------------------------------------------------------------------


def _read_row(
    line: int,
    cells: Sequence[Cell],
    columns: dict[str, int],
    *,
    epoch: dt.date,
    today: dt.date,
) -> tuple[RosterRow | None, list[Problem]]:
    readers = {
        NUMBER: _number,
        NAME: _name,
        PHONE: _phone,
        BRANCH: _text,
        BRANCH_CODE: _code,
        KIND: _kind,
    }
    values: dict[str, str | None] = {}
    problems: list[Problem] = []
    joined_on: dt.date | None = None
    for column, index in columns.items():
        cell = cells[index] if index < len(cells) else None
        try:
            if isinstance(cell, Formula):
                raise _WrongCellError("formula")
            if isinstance(cell, FaultyCell):
                raise _WrongCellError("faulty_cell", value=cell.text)
            if column == JOINED_ON:
                joined_on = _day(cell, epoch=epoch, today=today)
            else:
                values[column] = readers[column](cell)
        except _WrongCellError as wrong:
            words = {"column": HEADINGS[column][0], **wrong.words}
            problems.append(Problem(wrong.code, line, words))
    lacking = [HEADINGS[c][0] for c in (NUMBER, NAME) if c in values and not values[c]]
    if not values.get(BRANCH) and not values.get(BRANCH_CODE) and not problems:
        lacking.append(HEADINGS[BRANCH_CODE if BRANCH_CODE in columns else BRANCH][0])
    problems += [Problem("empty_cell", line, {"column": column}) for column in lacking]
    if problems:
        return None, problems
    row = RosterRow(
        line=line,
        number=values[NUMBER] or "",
        name=values[NAME] or "",
        branch_code=values.get(BRANCH_CODE) or None,
        branch=values.get(BRANCH) or None,
        phone=values.get(PHONE) or None,
        kind=values.get(KIND) or None,
        joined_on=joined_on,
    )
    return row, []


def _doubled(rows: Iterable[RosterRow]) -> list[Problem]:
    """Every row whose number or phone another row has as well."""
    problems: dict[tuple[int, str], Problem] = {}
    for column, code in ((NUMBER, "double_number"), (PHONE, "double_phone")):
        lines: dict[str, list[int]] = {}
        for row in rows:
            value = getattr(row, column)
            if value:
                lines.setdefault(value, []).append(row.line)
        for value, at in lines.items():
            for line in at if len(at) > 1 else ():
                others = "、".join(str(other) for other in at if other != line)
                problems[line, code] = Problem(code, line, {"value": value, "lines": others})
    return list(problems.values())


# --- Cells --------------------------------------------------------------------------------------


def _is_blank(cells: Sequence[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not _plain(cell)) for cell in cells)


def _plain(text: str) -> str:
    """Without what cannot be seen, and with every kind of blank as one space."""
    return " ".join(_INVISIBLE.sub("", text).split())


def _digits(cell: Cell) -> str:
    """A cell that names something by digits, as the text it stands for."""
    if isinstance(cell, bool):
        raise _WrongCellError("not_text", value=str(cell).upper())
    if isinstance(cell, float):
        if not cell.is_integer() or abs(cell) >= EXACT:
            raise _WrongCellError("lost_digits", value=f"{cell:g}")
        cell = int(cell)
    if isinstance(cell, int):
        if not 0 <= cell < EXACT:
            raise _WrongCellError("lost_digits", value=str(cell))
        return str(cell)
    if isinstance(cell, dt.date):
        raise _WrongCellError("not_text", value=cell.isoformat()[:10])
    text = unicodedata.normalize("NFKC", _plain(cell if isinstance(cell, str) else ""))
    if _SCIENTIFIC.fullmatch(text):
        raise _WrongCellError("lost_digits", value=text)
    return text


def _number(cell: Cell) -> str:
    text = _digits(cell).replace(" ", "")
    if text and not NUMBER_FORM.fullmatch(text):
        raise _WrongCellError("wrong_number", value=text[:40])
    return text


def _code(cell: Cell) -> str:
    return _digits(cell).replace(" ", "")[:60]


def _phone(cell: Cell) -> str:
    text = re.sub(r"[ ()-]", "", _digits(cell))
    for prefix in ("+86", "0086"):
        text = text.removeprefix(prefix)
    if text and not is_phone(text):
        raise _WrongCellError("wrong_phone", value=text[:40])
    return text


def is_phone(text: str) -> bool:
    """A mobile number of the mainland, or one of elsewhere with + and its country code."""
    return bool(_PHONE.fullmatch(text))


def _text(cell: Cell) -> str:
    return _plain(str(cell))[:120] if cell is not None else ""


def _name(cell: Cell) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        raise _WrongCellError("wrong_name", value=str(cell)[:40])
    name = _BETWEEN_IDEOGRAPHS.sub("", _plain(cell)).translate(_MIDDLE_DOTS)
    if len(name) > 60:
        raise _WrongCellError("long_name", value=name[:20], most="60")
    letters = name.replace("·", "").replace(" ", "").replace("-", "").replace("'", "")
    wrong = [letter for letter in letters if unicodedata.category(letter)[0] not in "LM"]
    # A private or not yet assigned character may be a rare ideograph of another font.
    wrong = [letter for letter in wrong if unicodedata.category(letter) not in {"Co", "Cn"}]
    if name and (wrong or not letters or name[0] in "-'·"):
        raise _WrongCellError("wrong_name", value=name[:40])
    return name


def _kind(cell: Cell) -> str:
    text = _text(cell).replace(" ", "")
    if text and text not in KINDS:
        raise _WrongCellError("wrong_kind", value=text[:40], known="、".join(_kind_names()))
    return KINDS.get(text, "")


def _kind_names() -> list[str]:
    """One name for each kind, the first given."""
    return list({kind: name for name, kind in reversed(KINDS.items())}.values())[::-1]


def _day(cell: Cell, *, epoch: dt.date, today: dt.date) -> dt.date | None:
    if cell is None or (isinstance(cell, str) and not _plain(cell)):
        return None
    day = _as_day(cell, epoch)
    if not EARLIEST <= day <= today + LATEST_AHEAD:
        raise _WrongCellError("far_date", value=day.isoformat())
    return day


def _as_day(cell: Cell, epoch: dt.date) -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _serial_day(cell, epoch)
    text = unicodedata.normalize("NFKC", _plain(str(cell)))
    parts = _DATE.fullmatch(text.replace(" ", "") if "年" in text else text)
    parts = parts or _COMPACT_DATE.fullmatch(text)
    if parts is not None:
        year, month, day = (int(part) for part in parts.groups())
        try:
            return dt.date(year, month, day)
        except ValueError:
            raise _WrongCellError("impossible_date", value=text) from None
    if _SERIAL.fullmatch(text):
        return _serial_day(float(text), epoch)
    raise _WrongCellError("wrong_date", value=text[:40])


def _serial_day(serial: float, epoch: dt.date) -> dt.date:
    """Excel's day number: the 1900 calendar has a 29 February that never was (number 60)."""
    if serial >= 10_000_000 and float(serial).is_integer():  # 20260701 typed as a number
        return _as_day(str(int(serial)), epoch)
    if not 1 <= serial <= 2_958_465 or (epoch == EPOCH_1900 and int(serial) == 60):
        raise _WrongCellError("impossible_date", value=f"{serial:g}")
    days = int(serial) + (1 if epoch == EPOCH_1900 and serial < 60 else 0)
    return epoch + dt.timedelta(days=days)
