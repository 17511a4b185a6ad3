"""The back office's pages of papers and exams: what the buttons do, what is refused in words."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from exams.attempts.models import Exam, Fairness
from exams.papers.models import Paper
from exams.papers.queries import items_of, seats_of
from lms.core import clock
from lms.members.models import Member
from tests.factories.members import BranchTree, make_administrator, make_branch_tree, make_member
from tests.factories.papers import make_exam, make_paper, ready_question

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def officer(tree: BranchTree, client: Client) -> Member:
    made = make_administrator(tree.first)
    client.force_login(made)
    return made


def told(answer: Any) -> str:
    """What was said last."""
    return [str(message).strip() for message in answer.context["messages"]][-1]


@pytest.mark.slow
def test_a_paper_is_made_laid_out_filled_and_sealed(
    tree: BranchTree, officer: Member, client: Client
) -> None:
    for _number in range(3):
        ready_question(tree.first, difficulty=2)
    sent = {"title": "季度卷", "branch": tree.first.pk, "kind": "fixed"}
    client.post("/admin/papers/new/", sent)
    paper = Paper.objects.get()
    grid = f"/admin/papers/{paper.pk}/blueprint/"
    wrong = client.post(grid, {"n-single-any-any": "两题"})
    assert (wrong.status_code, wrong.context["wrong"]) == (422, ["n-single-any-any"])
    cells = {"n-single-any-2": "2", "points-single": "2.5", "title-single": "单项选择题"}
    short = client.post(grid, {**cells, "n-single-any-any": "2", "action": "fill"}, follow=True)
    assert told(short) == (
        "题库里的题不够，没有组卷。单选题·较易：需要 2 题，只剩 1 题，另有 2 题其他格要用。"
    )
    client.post(grid, {**cells, "action": "fill"})
    page = f"/admin/papers/{paper.pk}/"
    first, second = items_of(paper)
    client.post(page, {"action": "down", "item": first.pk})
    client.post(page, {"action": "points", "item": second.pk, "points": "5"})
    refused = client.post(
        page, {"action": "points", "item": second.pk, "points": "0.001"}, follow=True
    )
    assert told(refused) == "每题分值应大于 0，不超过 100 分，最多两位小数。"
    left = client.get(page).context["offered"][0][0]
    client.post(page, {"action": "add", "question": left.pk})
    assert [(item.version_id, str(item.points)) for item in items_of(paper)] == [
        (second.version_id, "5.00"),
        (first.version_id, "2.50"),
        (left.current_id, "5.00"),
    ]
    client.post(page, {"action": "seal"})
    assert Paper.objects.get().state == "sealed"
    assert client.post(page, {"action": "nonsense"}).status_code == 404
    assert client.get(grid).status_code == 404
    copied = client.post(page, {"action": "copy"}, follow=True)
    assert copied.context["paper"].state == "draft"


@pytest.mark.slow
def test_each_look_at_a_sealed_paper_stands_in_its_history(
    tree: BranchTree, officer: Member, client: Client
) -> None:
    paper = make_paper(tree.first, questions=1, sealed=True)
    for page in ("", "preview/", "paper.pdf", "key.pdf"):
        assert client.get(f"/admin/papers/{paper.pk}/{page}").status_code == 200
    looks = ModelLogEntry.objects.filter(action="exams.paper_seen", user=officer).order_by("pk")
    assert [entry.data["what"] for entry in looks] == ["试题", "预览", "试卷", "答案与解析"]


@pytest.mark.slow
def test_an_exam_is_made_published_extended_and_cancelled(
    tree: BranchTree, officer: Member, client: Client
) -> None:
    paper = make_paper(tree.first, questions=1, sealed=True)
    opens = timezone.localtime(clock.now() + dt.timedelta(hours=2)).replace(second=0, microsecond=0)
    sent = {
        "title": "季度测试",
        "branch": tree.first.pk,
        "paper": paper.pk,
        "opens_at": opens.strftime("%Y-%m-%d %H:%M"),
        "closes_at": opens.strftime("%Y-%m-%d %H:%M"),
        "minutes": "45",
        "attempts_allowed": "1",
        "pass_percent": "60",
        "navigation": "free",
        "fairness": "room",
        "release": "by_hand",
        "markers_per_answer": "1",
    }
    wrong = client.post("/admin/exams/new/", sent)
    assert wrong.context["form"].errors == {"closes_at": ["结束时间要晚于开始时间。"]}
    closes = opens + dt.timedelta(hours=1)
    sent["closes_at"] = closes.strftime("%Y-%m-%d %H:%M")
    client.post("/admin/exams/new/", sent)
    exam = Exam.objects.get()
    assert (exam.opens_at, exam.allowed_seconds, exam.made_by) == (opens, 2700, officer)
    page = f"/admin/exams/{exam.pk}/"
    client.post(page, {"action": "publish"})
    later = closes + dt.timedelta(hours=1)
    refused = client.post(page, {"action": "extend", "closes_at": opens.strftime("%Y-%m-%d %H:%M")})
    assert told(refused) == "考试发布以后只能延长：新的结束时间要晚于原来的结束时间。"
    client.post(page, {"action": "extend", "closes_at": later.strftime("%Y-%m-%d %H:%M")})
    assert client.get(f"/admin/exams/edit/{exam.pk}/").status_code == 404
    client.post(page, {"action": "cancel", "reason": "改期"})
    exam.refresh_from_db()
    assert (exam.state, exam.closes_at, exam.cancelled_reason) == ("cancelled", later, "改期")
    client.post(page, {"action": "copy"})
    assert Exam.objects.exclude(pk=exam.pk).get().state == "draft"


@pytest.mark.slow
def test_seats_are_dealt_and_printed(tree: BranchTree, officer: Member, client: Client) -> None:
    make_member(tree.first)
    exam = make_exam(tree.first, fairness=Fairness.ROOM)
    page = f"/admin/exams/{exam.pk}/seats/"
    assert client.get(f"/admin/exams/{exam.pk}/seats.pdf").status_code == 404
    refused = client.post(page, {"action": "deal", "rooms": "礼堂 1"})
    assert told(refused) == "一共 2 人参加，只有 1 个座位，还差 1 个。请增加考场。"
    client.post(page, {"action": "deal", "rooms": "礼堂 20"})
    assert [seat.number for seat in seats_of(exam)] == [1, 2]
    assert client.get(f"/admin/exams/{exam.pk}/seats.pdf")["Content-Type"] == "application/pdf"
    plain = make_exam(tree.first)
    assert client.get(f"/admin/exams/{plain.pk}/seats/").status_code == 404


@pytest.mark.slow
def test_lists_cost_the_same_for_one_and_for_three(
    tree: BranchTree, officer: Member, client: Client
) -> None:
    counts: dict[str, list[int]] = {"/admin/papers/": [], "/admin/exams/": []}
    for more in (1, 2):
        for _number in range(more):
            make_exam(tree.first)
        for page, found in counts.items():
            client.get(page)
            with CaptureQueriesContext(connection) as asked:
                client.get(page)
            found.append(len(asked))
    assert counts == {"/admin/papers/": [18, 18], "/admin/exams/": [17, 17]}
