"""What stands on the printed closing sheet: a closed year as the template's data."""

import io
from collections.abc import Sequence
from typing import Any

import segno
from django.conf import settings
from django.utils import translation
from django.utils.timezone import localtime

from exams.closing.models import YearClosing
from exams.closing.queries import ClosedBranch
from exams.closing.words import hours_rows
from lms.core.design.texts import figure

TEMPLATE = "closing.typ"


def paper_data(
    closing: YearClosing, branches: Sequence[ClosedBranch], address: str
) -> dict[str, Any]:
    """Paper is Chinese, whatever language somebody reads the site in."""
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "title": f"{closing.branch_name} {closing.year} 年度学时结账单",
            "digest": closing.digest,
            "facts": [
                ["结账时间", f"{localtime(closing.closed_at):%Y-%m-%d %H:%M:%S}"],
                ["结账人", closing.by.name],
                ["版本", _version(closing)],
                *([["说明", closing.reason]] if closing.reason else []),
                ["查验码", closing.code],
            ],
            "sums": [
                ["人数", str(closing.people)],
                ["应学人数", str(closing.due)],
                ["已达标", str(closing.reached)],
                *([str(label), figure(hours)] for label, hours in hours_rows(closing.hours)),
                ["计入年度要求合计", figure(closing.counted_hours)],
            ],
            "branches": [
                [
                    each.name,
                    str(each.sums.people),
                    str(each.sums.reached),
                    figure(each.sums.counted),
                    each.chains,
                ]
                for each in branches
            ],
            "address": address,
            "qr_svg": _qr_svg(address),
        }


def _version(closing: YearClosing) -> str:
    before = f"，上一版查验码 {closing.previous.code}" if closing.previous else ""
    return f"第 {closing.version} 版{before}"


def _qr_svg(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
