"""What stands in the printed record of a final: its ledger as the template's data."""

from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from exams.finals.course import State, Turn
from exams.finals.frames import label_of, signed
from exams.finals.models import Final, FinalRound, RoundKind
from lms.core.design.texts import figure

TEMPLATE = "final.typ"


def record_data(final: Final, state: State) -> dict[str, Any]:
    """Records are Chinese, whatever language somebody reads the site in."""
    assert final.result is not None
    with translation.override(settings.LANGUAGE_CODE):
        rounds = {row.position: row for row in FinalRound.objects.filter(final=final)}
        return {
            "title": final.title,
            "branch": final.branch.name,
            "when": _span(final),
            "facts": [
                ["参赛", f"{len(final.result['sides'])} {'队' if final.by_team else '人'}"],
                ["选手", f"{len(state.players)} 人"],
                ["出题", f"{final.result['questions']} 题"],
                ["试卷", final.paper.title],
            ],
            "heads": ["名次", "队" if final.by_team else "选手", "得分", "答对用时"],
            "rows": [
                [str(row["place"]), row["label"], figure(row["points"]), _seconds(row["spent"])]
                for row in final.result["sides"]
            ],
            "turns": [_line(turn, state, rounds) for turn in state.turns],
            "notes": [
                "得分相同的，答对题数多者在前；再相同的，答对用时少者在前；仍相同的并列。",
                "抢答先后按“服务器收到时间减线路折算”排定，折算为往返时间的一半，"
                f"最多 {final.cap_ms} 毫秒。",
                "未选择公开个人成绩的选手以号码代替姓名。",
            ],
            "signatures": ["主持人", "记分员", "监督员"],
            "by_line": f"经办：{final.made_by.name}"
            + (f"　结束：{final.ended_by.name}" if final.ended_by else ""),
        }


def _span(final: Final) -> str:
    assert final.begun_at is not None
    assert final.ended_at is not None
    begun, ended = timezone.localtime(final.begun_at), timezone.localtime(final.ended_at)
    return f"{begun:%Y年%-m月%-d日 %H:%M} 至 {ended:%H:%M}"


def _seconds(spent: int) -> str:
    return f"{spent / 1000:.1f} 秒" if spent else "–"


def _line(turn: Turn, state: State, rounds: dict[int, FinalRound]) -> list[str]:
    row = rounds.get(turn.round)
    kind = str(RoundKind(turn.kind.value).label)
    if turn.void_reason:
        outcome = f"作废：{turn.void_reason}"
    else:
        outcome = "，".join(
            f"{label_of(state, side)} {signed(result.points)}"
            for side, result in turn.results.items()
            if result.points
        )
    if turn.is_corrected and not turn.void_reason:
        outcome += "（经改判）"
    order = "、".join(label_of(state, buzz.side) for buzz in turn.order)
    section = "" if row is None else row.section
    return [str(turn.number), f"{kind} {section}".strip(), order or "–", outcome or "无人得分"]
