"""What stands on the printed archive: a member's year as the template's data."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.timezone import localtime

from lms.core.design.texts import figure
from lms.members.models import Member
from lms.reports.printed.queries import PrintedYear
from lms.reports.words import MAIN_FIRST, asked_rows, state_text

TEMPLATE = "archive.typ"


def paper_data(printed: PrintedYear, by: Member, moment: dt.datetime) -> dict[str, Any]:
    """Paper is Chinese, whatever language somebody reads the site in."""
    with translation.override(settings.LANGUAGE_CODE):
        member, study, head = printed.member, printed.study, printed.head
        categories = [category for category in MAIN_FIRST if category in printed.months]
        columns = [printed.months[category] for category in categories]
        return {
            "title": f"{printed.year}年度学习档案",
            "facts": [
                ["姓名", member.name],
                ["党员编号", member.number],
                ["组织关系", "；".join(_branches(printed)) or "本年度没有组织关系"],
                ["年度要求", _asked(printed)],
                ["计入学时", f"{figure(study.counted)} 学时（{state_text(study.state)}）"],
            ],
            "targets": [
                f"{row['who']}：{row['text']}，已有 {figure(row['progress'].had)} 学时"
                for row in asked_rows(printed.asks.progress)
            ],
            "months": [
                [
                    str(category.label),
                    *(figure(hours) if hours else "" for hours in printed.months[category]),
                    figure(sum(printed.months[category])),
                ]
                for category in categories
            ],
            "sums": [
                "合计",
                *(figure(sum(month)) if any(month) else "" for month in zip(*columns, strict=True)),
                figure(study.all_hours),
            ]
            if columns
            else [],
            "entries": [
                [
                    entry.earned_on.isoformat(),
                    _entry_title(entry),
                    str(entry.get_category_display()),
                    entry.branch.name if entry.branch else "无",
                    figure(entry.hours),
                    figure(entry.counted_hours),
                ]
                for entry in printed.entries
            ],
            "certificates": [
                f"{each.class_title}　{each.number}" + ("" if each.is_valid else "（已撤销）")
                for each in printed.certificates
            ],
            "chain_line": f"学时账第 {head.seq} 条，链尾指纹 {head.hash}"
            if head and head.seq
            else "学时账里还没有记录",
            "printed_line": f"{by.name} 打印于 {localtime(moment):%Y-%m-%d %H:%M}",
        }


def _branches(printed: PrintedYear) -> list[str]:
    """Each branch of the year, with the days where somebody came or went within it."""
    return [
        each.branch.name
        + (f"（{each.joined_on.isoformat()} 转入）" if each.joined_on.year == printed.year else "")
        + (
            f"（{each.left_on.isoformat()} 转出）"
            if each.left_on and each.left_on.year == printed.year
            else ""
        )
        for each in printed.memberships
    ]


def _asked(printed: PrintedYear) -> str:
    study = printed.study
    if not study.is_due:
        return "不作学时要求"
    missing = f"，还差 {figure(study.missing)} 学时" if study.missing else ""
    events = (
        f"；集中培训 {study.events}/{study.required_events} 次" if study.required_events else ""
    )
    return f"{figure(study.target)} 学时{missing}{events}（规则 {printed.asks.rule_version}）"


def _entry_title(entry: Any) -> str:
    if entry.reverses_id:
        return f"{entry.source_title}（冲销）"
    return (
        f"{entry.source_title}（已冲销）" if hasattr(entry, "reversed_by") else entry.source_title
    )
