"""The back office's pages of contests: what the buttons do, what is refused in words, the files."""

import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from exams.contests import queries
from exams.contests.models import Contest
from lms.core import clock
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
from tests.factories.members import BranchTree, make_member
from tests.factories.papers import make_topic

DAY = dt.timedelta(days=1)


@pytest.fixture
def signed_in(officer: Member, client: Client) -> Client:
    client.force_login(officer)
    return client


def told(answer: Any) -> str:
    """What was said last."""
    return [str(message).strip() for message in answer.context["messages"]][-1]


def sent(tree: BranchTree, **changed: Any) -> dict[str, Any]:
    today = clock.today()
    return {
        "title": "党章知识竞赛", "branch": tree.general.pk, "description": "重在学习。",
        "opens_on": today.isoformat(), "closes_on": (today + 9 * DAY).isoformat(),
        "daily_questions": "2", "daily_draw": "same", "team_kind": "branches", "best_of": "5",
        "participation_percent": "20", **changed,
    }  # fmt: skip


@pytest.mark.slow
def test_a_contest_is_made_changed_announced_run_and_ended(
    tree: BranchTree, signed_in: Client
) -> None:
    topic = make_topic(tree.general)
    make_pool(tree.general, 2, topic=topic)
    wrong = signed_in.post(
        "/admin/contests/new/",
        sent(tree, closes_on=(clock.today() - DAY).isoformat(), best_of="0",
             participation_percent="101", daily_questions="21"),
    )  # fmt: skip
    assert wrong.context["form"].errors == {
        "closes_on": ["结束日期不能早于开始日期。"],
        "daily_questions": ["每天最多 20 题。"],
        "best_of": ["应是 1 到 100 的整数。"],
        "participation_percent": ["应是 0 到 100 的整数。"],
    }
    elsewhere = signed_in.post("/admin/contests/new/", sent(tree, branch=tree.third.pk))
    assert list(elsewhere.context["form"].errors) == ["branch"]
    signed_in.post("/admin/contests/new/", sent(tree, topics=[topic.pk]))
    contest = Contest.objects.get()
    assert (contest.title, list(contest.topics.all())) == ("党章知识竞赛", [topic])
    signed_in.post(f"/admin/contests/edit/{contest.pk}/", sent(tree, title="知识竞赛", topics=[]))
    contest.refresh_from_db()
    assert (contest.title, contest.topics.count()) == ("知识竞赛", 0)

    page = f"/admin/contests/{contest.pk}/"
    exam = make_exam(tree.general, title="第一轮")
    added = signed_in.post(page, {"action": "add", "exam": exam.pk, "weight": "3"}, follow=True)
    assert told(added) == "已加为一轮。"
    failed = signed_in.post(page, {"action": "add", "exam": exam.pk, "weight": "3"})
    assert (failed.status_code, list(failed.context["round_form"].errors)) == (422, ["exam"])
    signed_in.post(page, {"action": "open"})
    contest.refresh_from_db()
    assert contest.state == "open"
    assert signed_in.get(f"/admin/contests/edit/{contest.pk}/").status_code == 404
    assert signed_in.get(f"/admin/contests/delete/{contest.pk}/").status_code == 404

    refused = signed_in.post(page, {"action": "close"}, follow=True)
    assert told(refused).startswith("“第一轮”的成绩还没有公布。")
    (round_,) = queries.rounds_of(contest)
    signed_in.post(page, {"action": "remove", "round": round_.pk})
    earlier = signed_in.post(page, {"action": "extend", "closes_on": clock.today().isoformat()})
    assert earlier.status_code == 200
    later = clock.today() + 20 * DAY
    signed_in.post(page, {"action": "extend", "closes_on": later.isoformat()})
    signed_in.post(page, {"action": "close"})
    contest.refresh_from_db()
    assert (contest.state, contest.closes_on, queries.rounds_of(contest)) == ("closed", later, [])
    copied = signed_in.post(page, {"action": "copy"}, follow=True)
    assert told(copied) == "已复制为草稿，请核对日期，另加轮次。"
    draft = Contest.objects.get(state="draft")
    signed_in.post(f"/admin/contests/delete/{draft.pk}/")
    assert Contest.objects.get() == contest


