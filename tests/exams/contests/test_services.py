"""A contest from its making to its end, and every way out of each state."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from wagtail.models import ModelLogEntry

from exams.attempts.models import Exam, ExamState
from exams.contests import queries, services
from exams.contests.errors import (
    ContestFixedError,
    ContestNotReadyError,
    NotYourContestError,
    RankingError,
    RoundError,
)
from exams.contests.models import Contest, ContestRound, RankingChange
from exams.papers.exam_services import cancel_exam
from lms.core import clock
from lms.core.states import StateMovedError
from lms.members.models import Member
from tests.factories.contests import (
    GROUND,
    make_contest,
    make_pool,
    make_round,
    release,
    sat,
    turn_ranking_on,
)
from tests.factories.exam_attempts import make_exam
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_instructor,
    make_member,
    make_secretary,
)
from tests.factories.papers import make_topic
from tests.factories.training import make_class

DAY = dt.timedelta(days=1)


def again(contest: Contest) -> Contest:
    return Contest.objects.select_related("branch").get(pk=contest.pk)


def test_who_administers_the_branch_runs_its_contest_and_nobody_else(
    tree: BranchTree, officer: Member
) -> None:
    contest = make_contest(tree.general, by=officer)
    exam = make_exam(tree.general)
    strangers = [
        make_member(tree.general), make_secretary(tree.general), make_instructor(tree.general),
        make_administrator(tree.first), make_administrator(tree.third),
    ]  # fmt: skip
    verbs: list[Any] = [
        lambda by: services.add_round(contest=contest, exam=exam, weight=1, by=by),
        lambda by: services.turn_ranking(contest=contest, is_on=True, ground=GROUND, by=by),
        lambda by: services.extend_contest(
            contest=again(contest), closes_on=contest.closes_on + DAY, by=by
        ),
        lambda by: services.cancel_contest(contest=again(contest), reason="重办", by=by),
        lambda by: services.copy_contest(contest=contest, by=by),
        lambda by: services.open_contest(contest=contest, by=by),
        lambda by: services.close_contest(contest=contest, by=by),
        lambda by: services.discard_contest(contest=contest, by=by),
        lambda by: services.update_contest(contest=contest, topics=[], by=by),
        lambda by: services.remove_round(contest=contest, round_id=1, by=by),
    ]
    for stranger in strangers:
        for verb in verbs:
            with pytest.raises(NotYourContestError):
                verb(stranger)
    for verb in verbs[:5]:
        verb(make_administrator(tree.committee))
    assert again(contest).state == "cancelled"


def test_what_a_contest_lacks_is_said_before_it_is_announced(
    tree: BranchTree, officer: Member
) -> None:
    today = clock.today()
    contest = make_contest(
        tree.general, by=officer, opened=False, daily_questions=3,
        opens_on=today - 9 * DAY, closes_on=today - DAY,
    )  # fmt: skip
    make_pool(tree.committee, 1)
    make_pool(tree.first, 9)  # below: not everybody may practise these
    late = ContestRound.objects.create(
        contest=contest, exam=make_exam(tree.general, title="第一轮", state=ExamState.CANCELLED)
    )
    assert services.problems_of(contest) == [
        "结束日期已经过去，请改开始和结束日期。",
        "每日一练要 3 题，本级和上级题库里开放练习的只有 1 题。请开放更多题目，或者少出几题。",
        "“第一轮”的时间不在竞赛日期之内，请改考试时间或竞赛日期。",
        "“第一轮”已经取消，请从轮次里移除。",
    ]
    with pytest.raises(ContestNotReadyError, match="结束日期已经过去"):
        services.open_contest(contest=contest, by=officer)
    services.remove_round(contest=contest, round_id=late.pk, by=officer)
    contest.daily_questions = 0
    contest.closes_on = today + 400 * DAY
    services.update_contest(contest=contest, topics=[], by=officer)
    assert services.problems_of(again(contest)) == [
        "竞赛既没有轮次，也没有每日一练。请至少安排一样。",
        "竞赛从开始到结束不能超过一年，请核对年份。",
    ]


def test_a_draft_is_changed_or_thrown_away_and_an_announced_one_is_not(
    tree: BranchTree, officer: Member
) -> None:
    topic = make_topic(tree.general)
    make_pool(tree.general, 3, topic=topic)
    contest = make_contest(tree.general, by=officer, opened=False, daily_questions=3)
    contest.title = "改名"
    services.update_contest(contest=contest, topics=[topic], by=officer)
    services.open_contest(contest=contest, by=officer)
    found = again(contest)
    assert (found.title, found.state, list(found.topics.all())) == ("改名", "open", [topic])
    with pytest.raises(ContestFixedError, match="已经发布"):
        services.update_contest(contest=contest, topics=[], by=officer)
    with pytest.raises(ContestFixedError, match="不能删除"):
        services.discard_contest(contest=contest, by=officer)
    with pytest.raises(StateMovedError):
        services.open_contest(contest=contest, by=officer)
    draft = services.copy_contest(contest=found, by=officer)
    assert (draft.title, draft.state, draft.opens_on, draft.closes_on - draft.opens_on) == (
        "改名（副本）", "draft", clock.today() + 7 * DAY, found.closes_on - found.opens_on,
    )  # fmt: skip
    assert list(draft.topics.all()) == [topic]
    services.discard_contest(contest=draft, by=officer)
    assert list(Contest.objects.all()) == [contest]


def test_a_contest_lasts_longer_never_shorter(tree: BranchTree, officer: Member) -> None:
    contest = make_contest(tree.general, by=officer)
    last = contest.closes_on
    for wrong in (last, last - DAY, last + 400 * DAY):
        with pytest.raises(ContestFixedError):
            services.extend_contest(contest=again(contest), closes_on=wrong, by=officer)
    services.extend_contest(contest=contest, closes_on=last + 5 * DAY, by=officer)
    assert again(contest).closes_on == last + 5 * DAY
    services.cancel_contest(contest=contest, reason="疫情", by=officer)
    with pytest.raises(ContestFixedError, match="现在不能延长"):
        services.extend_contest(contest=contest, closes_on=last + 9 * DAY, by=officer)
    actions = ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["exams.contest_extended", "exams.contest_cancelled"]


def test_it_ends_when_every_round_is_released_or_called_off(
    tree: BranchTree, officer: Member
) -> None:
    contest = make_contest(tree.general, by=officer)
    first, second = make_round(contest, title="第一轮"), make_round(contest, title="第二轮")
    for open_one in (first, second):
        with pytest.raises(ContestNotReadyError, match=f"“{open_one.exam.title}”的成绩还没有公布"):
            services.close_contest(contest=contest, by=officer)
        if open_one is first:
            release(first.exam)
        else:
            cancel_exam(exam=second.exam, reason="停电", by=officer)
    services.close_contest(contest=contest, by=officer)
    found = again(contest)
    assert (found.state, found.closed_on) == ("closed", clock.today())
    with pytest.raises(StateMovedError):
        services.cancel_contest(contest=contest, reason="重办", by=officer)
    with pytest.raises(RoundError):
        services.add_round(contest=contest, exam=make_exam(tree.general), weight=1, by=officer)


def test_calling_off_needs_a_reason(tree: BranchTree, officer: Member) -> None:
    contest = make_contest(tree.general, by=officer)
    with pytest.raises(ContestFixedError, match="请写明取消的原因"):
        services.cancel_contest(contest=contest, reason="  ", by=officer)
    services.cancel_contest(contest=contest, reason=" 与培训冲突 ", by=officer)
    found = again(contest)
    assert (found.state, found.cancelled_reason) == ("cancelled", "与培训冲突")


def test_a_round_is_an_exam_of_the_same_branch_for_everybody_in_the_contests_days(
    tree: BranchTree, officer: Member
) -> None:
    contest = make_contest(tree.general, by=officer)
    fitting = make_exam(tree.general)
    services.add_round(contest=contest, exam=fitting, weight=2, by=officer)
    of_class = make_class(tree.general, by=officer)
    now = clock.now()
    wrong = {
        "不能作为轮次": [
            fitting,
            make_exam(tree.first),
            make_exam(tree.committee),
            make_exam(tree.general, training_class=of_class),
            make_exam(tree.general, state=ExamState.RELEASED),
        ],
        "不在竞赛日期之内": [
            make_exam(tree.general, opens_at=now - 5 * DAY),
            make_exam(tree.general, closes_at=now + 30 * DAY),
        ],
    }
    for sentence, exams in wrong.items():
        for exam in exams:
            with pytest.raises(RoundError, match=sentence):
                services.add_round(contest=contest, exam=exam, weight=1, by=officer)
    for weight in (0, 11):
        with pytest.raises(RoundError, match="权重"):
            services.add_round(
                contest=contest, exam=make_exam(tree.general), weight=weight, by=officer
            )
    (found,) = queries.rounds_of(contest)
    assert (found.exam, found.weight) == (fitting, 2)


def test_a_round_somebody_has_begun_stays(tree: BranchTree, officer: Member) -> None:
    contest = make_contest(tree.general, by=officer)
    begun, fresh = make_round(contest), make_round(contest)
    sat(begun, make_member(tree.first), "5", state="finished")
    with pytest.raises(RoundError, match="已经有人参加"):
        services.remove_round(contest=contest, round_id=begun.pk, by=officer)
    services.remove_round(contest=contest, round_id=fresh.pk, by=officer)
    with pytest.raises(RoundError, match="已经移除"):
        services.remove_round(contest=contest, round_id=fresh.pk, by=officer)
    assert [one.pk for one in queries.rounds_of(contest)] == [begun.pk]
    assert Exam.objects.filter(pk=fresh.exam_id).exists()


def test_ranking_persons_needs_a_ground_and_stays_on_record(
    tree: BranchTree, officer: Member
) -> None:
    contest = make_contest(tree.general, by=officer)
    assert queries.ranks_persons(contest) is False
    with pytest.raises(RankingError, match="请写明依据"):
        services.turn_ranking(contest=contest, is_on=True, ground=" ", by=officer)
    with pytest.raises(RankingError, match="本来就没有开启"):
        services.turn_ranking(contest=contest, is_on=False, ground="不办了", by=officer)
    turn_ranking_on(contest, by=officer)
    assert queries.ranks_persons(contest) is True
    with pytest.raises(RankingError, match="已经是开启的"):
        turn_ranking_on(contest, by=officer)
    services.turn_ranking(contest=contest, is_on=False, ground="上级要求关闭", by=officer)
    assert queries.ranks_persons(contest) is False
    changes = RankingChange.objects.order_by("pk").values_list("is_on", "ground", "by")
    assert list(changes) == [(True, GROUND, officer.pk), (False, "上级要求关闭", officer.pk)]
    logged = ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(logged) == ["exams.contest_ranking_on", "exams.contest_ranking_off"]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RankingChange.objects.update(ground="改写")
    for state in ("draft", "cancelled"):
        Contest.objects.filter(pk=contest.pk).update(state=state)
        with pytest.raises(RankingError, match="竞赛发布以后"):
            turn_ranking_on(contest, by=officer)
