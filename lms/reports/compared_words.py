"""How branches beside each other are said."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lms.core.design.texts import figure
from lms.reports.comparison import NOTHING, Apart, Comparison
from lms.reports.figures import Figures
from lms.reports.words import MAIN, branch_line


def orders() -> list[tuple[str, str]]:
    """What the parts can be put in order by where ranking is on; the tree first."""
    return [
        ("", _("按组织顺序")),
        ("due", _("应学人数")),
        ("reached", _("已达标")),
        ("rate", _("达标率")),
        ("average", _("人均学时")),
        ("change", _("比上年")),
    ]


def compared_lines(compared: Comparison) -> list[dict[str, Any]]:
    """Each part: its bars, its row of the table, and what explains it."""
    most = compared.most_hours
    return [
        {
            **branch_line(part.row),
            "so_far": part.so_far,
            "before": part.before,
            "so_far_width": _width(part.so_far, most),
            "before_width": _width(part.before, most),
            "hours_label": _("1–%(months)s 月学时") % {"months": compared.months},
            "hours_text": _("%(this)s，上年同期 %(last)s")
            % {"this": figure(part.so_far), "last": figure(part.before)},
            "by_category": _by_category(part.figures),
            "notes": _notes(part.figures, part.apart),
        }
        for part in compared.parts
    ]


def compared_total(compared: Comparison) -> dict[str, Any]:
    return {
        "by_category": _by_category(compared.board.figures),
        "so_far": _sum(compared, lambda part: part.so_far),
        "before": _sum(compared, lambda part: part.before),
    }


def _sum(compared: Comparison, hours: Any) -> Decimal:
    return sum((hours(part) for part in compared.parts), NOTHING)


def _by_category(figures: Figures) -> list[tuple[str, Decimal]]:
    return [(str(each.label), figures.credited.get(each, NOTHING)) for each in MAIN]


def _notes(figures: Figures, apart: Apart) -> str:
    """Who is in no denominator, who moved, who studied elsewhere."""
    told = []
    if figures.not_due:
        told.append(
            _("不作要求 %(count)s 人（其中免修 %(exempt)s 人）")
            % {"count": figures.not_due, "exempt": apart.exempt}
            if apart.exempt
            else _("不作要求 %(count)s 人") % {"count": figures.not_due}
        )
    for count, words in (
        (apart.came, _("转入 %(count)s 人")),
        (apart.went, _("转出 %(count)s 人")),
        (apart.guests, _("流动学习 %(count)s 人")),
    ):
        if count:
            told.append(words % {"count": count})
    return _("，").join(told)


def _width(hours: Decimal, most: Decimal) -> str:
    """Of a hundred; corrections can leave less than none."""
    return f"{max(NOTHING, hours) * 100 / most:.1f}" if most > 0 else "0"
