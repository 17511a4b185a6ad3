"""A contest's rules, phases and figures in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exams.contests.models import Contest, ContestRound, DailyDraw, TeamKind
from exams.contests.phases import Phase
from exams.contests.standings import TeamLine


@dataclass(frozen=True, slots=True)
class PhaseWords:
    """A phase on a badge."""

    words: str
    tone: str


def phase_words(phase: Phase) -> PhaseWords:
    said = {
        Phase.DRAFT: (_("草稿"), ""),
        Phase.SOON: (_("未开始"), "info"),
        Phase.NOW: (_("进行中"), "ok"),
        Phase.WAITING: (_("等待公布"), "attention"),
        Phase.OVER: (_("已结束"), ""),
        Phase.CANCELLED: (_("已取消"), ""),
    }
    return PhaseWords(*said[phase])


def person_rules(contest: Contest, rounds: Sequence[ContestRound]) -> list[str]:
    """How persons take part and how their score comes about, a sentence each."""
    told = []
    if contest.daily_questions:
        told.append(_daily_rule(contest))
        told.append(_("某天没有练不算欠账，不用补，也不影响任何人的考核；每日一练不计学时。"))
    if rounds:
        told.append(_("每一轮就是一场限时答题。一轮可以答几次的，取最好的一次，只算已公布的成绩。"))
        told.append(_total_rule(rounds))
        told.append(
            _("总分相同的，看各轮用时的总和，少的在前；用时由服务器计，精确到毫秒，再相同就并列。")
        )
    told.append(_("不参加没有任何后果。个人的名次只有本人看得到，除非本人同意公开。"))
    return told


def _daily_rule(contest: Contest) -> str:
    words = {"count": contest.daily_questions}
    if contest.daily_draw == DailyDraw.SAME:
        return _("每日一练：每天 %(count)s 题，当天所有人同一组题，一题答一次，零点换题。") % words
    return _("每日一练：每天 %(count)s 题，每人各抽一组，一题答一次，零点换题。") % words


def _total_rule(rounds: Sequence[ContestRound]) -> str:
    weights = {one.weight for one in rounds}
    if len(weights) == 1:
        return _("总分是各轮得分率的平均，满分 100 分；没有参加的一轮按 0 分算。")
    listed = _("、").join(
        _("“%(title)s”%(weight)s 份") % {"title": one.exam.title, "weight": one.weight}
        for one in rounds
    )
    return _("总分是各轮得分率按份数的平均，满分 100 分：%(listed)s；没有参加的一轮按 0 分算。") % {
        "listed": listed
    }


def team_rules(contest: Contest) -> list[str]:
    """How the score of an organisation comes about, a sentence each."""
    part = contest.participation_percent
    words = {"best": contest.best_of, "rest": 100 - part, "part": part}
    who = (
        _("各党支部之间比：每人算在所在的组织里。")
        if contest.team_kind == TeamKind.BRANCHES
        else _("下一级组织之间比：每人算在所属的下一级组织里。")
    )
    told = [
        who,
        _(
            "成绩分是本组织最好的 %(best)s 个人的平均，人多人少都只看 %(best)s 个人，"
            "没有参加的按 0 分算。"
        )
        % words,
        _("应参与不足 %(best)s 人的组织，按全部应参与的人平均，不因人少吃亏，也不因人少占便宜。")
        % words,
        _("参与率是参加过任何一轮、或者做完过一天每日一练的人，占应参与人数的比例；"
          "当年没有学习要求、也没有参加的，不算应参与。"),
    ]  # fmt: skip
    if part == 0:
        told.append(_("组织得分就是成绩分；参与率只列出，不计分。"))
    else:
        told.append(_team_formula(words["rest"], part))
    return told


def _team_formula(rest: int, part: int) -> str:
    return _("组织得分 = 成绩分 × %(rest)s%% + 参与率 × %(part)s%%，得分相同的并列。") % {
        "rest": rest,
        "part": part,
    }


def team_note(line: TeamLine, best_of: int) -> str:
    """What is to be said beside a small team; else nothing."""
    if line.asked >= best_of:
        return ""
    return _("应参与 %(asked)s 人，按全部 %(asked)s 人平均") % {"asked": line.asked}


def used_words(used_ms: int) -> str:
    """A time as it was measured: 12:34.567, 1:02:03.004."""
    seconds, rest = divmod(used_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    short = f"{minutes:02d}:{seconds:02d}.{rest:03d}"
    return f"{hours}:{short}" if hours else short
