"""What a final says to people."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from exams.finals.models import FinalState
from exams.questions.models import QuestionKind

TONES = {
    FinalState.DRAFT: "",
    FinalState.LOBBY: "attention",
    FinalState.RUNNING: "red",
    FinalState.FINISHED: "ok",
    FinalState.CANCELLED: "",
}

# Why a host's press was refused, by the word of `deciding.RefusedError`.
_REFUSALS: dict[str, Callable[[], str]] = {
    "moved": lambda: _("情况已经变化，没有改动。请看屏幕上现在的状态再操作。"),
    "not_running": lambda: _("决赛没有在进行。"),
    "paused": lambda: _("现在暂停中，请先点“继续”。"),
    "still_open": lambda: _("还有一题没有结束，请先结束或作废这一题。"),
    "no_question": lambda: _("这个环节的题已经出完，请换一个环节。"),
    "no_side": lambda: _("没有这支队或这位选手，请刷新后再选。"),
    "no_stake": lambda: _("还没有选分值。等对方选好，或由您代选。"),
    "too_few": lambda: _("至少要有两方入场才能开始。"),
    "too_late": lambda: _("已经过了这一步，没有改动。"),
    "given": lambda: _("已经选过分值，不能再改。"),
}


def refusal(why: str) -> str:
    """A sentence for the host."""
    return _REFUSALS.get(why, _REFUSALS["moved"])()


def not_the_host() -> str:
    return _("这场决赛由其他党组织举办，您不能主持。")


def unnamed(number: int) -> str:
    """How somebody is called in front of all who did not choose to be named; in Chinese, as all
    that is kept of a final.
    """
    return f"{number} 号选手"


def strings() -> dict[str, str]:
    """What the live page says, in the reader's language; {…} is filled in by the page."""
    return {
        "connecting": _("正在连接…"),
        "reconnecting": _("连接中断，正在重新连接…"),
        "signed_out": _("登录已过期，请重新登录后回到这里。"),
        "elsewhere": _("您在别的窗口打开了同一场决赛，这里已停下。要在这里看，请刷新。"),
        "stopped": _("连接被停下了，请刷新页面。"),
        "lobby": _("候场中，请等主持人开始"),
        "waiting": _("请等下一题"),
        "paused": _("主持人已暂停"),
        "finished": _("决赛结束"),
        "see_result": _("看名次"),
        "cancelled": _("决赛已取消：{reason}"),
        "kind_turn": _("必答题"),
        "kind_all": _("共答题"),
        "kind_buzz": _("抢答题"),
        "kind_risk": _("风险题"),
        **{f"q_{name}": str(label) for name, label in QuestionKind.choices},
        "question": _("第 {number} 题"),
        "points": _("{points} 分"),
        "to_side": _("由{side}作答"),
        "yours": _("请您作答"),
        "your_team": _("请您的队作答"),
        "submit": _("提交答案"),
        "saving": _("正在提交…"),
        "saved": _("已收到您的答案"),
        "team_saved": _("您的队已经作答"),
        "retry": _("还没有收到，正在重新提交…"),
        "empty": _("请先作答再提交。"),
        "buzz": _("抢答"),
        "reading": _("读题中，{seconds} 秒后开抢"),
        "buzzed": _("已抢答，等待排定"),
        "you_first": _("您抢到了，请作答"),
        "team_first": _("您的队抢到了，请作答"),
        "called": _("{side}作答中"),
        "buzzes": _("已有 {count} 方抢答，正在排定"),
        "order": _("抢答顺序"),
        "order_note": _("计时 = 服务器收到 − 线路折算（往返时间的一半，最多 {cap} 毫秒）"),
        "arrived": _("收到"),
        "allowance": _("折算"),
        "counts": _("计时"),
        "ms": _("毫秒"),
        "answered": _("已作答 {count} / {total}"),
        "right": _("答对"),
        "wrong": _("答错"),
        "no_answer": _("未作答"),
        "key": _("正确答案"),
        "void": _("本题作废：{reason}"),
        "corrected": _("已改判"),
        "board": _("队伍得分"),
        "persons": _("个人前十名"),
        "no_persons": _("还没有人选择公开个人成绩。"),
        "own_place": _("第 {place} 名"),
        "own_points": _("{points} 分"),
        "own": _("我"),
        "only_you": _("个人名次只有您自己看得到"),
        "stake_choose": _("请选择风险分值"),
        "stake_wait": _("{side}正在选择风险分值"),
        "stake_done": _("{side}选择 {points} 分，等待出题"),
        "players": _("已入场 {count} 人"),
        "tally": _("答对 {right}，没有全对 {wrong}"),
        "time_left": _("剩余 {seconds} 秒"),
        "time_up": _("时间到"),
        "no_too_late": _("来不及了，本题已经截止。"),
        "no_too_early": _("还没有开抢。"),
        "no_not_yours": _("这一题现在不由您作答。"),
        "no_given": _("您的队已经有人作答，以先收到的为准。"),
        "no_paused": _("主持人已暂停，现在不能作答。"),
        "no_not_understood": _("答案没有读懂，请检查后再提交。"),
        "no_busy": _("服务器正忙，正在重新提交…"),
        "no_not_running": _("决赛没有在进行。"),
    }
