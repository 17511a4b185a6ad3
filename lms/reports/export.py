"""The board as a file: the same people, the same order, the same figures."""

from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from lms.core.documents.sheets import Value, csv_pieces, write_sheet
from lms.reports.queries import BehindFirst
from lms.reports.words import MAIN_FIRST, state_text
from lms.reports.years import YearState


def board_sheet(members: BehindFirst) -> IO[bytes]:
    """An xlsx file of the members on a board; to be closed by the reader."""
    board = members.board
    return write_sheet(
        f"{board.year}-{board.branch.name}", _headings(), _rows(members), notes=_notes(members)
    )


def board_csv(members: BehindFirst) -> Iterator[bytes]:
    """The same rows as text that Excel opens, piece by piece while they are read."""
    headings = [text for text, _width in _headings()]
    return csv_pieces(headings, _rows(members), notes=_notes(members))


def _headings() -> list[tuple[str, int]]:
    return [
        (_("姓名"), 16),
        (_("党员编号"), 14),
        (_("所在组织"), 24),
        *((str(category.label), 14) for category in MAIN_FIRST),
        (_("计入年度要求合计"), 18),
        (_("年度要求"), 12),
        (_("还差学时"), 12),
        (_("状态"), 10),
        (_("最近学习"), 14),
    ]


def _notes(members: BehindFirst) -> list[str]:
    board = members.board
    return [
        _("%(branch)s %(year)s年度，人员按%(day)s的组织关系。")
        % {"branch": board.branch.name, "year": board.year, "day": board.day.isoformat()},
        _("每人为全年个人合计，转入前取得的学时一并计算。"),
        _("计入年度要求的是集中培训、集体学习，以及网络自学中按规则计入的部分。"),
    ]


def _rows(members: BehindFirst) -> Iterator[list[Value]]:
    # Said now: a row that is written while it is sent no longer knows the reader's language.
    states = {state: state_text(state) for state in YearState}
    return (
        [
            row.name,
            row.number,
            row.branch,
            *(row.year.by_category.get(category, 0) for category in MAIN_FIRST),
            row.year.counted,
            row.year.target,
            row.year.missing,
            states[row.year.state],
            row.last_earned_on,
        ]
        for chunk in members.in_chunks()
        for row in chunk
    )
