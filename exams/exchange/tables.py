"""Questions in a sheet, one a row; sub-questions stand below their case and name its number."""

import re
from collections.abc import Sequence
from dataclasses import replace

from exams.exchange import plain
from exams.exchange.drafts import Draft, Fault, Found, UnreadableFileError
from exams.exchange.markup import BLANK, to_text
from lms.core.documents.sheets import write_sheet
from lms.members.roster import Cell, FaultyCell, Formula, UnreadableRosterError
from lms.members.roster_files import read_table
from lms.members.roster_words import sentence

LETTERS = "ABCDEFGH"
# Characters; the others are 12 wide.
WIDE = {"题干": 48, "解析": 36, "答案": 18}
COLUMNS = (
    "序号", "题型", "题干", *(f"选项{letter}" for letter in LETTERS), "答案", "分值", "难度",
    "知识点", "分类", "依据", "解析", "所属材料题",
)  # fmt: skip
_FIELDS = {
    "答案": "answer", "分值": "points", "难度": "difficulty", "知识点": "topic", "分类": "category",
    "依据": "clause", "解析": "explanation",
}  # fmt: skip
# What other people's tables call the same.
_SYNONYMS = {
    "题目": "题干", "试题": "题干", "试题内容": "题干", "题目内容": "题干", "问题": "题干",
    "类型": "题型", "试题类型": "题型", "正确答案": "答案", "参考答案": "答案", "标准答案": "答案",
    "答案解析": "解析", "试题解析": "解析", "分数": "分值", "难易度": "难度", "考点": "知识点",
    "出处": "依据", "编号": "序号",
}  # fmt: skip


def read(content: bytes) -> Found:
    """The first sheet of an xlsx, or a CSV. Raises UnreadableFileError."""
    try:
        table = read_table(content)
    except UnreadableRosterError as unreadable:
        raise UnreadableFileError("table", sentence(unreadable.problem)) from unreadable
    headings = ((n, _columns(cells)) for n, (_line, cells) in enumerate(table.rows[:20]))
    heading = next(((n, columns) for n, columns in headings if columns), None)
    if heading is None:
        raise UnreadableFileError("no_columns")
    begins, columns = heading
    found: list[Draft | Fault] = []
    by_number: dict[str, plain.Raw] = {}
    gathered: list[plain.Raw | Fault] = []
    for line, cells in table.rows[begins + 1 :]:
        if not any(_word(cell) for cell in cells):
            continue
        if any(isinstance(cell, Formula | FaultyCell) for cell in cells):
            gathered.append(Fault("formula", str(line)))
            continue
        row = {name: _word(cells[index]) for name, index in columns.items() if index < len(cells)}
        raw = _raw(row, str(line))
        above = row.get("所属材料题", "")
        if not above:
            gathered.append(raw)
            if row.get("序号"):
                by_number[row["序号"]] = raw
        elif above in by_number:
            by_number[above].parts.append(raw)
        else:
            gathered.append(Fault("no_such_case", str(line), row.get("题干", "")[:80]))
    for each in gathered:
        found.append(each if isinstance(each, Fault) else plain.settled(each))
    return found


def _columns(cells: Sequence[Cell]) -> dict[str, int]:
    """Which column is which, if this row is the heading: it names at least stem and answer."""
    named: dict[str, int] = {}
    for index, cell in enumerate(cells):
        word = re.sub(r"[\s*：:（(].*$", "", _word(cell))
        word = _SYNONYMS.get(word, word)
        letter = re.fullmatch(r"(?:选项)?\s*([A-Ha-h])", word)
        named.setdefault(f"选项{letter[1].upper()}" if letter else word, index)
    return (
        {name: named[name] for name in COLUMNS if name in named}
        if "题干" in named and "答案" in named
        else {}
    )


def _raw(row: dict[str, str], place: str) -> plain.Raw:
    raw = plain.Raw(0, place, plain.kind_of(row.get("题型", "")))
    raw.stem = row.get("题干", "").split("\n")
    options = [row.get(f"选项{letter}", "") for letter in LETTERS]
    while options and not options[-1]:
        options.pop()
    raw.options = options
    for column, name in _FIELDS.items():
        if row.get(column):
            raw.fields[name] = row[column].split("\n")
    return raw


def _word(cell: Cell) -> str:
    if cell is None or isinstance(cell, bool):
        return {True: "对", False: "错"}.get(cell, "") if isinstance(cell, bool) else ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).replace("\r\n", "\n").strip()


# --- Writing ------------------------------------------------------------------------------------


def write(drafts: Sequence[Draft]) -> tuple[bytes, list[Draft]]:
    """An xlsx; left out is what a row of text cannot hold (pictures, formatted words)."""
    left_out: list[Draft] = []
    written: list[list[str]] = []
    number = 0
    for draft in drafts:
        rows = _rows(draft, number + 1)
        if not _fits(draft, rows):
            left_out.append(draft)
            continue
        number += 1
        written += [[row.get(column, "") for column in COLUMNS] for row in rows]
    headings = [(column, WIDE.get(column, 12)) for column in COLUMNS]
    with write_sheet("题目", headings, written) as file:
        return file.read(), left_out


def _rows(draft: Draft, number: int) -> list[dict[str, str]]:
    rows = [_row(draft) | {"序号": str(number)}]
    return rows + [_row(part) | {"所属材料题": str(number)} for part in draft.parts]


def _row(draft: Draft) -> dict[str, str]:
    options = sorted(draft.options) if draft.kind == "ordering" else list(draft.options)
    stem = to_text(draft.stem)
    row = {
        "题型": plain.KIND_NAMES[draft.kind],
        "题干": stem.removesuffix(f"\n{BLANK}") if draft.kind == "blank" else stem,
        "答案": plain.answer_text(draft, options),
        "分值": "" if draft.points is None else str(draft.points),
        "难度": "" if draft.difficulty is None else str(draft.difficulty),
        "知识点": draft.topic,
        "分类": draft.category,
        "依据": draft.clause,
        "解析": to_text(draft.explanation),
    }
    return row | {
        f"选项{LETTERS[n]}": to_text(each) for n, each in enumerate(options[: len(LETTERS)])
    }


def _fits(draft: Draft, rows: Sequence[dict[str, str]]) -> bool:
    """Whether the rows, read back, are the question."""
    raw = _raw(rows[0], "")
    raw.parts = [_raw(row, "") for row in rows[1:]]
    outcome = plain.settled(raw)
    return (
        isinstance(outcome, Draft) and replace(outcome, pictures={}) == draft and not draft.pictures
    )
