"""A class's attendance as a file: the same people and figures as the page."""

from collections.abc import Iterator, Sequence
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from live.classroom.models import LiveClass
from live.hours.words import rules
from lms.core.documents.sheets import Value, write_sheet


def attendance_sheet(live_class: LiveClass, rows: Sequence[dict[str, Any]]) -> IO[bytes]:
    """An xlsx file; to be closed by the reader. `rows` as the page shows them."""
    headings = [
        (_("姓名"), 14), (_("党员编号"), 14), (_("党组织"), 24), (_("在课（分钟）"), 12),
        (_("占全课（%）"), 12), (_("计学时"), 10), (_("会场"), 24), (_("点名"), 24),
        (_("进出"), 48), (_("其中算在课的断线"), 48),
    ]  # fmt: skip
    return write_sheet(
        live_class.title, headings, _rows(rows), notes=rules(live_class.counts_percent)
    )


def _rows(rows: Sequence[dict[str, Any]]) -> Iterator[list[Value]]:
    for row in rows:
        seat = row["seat"]
        yield [
            row["person"].name,
            row["person"].number,
            row["branch"],
            row["minutes"],
            row["percent"],
            _("达到") if row["counts"] else _("未达到"),
            f"{seat.venue.branch.name} · {seat.venue.place}" if seat else "",
            _("；").join(row["proofs"]),
            _("；").join(_times(span) for span in row["spans"]),
            _("；").join(f"{_times(piece['span'])} {piece['why']}" for piece in row["bridged"]),
        ]


def _times(span: Any) -> str:
    since, until = (timezone.localtime(each) for each in (span.since, span.until))
    return f"{since:%H:%M:%S}–{until:%H:%M:%S}"
