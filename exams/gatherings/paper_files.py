"""A sheet of numbers and names becomes the lines of a list on paper."""

from exams.gatherings.errors import UnusableScanError
from exams.gatherings.paper import MOST_LINES
from lms.members.roster import Cell, UnreadableRosterError
from lms.members.roster_files import read_table
from lms.members.roster_words import sentence

HEADINGS = {"编号", "党员编号", "姓名"}


def text_of(content: bytes) -> str:
    """The first two columns of an xlsx or CSV as text, a line for a row; headings fall away."""
    try:
        table = read_table(content)
    except UnreadableRosterError as unreadable:
        raise UnusableScanError(sentence(unreadable.problem)) from unreadable
    lines = [
        " ".join(word for word in (_word(cell) for cell in cells[:2]) if word)
        for _line, cells in table.rows[: MOST_LINES + 1]
    ]
    return "\n".join(line for line in lines if line and not set(line.split()) <= HEADINGS)


def _word(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else ""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    return ""  # a date, a formula, nothing
