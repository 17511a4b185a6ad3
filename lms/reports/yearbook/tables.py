"""The study book as tables: the page, the sheets and the paper show these and no others."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.design.texts import figure
from lms.core.documents.sheets import Value
from lms.reports.blanks.placeholders import as_text
from lms.reports.yearbook.queries import Book


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the book: (text, width in characters) of each column, and the rows."""

    title: str
    headings: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Value]]
    empty: str

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Each row as text with the heading beside each value, for narrow screens."""
        names = [text for text, _width in self.headings]
        return [list(zip(names, map(as_text, row), strict=True)) for row in self.rows]


def book_lines(book: Book) -> list[str]:
    """What stands above the tables."""
    lines = [
        _("开展学习 %(count)d 次，已确认的共 %(hours)s 学时。")
        % {"count": len(book.gatherings), "hours": figure(book.hours)}
    ]
    if book.unconfirmed:
        lines.append(_("其中 %(count)d 次还没有经第二人确认。") % {"count": book.unconfirmed})
    lines.append(_("应到按学习当日的组织关系计算；实到不含外单位党员。"))
    return lines


def book_tables(book: Book) -> list[Table]:
    """Everything that happened, part by part, the first first."""
    return [_gatherings(book), _classes(book), _corrections(book), _appeals(book)]


def _gatherings(book: Book) -> Table:
    return Table(
        title=_("集体学习和集中培训"),
        headings=[
            (_("日期"), 12), (_("主题"), 34), (_("形式"), 10), (_("类别"), 10), (_("主办组织"), 18),
            (_("地点"), 16), (_("应到"), 7), (_("实到"), 7), (_("缺席"), 7), (_("外单位"), 8),
            (_("主持人"), 10), (_("学时"), 8),
        ],
        rows=[
            [
                each.on, each.title, each.kind, each.category, each.branch, each.place,
                each.expected, each.present, each.absent, each.guests, each.host,
                _("待确认") if each.hours is None else each.hours,
            ]
            for each in book.gatherings
        ],
        empty=_("这一年没有集体学习的记录。"),
    )  # fmt: skip


def _classes(book: Book) -> Table:
    return Table(
        title=_("培训班"),
        headings=[
            (_("开班日期"), 12), (_("结班日期"), 12), (_("班名"), 34), (_("举办单位"), 20),
            (_("学员"), 8), (_("已结业"), 8),
        ],
        rows=[
            [each.starts_on, each.ends_on, each.title, each.branch.name, each.people, each.passed]  # type: ignore[attr-defined]
            for each in book.classes
        ],
        empty=_("这一年没有培训班。"),
    )  # fmt: skip


def _corrections(book: Book) -> Table:
    return Table(
        title=_("学时更正"),
        headings=[
            (_("提出日期"), 12), (_("党员"), 12), (_("方式"), 10), (_("内容"), 34), (_("学时"), 8),
            (_("原因"), 34), (_("提出人"), 12), (_("批准人"), 12), (_("状态"), 10),
        ],
        rows=[
            [
                clock.local_date(each.proposed_at), each.member.name,
                str(each.get_kind_display()), each.title, each.hours, each.reason, each.by.name,
                each.decided_by.name if each.decided_by else None, str(each.get_state_display()),
            ]
            for each in book.corrections
        ],
        empty=_("这一年没有学时更正。"),
    )  # fmt: skip


def _appeals(book: Book) -> Table:
    return Table(
        title=_("申诉"),
        headings=[
            (_("申诉日期"), 12), (_("党员"), 12), (_("内容"), 40), (_("答复期限"), 12),
            (_("状态"), 12),
        ],
        rows=[
            [
                clock.local_date(each.filed_at), each.member.name, each.title, each.due_on,
                str(each.get_state_display()),
            ]
            for each in book.appeals
        ],
        empty=_("这一年没有申诉。"),
    )  # fmt: skip
