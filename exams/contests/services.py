"""Running a contest: made, announced, extended, closed, called off; rounds; names on the board."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.log_actions import log

from exams.attempts.models import Attempt, Exam, ExamState
from exams.contests import queries
from exams.contests.errors import (
    ContestFixedError,
    ContestNotReadyError,
    NotYourContestError,
    RankingError,
    RoundError,
)
from exams.contests.models import Contest, ContestRound, ContestState, RankingChange
from exams.contests.rules import can_change_rounds, can_run
from exams.questions.models import Topic
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Member

LONGEST = dt.timedelta(days=366)
MOST_ROUNDS = 20
HEAVIEST = 10
COPIED_LATER = dt.timedelta(days=7)

# What the form of a draft holds, topics apart.
FIELDS = (
    "title",
    "branch",
    "description",
    "opens_on",
    "closes_on",
    "daily_questions",
    "daily_draw",
    "team_kind",
    "best_of",
    "participation_percent",
)


# --- The contest ----------------------------------------------------------------------------------


@transaction.atomic
def create_contest(*, contest: Contest, topics: Iterable[Topic] = (), by: Member) -> Contest:
    """A draft: nobody but the officers knows of it."""
    _must_run(by, contest)
    contest.state = ContestState.DRAFT
    contest.made_by = by
    contest.made_at = clock.now()
    contest.save(force_insert=True)
    contest.topics.set(topics)
    return contest


@transaction.atomic
def update_contest(*, contest: Contest, topics: Iterable[Topic], by: Member) -> Contest:
    """Write what the form of a draft holds. Raises ContestFixedError once it is published."""
    _must_run(by, contest)
    held = _held(contest)
    if held.state != ContestState.DRAFT:
        raise ContestFixedError(
            _("竞赛已经发布，只能延长结束日期、增减轮次或取消。要改别的，请复制一场。")
        )
    _must_run(by, held)  # a draft may be moved to another branch, never away from somebody's
    if held.branch_id != contest.branch_id and held.rounds.exists():
        raise ContestFixedError(_("竞赛已经有轮次，不能换举办单位。请先移除轮次。"))
    Contest.objects.filter(pk=contest.pk).update(
        **{name: getattr(contest, name) for name in FIELDS}
    )
    contest.topics.set(topics)
    return contest


def discard_contest(*, contest: Contest, by: Member) -> None:
    """A draft is thrown away; its exams stay."""
    _must_run(by, contest)
    deleted, _rows = Contest.objects.filter(pk=contest.pk, state=ContestState.DRAFT).delete()
    if not deleted:
        raise ContestFixedError(_("竞赛已经发布，不能删除，可以取消。"))


def problems_of(contest: Contest) -> list[str]:
    """What stands in the way of publishing, a sentence each."""
    told = []
    rounds = queries.rounds_of(contest)
    if not rounds and not contest.daily_questions:
        told.append(_("竞赛既没有轮次，也没有每日一练。请至少安排一样。"))
    if contest.closes_on < clock.today():
        told.append(_("结束日期已经过去，请改开始和结束日期。"))
    if contest.closes_on - contest.opens_on > LONGEST:
        told.append(_("竞赛从开始到结束不能超过一年，请核对年份。"))
    if contest.daily_questions:
        told += _practice_problems(contest)
    told += [
        _("“%(title)s”的时间不在竞赛日期之内，请改考试时间或竞赛日期。") % {"title": one.exam.title}
        for one in rounds
        if not _is_within(contest, one.exam)
    ]
    told += [
        _("“%(title)s”已经取消，请从轮次里移除。") % {"title": one.exam.title}
        for one in rounds
        if one.exam.state == ExamState.CANCELLED
    ]
    return told


def _practice_problems(contest: Contest) -> list[str]:
    there = queries.pool_of(contest).count()
    if there >= contest.daily_questions:
        return []
    words = {"there": there, "asked": contest.daily_questions}
    said = ngettext(
        "每日一练要 %(asked)s 题，本级和上级题库里开放练习的只有 %(there)s 题。"
        "请开放更多题目，或者少出几题。",
        "每日一练要 %(asked)s 题，本级和上级题库里开放练习的只有 %(there)s 题。"
        "请开放更多题目，或者少出几题。",
        there,
    )
    return [said % words]


@transaction.atomic
def open_contest(*, contest: Contest, by: Member) -> None:
    """Announce the contest to the subtree of its branch."""
    _must_run(by, contest)
    problems = problems_of(_held(contest))
    if problems:
        raise ContestNotReadyError(problems[0])
    advance_or_raise(
        contest,
        to=ContestState.OPEN,
        from_=[ContestState.DRAFT],
        message=_("竞赛已经发布，或者已经取消。"),
    )
    log(instance=contest, action="exams.contest_opened", user=by)


@transaction.atomic
def extend_contest(*, contest: Contest, closes_on: dt.date, by: Member) -> None:
    """Let the contest last longer; never shorter, because people have planned by it."""
    _must_run(by, contest)
    if closes_on <= contest.closes_on:
        raise ContestFixedError(_("竞赛发布以后只能延长：新的结束日期要晚于原来的结束日期。"))
    if closes_on - contest.opens_on > LONGEST:
        raise ContestFixedError(_("竞赛从开始到结束不能超过一年，请核对年份。"))
    before = contest.closes_on
    rows = Contest.objects.filter(pk=contest.pk, state=ContestState.OPEN, closes_on__lt=closes_on)
    if not rows.update(closes_on=closes_on):
        raise ContestFixedError(_("这场竞赛现在不能延长，请刷新页面看它的状态。"))
    contest.closes_on = closes_on
    said = {"before": before.isoformat(), "after": closes_on.isoformat()}
    log(instance=contest, action="exams.contest_extended", user=by, data=said)


@transaction.atomic
def close_contest(*, contest: Contest, by: Member) -> None:
    """End the contest: the board stands, with the people of this day or of its last one."""
    _must_run(by, contest)
    held = _held(contest)
    open_ones = [
        one.exam.title
        for one in queries.rounds_of(held)
        if one.exam.state not in (ExamState.RELEASED, ExamState.CANCELLED)
    ]
    if open_ones:
        raise ContestNotReadyError(
            _(
                "“%(title)s”的成绩还没有公布。请先公布成绩、取消这一轮考试，或者移除没有人参加的轮次。"
            )
            % {"title": open_ones[0]}
        )
    advance_or_raise(
        contest,
        to=ContestState.CLOSED,
        from_=[ContestState.OPEN],
        message=_("只有已发布的竞赛可以结束。"),
        closed_on=clock.today(),
    )
    log(instance=contest, action="exams.contest_closed", user=by)


@transaction.atomic
def cancel_contest(*, contest: Contest, reason: str, by: Member) -> None:
    """Call the contest off and say why. Its exams go on as they are; they can be cancelled too."""
    _must_run(by, contest)
    reason = reason.strip()
    if not reason:
        raise ContestFixedError(_("请写明取消的原因，参赛人员会看到。"))
    advance_or_raise(
        contest,
        to=ContestState.CANCELLED,
        from_=[ContestState.OPEN],
        message=_("只有已发布、还没有结束的竞赛可以取消。"),
        cancelled_reason=reason[:200],
    )
    log(instance=contest, action="exams.contest_cancelled", user=by, data={"reason": reason[:200]})


def copy_contest(*, contest: Contest, by: Member) -> Contest:
    """A draft with the same rules and no rounds, from a week on for as many days."""
    values = {name: getattr(contest, name) for name in FIELDS}
    length = contest.closes_on - contest.opens_on
    values["opens_on"] = max(contest.opens_on, clock.today()) + COPIED_LATER
    values["closes_on"] = values["opens_on"] + length
    values["title"] = (_("%(title)s（副本）") % {"title": contest.title})[:120]
    return create_contest(contest=Contest(**values), topics=list(contest.topics.all()), by=by)


# --- Rounds ---------------------------------------------------------------------------------------


@transaction.atomic
def add_round(*, contest: Contest, exam: Exam, weight: int, by: Member) -> ContestRound:
    """Make an exam a round of the contest. Raises RoundError for one that does not fit."""
    _must_run(by, contest)
    held = _held(contest)
    if not can_change_rounds(held):
        raise RoundError(_("竞赛已经结束或取消，不能再加轮次。"))
    if not 1 <= weight <= HEAVIEST:
        raise RoundError(_("权重应是 1 到 10 的整数。"))
    found = queries.exams_for_rounds(held).filter(pk=exam.pk).first()
    if found is None:
        raise RoundError(
            _("这场考试不能作为轮次：要由同一单位举办、面向全体党员、还没有公布成绩，"
              "也没有用在别的竞赛里。")
        )  # fmt: skip
    if not _is_within(held, found):
        raise RoundError(_("考试时间不在竞赛日期之内，请改考试时间或延长竞赛。"))
    if held.rounds.count() >= MOST_ROUNDS:
        raise RoundError(_("一场竞赛最多 20 轮。"))
    return ContestRound.objects.create(contest=held, exam=found, weight=weight)


@transaction.atomic
def remove_round(*, contest: Contest, round_id: int, by: Member) -> None:
    """Take an exam out of the contest; once somebody has begun it, it counts for good."""
    _must_run(by, contest)
    held = _held(contest)
    found = held.rounds.select_related("exam").filter(pk=round_id).first()
    if found is None or not can_change_rounds(held):
        raise RoundError(_("这一轮已经移除，或者竞赛已经结束。请刷新页面。"))
    called_off = found.exam.state == ExamState.CANCELLED
    if not called_off and Attempt.objects.filter(exam=found.exam_id).exists():
        raise RoundError(_("已经有人参加这一轮，不能移除。确实不能算数的，请取消这场考试。"))
    found.delete()


# --- Ranking of persons ---------------------------------------------------------------------------


@transaction.atomic
def turn_ranking(*, contest: Contest, is_on: bool, ground: str, by: Member) -> RankingChange:
    """Let persons who agree stand on the board by name, on a named ground; or no longer."""
    _must_run(by, contest)
    held = _held(contest)
    ground = ground.strip()
    if not ground:
        raise RankingError(
            _("请写明依据，例如上级批准的文件名称和文号；没有依据不能开启。")
            if is_on
            else _("请写明关闭的原因。")
        )
    if held.state not in (ContestState.OPEN, ContestState.CLOSED):
        raise RankingError(_("竞赛发布以后、没有取消的，才能开启或关闭个人排名。"))
    if queries.ranks_persons(held) == is_on:
        raise RankingError(_("个人排名已经是开启的。") if is_on else _("个人排名本来就没有开启。"))
    change = RankingChange.objects.create(
        contest=held, is_on=is_on, ground=ground[:400], by=by, at=clock.now()
    )
    action = "exams.contest_ranking_on" if is_on else "exams.contest_ranking_off"
    log(instance=held, action=action, user=by, data={"ground": change.ground})
    return change


def _must_run(by: Member, contest: Contest) -> None:
    if not can_run(by, contest):
        raise NotYourContestError(_("竞赛由举办单位的管理员办理。"))


def _held(contest: Contest) -> Contest:
    """The contest as it stands, under a lock: whoever changes it waits."""
    locked = Contest.objects.select_for_update(no_key=True, of=("self",)).select_related("branch")
    return locked.get(pk=contest.pk)


def _is_within(contest: Contest, exam: Exam) -> bool:
    first, last = clock.local_date(exam.opens_at), clock.local_date(exam.closes_at)
    return contest.opens_on <= first and last <= contest.closes_on