def test_calling_off_asks_for_the_reason_and_members_read_it(
    tree: BranchTree, officer: Member, signed_in: Client
) -> None:
    contest = make_contest(tree.general, by=officer)
    page = f"/admin/contests/{contest.pk}/"
    missing = signed_in.post(page, {"action": "cancel", "reason": ""})
    assert (missing.status_code, list(missing.context["cancel"].errors)) == (422, ["reason"])
    signed_in.post(page, {"action": "cancel", "reason": "与培训冲突"})
    contest.refresh_from_db()
    assert (contest.state, contest.cancelled_reason) == ("cancelled", "与培训冲突")


@pytest.mark.slow
def test_ranking_names_what_speaks_against_it_and_asks_for_the_ground(
    tree: BranchTree, officer: Member, signed_in: Client
) -> None:
    contest = make_contest(tree.general, by=officer)
    page = f"/admin/contests/{contest.pk}/ranking/"
    shown = signed_in.get(page)
    assert "国办函〔2026〕12号" in shown.content.decode()
    assert [str(clause.says) for clause in shown.context["clauses"]] == [
        "不得设置积分排名功能。", "原则上不设置积分排名功能。",
    ]  # fmt: skip
    empty = signed_in.post(page, {"ground": ""})
    assert (empty.status_code, queries.ranks_persons(contest)) == (422, False)
    signed_in.post(page, {"ground": GROUND})
    assert queries.ranks_persons(contest) is True
    assert GROUND in signed_in.get(f"/admin/contests/{contest.pk}/").content.decode()
    signed_in.post(page, {"ground": "上级要求"})
    assert queries.ranks_persons(contest) is False
    history = signed_in.get(f"/admin/contests/history/{contest.pk}/").content.decode()
    assert f"开启个人排名 {GROUND}" in history


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    tree: BranchTree, officer: Member, signed_in: Client, count: int
) -> None:
    for _each in range(count):
        make_contest(tree.general, by=officer)
    signed_in.get("/admin/contests/")
    with CaptureQueriesContext(connection) as asked:
        page = signed_in.get("/admin/contests/")
    assert len(page.context["object_list"]) == count
    assert len(asked) == 17


def rows(answer: Any, sheet: int = 0) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book.worksheets[sheet].iter_rows(values_only=True))


@pytest.mark.slow
def test_results_are_written_out_without_formulae_and_without_places_unless_they_are_on(
    tree: BranchTree, officer: Member, signed_in: Client
) -> None:
    contest = make_contest(tree.general, by=officer, best_of=2, participation_percent=50)
    formula = make_member(tree.first, name="=1+1", number="A1")
    make_member(tree.second, name="李淏", number="A2")
    round_ = make_round(contest, title="第一轮")
    sat(round_, formula, "12", seconds=61.5)
    release(round_.exam)
    address = f"/admin/contests/{contest.pk}/results"
    first, *people = rows(signed_in.get(f"{address}.xlsx"))
    assert " ".join(first) == (
        "姓名 党员编号 所在组织 总分 总用时 第一轮得分 第一轮用时 每日一练天数"
    )
    assert people[1:3] == [
        ("=1+1", "A1", "第一党支部", 80, "01:01.500", 12, "01:01.500", 0),
        ("李淏", "A2", "第二党支部", None, None, None, None, 0),
    ]
    teams = rows(signed_in.get(f"{address}.xlsx"), sheet=1)
    assert teams[1] == ("第一党支部", 1, 90, 80, 100, 1, 1, "应参与 1 人，按全部 1 人平均")
    text = b"".join(signed_in.get(f"{address}.csv").streaming_content).decode("utf-8-sig")
    assert text.splitlines()[2] == "'=1+1,A1,第一党支部,80.00,01:01.500,12.00,01:01.500,0"
    turn_ranking_on(contest, by=officer)
    first, *people = rows(signed_in.get(f"{address}.xlsx"))
    assert (first[3], [row[3] for row in people[:3]]) == ("名次", [None, 1, None])
