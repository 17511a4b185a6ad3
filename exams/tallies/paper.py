"""What stands in the protocol: the figures of a closed tally as the template's data."""

from typing import Any

from django.utils import timezone

from exams.tallies.counting import FEW, Count, Shown
from exams.tallies.models import Tally

HIDDEN = "不单列*"


def protocol_data(tally: Tally, count: Count, lines: list[tuple[str, Shown]]) -> dict[str, Any]:
    """Protocols are Chinese, whatever language somebody reads the site in."""
    assert tally.closed_at is not None
    assert tally.closed_by is not None
    assert tally.issued is not None
    facts = [
        ("应到", tally.eligible),
        ("发出", tally.issued),
        ("收回", count.returned),
        ("有效", count.valid),
        ("无效", count.invalid),
    ]
    notes = [
        "本记录由读卡系统协助计数，纸质原件封存备查；结果由会议按规定确认。"
        if tally.hand_count is None
        else "本记录由人工计数录入，纸质原件封存备查；结果由会议按规定确认。"
    ]
    if tally.seats:
        notes.insert(0, f"应选 {tally.seats} 名；选“{tally.options[0]}”多于应选人数的为无效票。")
    if count.returned > tally.issued:
        notes.insert(0, "收回多于发出，按规定本次无效。")
    if any(shown.hidden for _line, shown in lines):
        notes.insert(
            0, f"* 少于 {FEW} 人的项不单列，必要时连同相邻的项一起合并，以免看出是谁填的。"
        )
    return {
        "title": tally.title,
        "kind": "计票记录" if tally.is_vote else "测评结果记录",
        "branch": tally.branch.name,
        "closed_line": f"{timezone.localtime(tally.closed_at):%Y年%-m月%-d日 %H:%M}",
        "facts": [[name, str(figure)] for name, figure in facts],
        "heads": ["姓名" if tally.is_vote else "内容", *tally.options, "未选"],
        "rows": [
            [line, *(HIDDEN if cell is None else str(cell) for cell in shown.cells)]
            for line, shown in lines
        ],
        "notes": notes,
        "signatures": ["计票人", "监票人", "主持人"] if tally.is_vote else ["统计人", "审核人"],
        "by_line": f"经办：{tally.by.name}　结束：{tally.closed_by.name}",
    }
