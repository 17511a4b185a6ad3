"""An exam's results as a file: the same people and the same figures as the page."""

from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from exams.marking.result_queries import MemberResult, Results
from lms.core.documents.sheets import Value, write_sheet


def results_sheet(results: Results) -> IO[bytes]:
    """An xlsx file; to be closed by the reader."""
    headings = [
        (_("姓名"), 16), (_("党员编号"), 14), (_("所在组织"), 24), (_("应考"), 8),
        (_("参考次数"), 10), (_("得分"), 10), (_("满分"), 10), (_("结果"), 12),
    ]  # fmt: skip
    return write_sheet(results.exam.title, headings, _rows(results), notes=_notes(results))


def _rows(results: Results) -> Iterator[list[Value]]:
    for row in results.rows:
        best = row.best
        yield [
            row.member.name,
            row.member.number,
            row.branch,
            _("免试") if row.is_exempt and not row.sat else _("应考") if row.is_expected else "",
            row.attempts,
            best.points if best else None,
            best.out_of if best else None,
            outcome(row),
        ]


def outcome(row: MemberResult) -> str:
    """What there is to say of one member, in one word."""
    if row.best is not None:
        return _("及格") if row.passed else _("不及格")
    if row.sat:
        return _("待公布")
    return _("免试") if row.is_exempt else _("未参加")


def _notes(results: Results) -> list[str]:
    whole = results.whole
    return [
        _("应考 %(expected)d 人，参加 %(sat)d 人，及格 %(passed)d 人，免试 %(exempt)d 人。")
        % {
            "expected": whole.expected, "sat": whole.sat, "passed": whole.passed,
            "exempt": whole.exempt,
        },
        _("人员按%(day)s的组织关系；考了几次的取最好成绩，只算已公布的。")
        % {"day": results.day.isoformat()},
    ]  # fmt: skip
