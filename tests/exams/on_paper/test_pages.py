"""What the pages of an exam on paper show, to whom, and with how many queries."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from exams.attempts.models import Attempt, AttemptState, Exam
from exams.marking.desk_services import claim_place
from exams.marking.services import machine_mark_attempt, release_attempt
from exams.on_paper.models import PaperPlan, PaperSheet, SheetState
from exams.sheets.models import SheetPrint
from lms.members.models import Member
from tests.factories.members import BranchTree, make_instructor, make_member
from tests.factories.on_paper import (
    come_back,
    counted_on_paper,
    make_paper_exam,
    printed_for,
    spare_sheets,
)

RIGHT = {1: [0], 2: [0], 3: [0, 2], 4: [0]}


def signed_in(member: Member) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.fixture
def site(host: Member) -> Client:
    return signed_in(host)


@pytest.fixture
def exam(tree: BranchTree, host: Member, member: Member) -> Exam:
    return make_paper_exam(tree.first, by=host)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_as_many_queries_for_one_as_for_three(
    site: Client,
    tree: BranchTree,
    host: Member,
    exam: Exam,
    count: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for person in range(count):
        make_member(tree.first, number=f"05000{person}", password=None)
    mine = printed_for(exam, by=host)
    for sheet in [*spare_sheets(exam, by=host, copies=count), *list(mine.values())[:count]]:
        come_back(sheet, RIGHT)
    home = f"/exams/{exam.pk}/on-paper/"
    for address, queries, rows in (
        (home, HOME_QUERIES, count),
        (f"{home}sheets/", LIST_QUERIES, 2 * count),
    ):
        site.get(address)
        with django_assert_num_queries(queries):
            page = site.get(address).content.decode()
        assert page.count(f"{home}sheets/") - page.count(f'{home}sheets/"') == rows


HOME_QUERIES = 12
LIST_QUERIES = 6


@pytest.mark.slow  # a booklet is printed
def test_an_exam_is_begun_its_times_said_and_sheets_ordered(
    site: Client, tree: BranchTree, host: Member, member: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host, is_planned=False)
    home = f"/exams/{exam.pk}/on-paper/"
    assert "用纸考" in site.get(home).content.decode()
    assert site.post(f"{home}times/").status_code == 404
    site.post(f"{home}open/")
    wrong = site.post(f"{home}times/", {"began_at": "2020-01-01T09:00", "ended_at": ""})
    assert wrong.status_code == 422
    site.post(f"{home}print/", {"whom": "new"})
    site.post(f"{home}print/", {"whom": "one", "number": "040017"})
    site.post(f"{home}print/", {"whom": "spare", "copies": "2"})
    labels = [order.about["label"] for order in SheetPrint.objects.order_by("pk")]
    assert labels == ["答题卡 040017–900001", "答题卡 张秀英", "备用答题卡"]
    page = site.get(home).content.decode()
    assert ("备用答题卡" in page, "张秀英" in page) == (True, True)
    assert site.get(f"{home}booklet-A.pdf").headers["Content-Type"] == "application/pdf"
    assert site.get(f"{home}booklet-B.pdf").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_sheet_is_assigned_dismissed_and_taken_back_on_its_page(
    site: Client, exam: Exam, host: Member, member: Member
) -> None:
    (sheet,) = spare_sheets(exam, by=host)
    come_back(sheet, RIGHT)
    address = f"/exams/{exam.pk}/on-paper/sheets/{sheet.pk}/"
    assert "编号没有涂全" in site.get(address).content.decode()
    assert site.post(f"{address}assign/", {"number": "040017"}).status_code == 422
    site.post(f"{address}assign/", {"number": "040017", "reason": "核对了姓名"})
    assert Attempt.objects.get().member == member
    site.post(f"{address}dismiss/", {"reason": "涂的是草稿"})
    site.post(f"{address}take-back/", {"reason": "再核对"})
    sheet.refresh_from_db()
    assert (sheet.state, Attempt.objects.count()) == (SheetState.WAITING, 0)
    page = site.get(address).content.decode()
    assert [said in page for said in ("核对了姓名", "涂的是草稿", "再核对")] == [True] * 3
    assert site.post(f"{address}burn/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_marker_enters_points_and_decides_nothing_else(
    tree: BranchTree, host: Member, member: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host, kinds=("single", "short"))
    sheet = printed_for(exam, by=host)[member.pk]
    come_back(sheet, {1: [0]}, number="040017")
    marker = signed_in(make_instructor(tree.first))
    address = f"/exams/{exam.pk}/on-paper/sheets/{sheet.pk}/"
    page = marker.get(address).content.decode()
    assert ("第 2 题（满分 5 分）" in page, "改分派" in page) == (True, False)
    item = PaperSheet.objects.get(pk=sheet.pk).items[1][0]
    assert marker.post(f"{address}points/", {f"item-{item}": "7"}).status_code == 422
    marker.post(f"{address}points/", {f"item-{item}": "4.5"})
    assert Attempt.objects.get().points == Decimal("9.5")
    marker.post(f"{address}dismiss/", {"reason": "不计"})
    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_marker_sees_what_was_written_cut_out_of_the_sheet_and_nothing_else_of_it(
    tree: BranchTree, host: Member, member: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host, kinds=("single", "short"), writes_on_sheet=True)
    attempt = counted_on_paper(exam, member, by=host)
    marker, colleague = make_instructor(tree.first), make_instructor(tree.first)
    place = claim_place(exam=exam, by=marker)
    assert place is not None
    assert place.answer.attempt_id == attempt.pk
    piece = f"/exams/{exam.pk}/on-paper/written/{place.pk}.jpg"
    desk = signed_in(marker).get(f"/exams/{exam.pk}/marking/{place.pk}/").content.decode()
    assert (piece in desk, member.name in desk) == (True, False)
    cut = Image.open(io.BytesIO(signed_in(marker).get(piece).content))
    assert cut.size == (1110, 318)  # the frame and a little around it, of a page 1260 wide
    assert signed_in(colleague).get(piece).status_code == 404
    other = make_paper_exam(tree.first, by=host, title="另一场")
    elsewhere = f"/exams/{other.pk}/on-paper/written/{place.pk}.jpg"
    assert signed_in(marker).get(elsewhere).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shows", [True, False])
def test_the_own_sheet_is_shown_after_the_release_where_the_exam_shows_it(
    exam: Exam, host: Member, member: Member, shows: bool
) -> None:
    PaperPlan.objects.update(shows_pages=shows)
    come_back(printed_for(exam, by=host)[member.pk], RIGHT, number="040017")
    attempt = Attempt.objects.get()
    own = f"/exams/attempts/{attempt.pk}/on-paper/"
    mine = signed_in(member)
    assert mine.get(own).status_code == 404
    machine_mark_attempt(attempt_id=attempt.pk)
    attempt.refresh_from_db()
    release_attempt(attempt)
    assert attempt.state == AttemptState.RELEASED
    for address in (own, f"{own}1.jpg"):
        assert mine.get(address).status_code == (200 if shows else 404)
        assert signed_in(host).get(address).status_code == 404
    assert mine.get(f"{own}2.jpg").status_code == 404
    result = mine.get(f"/exams/{attempt.pk}/result/").content.decode()
    assert ("看我的答题卡" in result) == shows
