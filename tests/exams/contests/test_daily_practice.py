"""A day's practice: once a question, by the server's day, and never a debt."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from exams.contests import member_services, queries
from exams.contests.board import standings_of
from exams.contests.daily import drawn, seed_of
from exams.contests.errors import DailyPracticeError
from exams.contests.models import Contest, DailyDraw, DailyPractice
from exams.credit.models import StudyHourEntry
from exams.practice.models import PracticeCard
from exams.practice.services import PracticeError, arrangement_for
from exams.questions.models import Question
from exams.questions.services import retire
from exams.questions.types import question_type
from lms.core import clock
from lms.members.models import Member
from tests.factories.contests import make_contest, make_pool
from tests.factories.members import BranchTree, make_member
from tests.factories.papers import make_topic

RIGHT, WRONG = "32学时", "8学时"
DAY = dt.timedelta(days=1)


@pytest.fixture
def contest(tree: BranchTree, officer: Member) -> Contest:
    make_pool(tree.general, 9)
    return make_contest(tree.general, by=officer, daily_questions=3)


def today(contest: Contest, by: Member) -> queries.Today:
    return queries.today_of(contest, by, clock.today())


def pool(contest: Contest) -> list[int]:
    return list(queries.pool_of(contest).values_list("pk", flat=True))


def answer(contest: Contest, by: Member, key: int, option: str = RIGHT) -> bool:
    """As the page sends it: the place of the option on the screen."""
    question = Question.objects.select_related("current").get(pk=key)
    version: Any = question.current
    card = PracticeCard.objects.filter(member=by, question=question).first()
    order = arrangement_for(by, question, card)
    options = question_type(question.kind).arranged(version.content, order)["options"]
    return member_services.answer_daily(
        contest=contest, question=question, by=by, version_id=version.pk,
        sent={"choice": [str(options.index(option))]},
    )  # fmt: skip


def test_everybody_is_asked_the_same_on_one_day_and_something_else_tomorrow(
    tree: BranchTree, contest: Contest, noon: time_machine.Traveller
) -> None:
    one, other = make_member(tree.first), make_member(tree.second)
    first = today(contest, one).questions
    assert len(first) == 3
    assert today(contest, other).questions == first
    Contest.objects.filter(pk=contest.pk).update(daily_draw=DailyDraw.OWN)
    contest.refresh_from_db()
    for member in (one, other):
        own = drawn(pool(contest), count=3, seed=seed_of(contest.pk, "2026-11-18", member.pk))
        assert today(contest, member).questions == own
    noon.shift(DAY)
    contest.daily_draw = DailyDraw.SAME
    tomorrow = drawn(pool(contest), count=3, seed=seed_of(contest.pk, "2026-11-19"))
    assert today(contest, one).questions == tomorrow


def test_only_the_topics_of_the_contest_here_and_above_are_asked(
    tree: BranchTree, officer: Member
) -> None:
    topic, above, below = (
        make_topic(branch) for branch in (tree.general, tree.committee, tree.first)
    )
    asked = [
        *make_pool(tree.general, 2, topic=topic),
        *make_pool(tree.committee, 1, topic=above),
    ]
    make_pool(tree.general, 2)
    make_pool(tree.first, 2, topic=below)
    closed = make_pool(tree.general, 1, topic=topic)[0]
    retire(question=closed, by=officer)
    contest = make_contest(
        tree.general, by=officer, daily_questions=9, topics=[topic, above, below]
    )
    found = today(contest, make_member(tree.first)).questions
    assert sorted(found) == sorted(each.pk for each in asked)


def test_the_first_answer_of_the_day_counts_and_all_of_them_make_the_day(
    tree: BranchTree, contest: Contest
) -> None:
    member = make_member(tree.first)
    questions = today(contest, member).questions
    assert answer(contest, member, questions[0], WRONG) is False
    with pytest.raises(DailyPracticeError, match="以第一次作答为准"):
        answer(contest, member, questions[0], RIGHT)
    card = PracticeCard.objects.get()
    assert (card.times, card.is_in_book) == (1, True)
    assert answer(contest, member, questions[1]) is True
    kept = DailyPractice.objects.get()
    assert (kept.day, kept.is_complete) == (dt.date(2026, 11, 18), False)
    answer(contest, member, questions[2])
    now = today(contest, member)
    assert (now.answered, now.right, now.is_complete, now.next_question) == (3, 2, True, None)
    assert DailyPractice.objects.get().is_complete is True
    assert queries.complete_days(contest, [member.pk]) == {member.pk: 1}
    (player,) = [
        one for one in standings_of(contest, clock.today()).players if one.key == member.pk
    ]
    assert (player.has_practised, player.results) == (True, {})
    assert StudyHourEntry.objects.count() == 0


def test_the_day_is_the_servers_and_a_missed_one_is_no_debt(
    tree: BranchTree, contest: Contest, noon: time_machine.Traveller
) -> None:
    member = make_member(tree.first)
    yesterday = today(contest, member).questions
    noon.move_to(dt.datetime(2026, 11, 18, 15, 59, 59, tzinfo=dt.UTC))
    answer(contest, member, yesterday[0])
    noon.shift(1)  # midnight in the school's time zone
    tomorrow = today(contest, member)
    assert (tomorrow.answered, len(tomorrow.questions)) == (0, 3)
    stale = next(each for each in pool(contest) if each not in tomorrow.questions)
    with pytest.raises(DailyPracticeError, match="可能已经过了零点"):
        answer(contest, member, stale)
    noon.shift(5 * DAY)
    assert len(today(contest, member).questions) == 3
    assert DailyPractice.objects.count() == 1


def test_nothing_is_asked_before_after_or_when_called_off(
    tree: BranchTree, contest: Contest, noon: time_machine.Traveller
) -> None:
    member = make_member(tree.first)
    key = today(contest, member).questions[0]
    for fields in (
        {"state": "cancelled"}, {"state": "closed"}, {"state": "draft"}, {"daily_questions": 0},
    ):  # fmt: skip
        Contest.objects.filter(pk=contest.pk).update(**fields)
        contest.refresh_from_db()
        with pytest.raises(DailyPracticeError, match="现在没有每日一练"):
            answer(contest, member, key)
        Contest.objects.filter(pk=contest.pk).update(state="open", daily_questions=3)
    contest.refresh_from_db()
    for days in (-2, 14):
        noon.shift(days * DAY)
        with pytest.raises(DailyPracticeError, match="现在没有每日一练"):
            answer(contest, member, key)
    assert DailyPractice.objects.count() == 0


def test_a_question_taken_from_the_bank_at_noon_takes_nothing_from_who_answered_it(
    tree: BranchTree, contest: Contest, officer: Member
) -> None:
    member, other = make_member(tree.first), make_member(tree.first)
    before = today(contest, member).questions
    answer(contest, member, before[0])
    for key in before[:2]:
        retire(question=Question.objects.get(pk=key), by=officer)
    now = today(contest, member)
    assert len(now.questions) == 3
    assert {before[0], before[2]} < set(now.questions)
    assert before[1] not in now.questions
    assert len(set(today(contest, other).questions) & {*before[:2]}) == 0
    with pytest.raises(PracticeError, match="请先作答"):
        member_services.answer_daily(
            contest=contest, question=Question.objects.get(pk=before[2]), by=member,
            version_id=Question.objects.get(pk=before[2]).current_id or 0, sent={},
        )  # fmt: skip
    assert today(contest, member).answered == 1
