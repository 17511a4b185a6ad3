"""An exam's item analysis as a file: one row a question, and what holds for the whole below."""

from collections.abc import Iterator
from typing import IO

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from exams.analysis.queries import Analysis
from exams.analysis.words import FLAG_WORDS
from lms.core.documents.sheets import Value, write_sheet


def analysis_sheet(analysis: Analysis) -> IO[bytes]:
    """An xlsx file; to be closed by the reader."""
    headings = [
        (_("题号"), 6), (_("题目"), 50), (_("知识点"), 16), (_("分值"), 8), (_("作答人数"), 10),
        (_("难度（得分率）"), 14), (_("区分度"), 10), (_("题总相关"), 10), (_("选项（人数）"), 40),
        (_("提示"), 20),
    ]  # fmt: skip
    return write_sheet(analysis.exam.title, headings, _rows(analysis), notes=_notes(analysis))


def _rows(analysis: Analysis) -> Iterator[list[Value]]:
    for line in analysis.items:
        figures = line.figures
        yield [
            line.number,
            " ".join(strip_tags(line.version.stem).split()),
            line.topic,
            line.of,
            figures.answered,
            _figure(figures.facility),
            _figure(figures.discrimination),
            _figure(figures.correlation),
            " ".join(
                f"{letter}{'*' if choice.is_key else ''}:{choice.count}"
                for letter, _text, choice in line.options
            ),
            "、".join(str(FLAG_WORDS[flag]) for flag in figures.flags),
        ]


def _notes(analysis: Analysis) -> list[str]:
    notes = [_("只算第一次作答，共 %(people)d 份。") % {"people": analysis.people}]
    for form, found in analysis.forms:
        notes.append(
            _(
                "%(form)s 平均 %(mean)s 分，标准差 %(deviation)s，"
                "α %(alpha)s，测量标准误 %(error)s。"
            )
            % {
                "form": form or _("全卷"),
                "mean": _figure(found.mean),
                "deviation": _figure(found.deviation),
                "alpha": _figure(found.alpha),
                "error": _figure(found.error),
            }
        )
    return notes


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
