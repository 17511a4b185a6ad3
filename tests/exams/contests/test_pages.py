"""A member's pages of contests: the list, the lobby, today's practice, the board, the result."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.attempts.models import ExamState
from exams.contests import queries, services
from exams.contests.models import ContestRound, DailyPractice, NamedShowing
from exams.papers.exam_services import cancel_exam
from lms.core import clock
from lms.members.models import Member
from tests.factories.contests import (
    make_contest,
    make_pool,
    make_round,
    release,
    sat,
    turn_ranking_on,
)
from tests.factories.exam_attempts import make_exam
from tests.factories.members import BranchTree, make_member

DAY = dt.timedelta(days=1)


@pytest.fixture
def member(tree: BranchTree, client: Client) -> Member:
    made = make_member(tree.first, name="张秀英")
    client.force_login(made)
    return made


def told(answer: Any) -> list[str]:
    return [str(message).strip() for message in answer.context["messages"]]


@pytest.mark.slow
def test_a_contest_is_seen_by_its_subtree_once_announced_and_by_nobody_else(
    tree: BranchTree, officer: Member, client: Client
) -> None:
    today = clock.today()
    shown = {
        "进行": make_contest(tree.general, by=officer, title="进行"),
        "将来": make_contest(
            tree.general, by=officer, title="将来", opens_on=today + DAY, closes_on=today + DAY
        ),
        "已停": make_contest(tree.general, by=officer, title="已停"),
        "上级": make_contest(tree.committee, title="上级"),
    }
    services.cancel_contest(contest=shown["已停"], reason="与培训冲突", by=officer)
    draft = make_contest(tree.general, by=officer, title="草稿", opened=False)
    below = make_contest(tree.second, title="旁边")
    client.force_login(make_member(tree.first))
    groups = [
        (words, sorted(row.contest.title for row in rows))
        for words, rows in client.get("/contests/").context["groups"]
    ]
    assert groups == [
        ("正在进行", ["上级", "进行"]), ("即将开始", ["将来"]), ("已结束", ["已停"]),
    ]  # fmt: skip
    for contest, status in (*((each, 200) for each in shown.values()), (draft, 404), (below, 404)):
        assert client.get(f"/contests/{contest.pk}/").status_code == status
    page = client.get(f"/contests/{shown['已停'].pk}/").content.decode()
    assert "竞赛已取消：与培训冲突" in page
    for part in ("board", "result"):
        assert client.get(f"/contests/{shown['已停'].pk}/{part}/").status_code == 404
    client.force_login(make_member(tree.third))
    assert [
        client.get(f"/contests/{shown[title].pk}/").status_code for title in ("进行", "上级")
    ] == [404, 200]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    tree: BranchTree, officer: Member, member: Member, client: Client, count: int
) -> None:
    for _each in range(count):
        make_round(make_contest(tree.general, by=officer))
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/contests/")
    ((_words, rows),) = page.context["groups"]
    assert [row.contest.round_count for row in rows] == [1] * count
    assert len(asked) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_lobby_costs_the_same_for_one_round_and_for_three(
    tree: BranchTree, officer: Member, member: Member, client: Client, count: int
) -> None:
    make_pool(tree.general, 5)
    contest = make_contest(tree.general, by=officer, daily_questions=count)
    for _each in range(count):
        make_round(contest)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/contests/{contest.pk}/")
    assert (len(page.context["rounds"]), len(page.context["today"].questions)) == (count, count)
    assert len(asked) == 11


def test_the_lobby_leads_to_the_rounds_and_says_the_rules(
    tree: BranchTree, officer: Member, member: Member, client: Client
) -> None:
    contest = make_contest(tree.general, by=officer, best_of=4, participation_percent=30)
    sat_one, called_off = make_round(contest, title="第一轮"), make_round(contest, title="第二轮")
    ContestRound.objects.create(
        contest=contest, exam=make_exam(tree.general, title="未定的一轮", state=ExamState.DRAFT)
    )
    attempt = sat(sat_one, member, "12")
    release(sat_one.exam)
    cancel_exam(exam=called_off.exam, reason="停电", by=officer)
    page = client.get(f"/contests/{contest.pk}/")
    rows = [
        (row.number, row.round.exam.title, row.standing.words) for row in page.context["rounds"]
    ]
    assert rows == [(1, "第一轮", "已交卷"), (2, "第二轮", "已取消")]
    words = page.content.decode()
    assert [text in words for text in (f"/exams/{attempt.pk}/result/", "未定的一轮")] == [
        True,
        False,
    ]
    assert page.context["team_rules"] == [
        "各党支部之间比：每人算在所在的组织里。",
        "成绩分是本组织最好的 4 个人的平均，人多人少都只看 4 个人，没有参加的按 0 分算。",
        "应参与不足 4 人的组织，按全部应参与的人平均，不因人少吃亏，也不因人少占便宜。",
        "参与率是参加过任何一轮、或者做完过一天每日一练的人，占应参与人数的比例；"
        "当年没有学习要求、也没有参加的，不算应参与。",
        "组织得分 = 成绩分 × 70% + 参与率 × 30%，得分相同的并列。",
    ]
    assert page.context["person_rules"][-1] == (
        "不参加没有任何后果。个人的名次只有本人看得到，除非本人同意公开。"
    )


def choice(client: Client, address: str, option: str) -> dict[str, str]:
    """What the form sends for this option, as it stands on the screen."""
    context = client.get(address).context
    options = context["content"]["options"]
    return {"version": str(context["version"].pk), "q-choice": str(options.index(option))}


@pytest.mark.slow
def test_todays_practice_is_answered_question_by_question(
    tree: BranchTree,
    officer: Member,
    member: Member,
    client: Client,
    noon: time_machine.Traveller,
) -> None:
    make_pool(tree.general, 6)
    contest = make_contest(tree.general, by=officer, daily_questions=2)
    daily = f"/contests/{contest.pk}/daily/"
    first, second = queries.today_of(contest, member, clock.today()).questions
    page = client.get(daily)
    assert [(row["number"], row["is_answered"]) for row in page.context["rows"]] == [
        (1, False), (2, False),
    ]  # fmt: skip
    assert client.get(f"{daily}{first}/answer/").status_code == 404
    empty = client.post(
        f"{daily}{first}/", {"version": choice(client, f"{daily}{first}/", "8学时")["version"]}
    )
    assert (empty.status_code, empty.context["refused"]) == (422, "请先作答，再看答案。")
    answer = client.post(f"{daily}{first}/", choice(client, f"{daily}{first}/", "8学时"))
    assert (answer.status_code, answer["Location"]) == (302, f"{daily}{first}/answer/")
    shown = client.get(f"{daily}{first}/answer/")
    assert (shown.context["is_right"], shown.context["next_url"]) == (False, f"{daily}{second}/")
    assert client.get(f"{daily}{first}/")["Location"] == f"{daily}{first}/answer/"
    client.post(f"{daily}{second}/", choice(client, f"{daily}{second}/", "32学时"))
    shown = client.get(f"{daily}{second}/answer/")
    assert (shown.context["is_last"], shown.context["next_url"]) == (True, daily)
    page = client.get(daily)
    assert "今天的题做完了，答对 1 题，共 2 题" in page.content.decode()
    again = client.post(f"{daily}{second}/", {"version": "1", "q-choice": "0"}, follow=True)
    assert told(again) == ["这道题今天已经答过，以第一次作答为准。"]
    other = client.get(f"{daily}{make_pool(tree.general, 1)[0].pk}/", follow=True)
    assert told(other) == ["这道题不在今天的题目里。"]
    assert DailyPractice.objects.get().answers == {str(first): False, str(second): True}
    noon.shift(20 * DAY)
    client.force_login(member)
    over = client.get(daily, follow=True)
    assert (told(over), over.redirect_chain[-1][0]) == (
        ["现在没有每日一练。"], f"/contests/{contest.pk}/",
    )  # fmt: skip


@pytest.mark.slow
def test_a_name_is_given_and_taken_back_by_its_owner_alone(
    tree: BranchTree, officer: Member, member: Member, client: Client
) -> None:
    contest = make_contest(tree.general, by=officer)
    round_ = make_round(contest)
    sat(round_, member, "15")
    release(round_.exam)
    board, showing = f"/contests/{contest.pk}/board/", f"/contests/{contest.pk}/showing/"
    assert "本次竞赛没有开启个人排名" in client.get(board).content.decode()
    refused = client.post(showing, {"show": "yes"}, follow=True)
    assert told(refused) == ["本次竞赛没有开启个人排名，成绩只有您自己看得到。"]
    turn_ranking_on(contest, by=officer)
    other = Client()
    other.force_login(make_member(tree.second))
    assert "张秀英" not in other.get(board).content.decode()
    assert client.get(board).context["board"].top == []
    client.post(showing, {"show": "yes"})
    assert "张秀英" in other.get(board).content.decode()
    client.post(showing, {"show": "no"})
    assert ("张秀英" in other.get(board).content.decode(), NamedShowing.objects.count()) == (
        False,
        0,
    )
    assert client.post(showing, {"show": "maybe"}).status_code == 404


def test_the_own_result_lists_the_rounds_that_count(
    tree: BranchTree, officer: Member, member: Member, client: Client
) -> None:
    contest = make_contest(tree.general, by=officer, daily_questions=1)
    (key,) = [one.pk for one in make_pool(tree.general, 1)]
    address = f"/contests/{contest.pk}/daily/{key}/"
    client.post(address, choice(client, address, "32学时"))
    out, missed = make_round(contest, title="第一轮", weight=2), make_round(contest, title="第二轮")
    waiting = make_round(contest, title="第三轮")
    sat(out, member, "12", seconds=83.25)
    sat(waiting, member, "15")
    for round_ in (out, missed):
        release(round_.exam)
    page = client.get(f"/contests/{contest.pk}/result/")
    lines = [(line.number, line.round.exam.title, line.used) for line in page.context["lines"]]
    assert lines == [(1, "第一轮", "01:23.250"), (2, "第二轮", "")]
    own = page.context["board"].own
    assert (str(own.score), own.place, page.context["waiting"], page.context["practised"]) == (
        "53.33", 1, 1, 1,
    )  # fmt: skip


def test_before_any_result_the_pages_say_what_will_stand_there(
    tree: BranchTree, officer: Member, member: Member, client: Client
) -> None:
    contest = make_contest(tree.general, by=officer)
    make_round(contest)
    board = client.get(f"/contests/{contest.pk}/board/").content.decode()
    for sentence in ("第一轮成绩公布以后才有得分和名次", "成绩公布以后，您的名次显示在这里"):
        assert sentence in board
    assert "还有 1 轮没有公布成绩" in client.get(f"/contests/{contest.pk}/result/").content.decode()
