"""What the pages of tallies and sheets show, to whom, and with how many queries."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from exams.sheets.models import SheetPage
from exams.tallies.models import Tally, TallyState
from lms.members.models import Member
from tests.factories.members import BranchTree, make_secretary
from tests.factories.sheets import make_closed_tally, make_page, make_tally

CONTENT = {
    "title": "支部委员候选人推荐",
    "eligible": "30",
    "seats": "",
    "lines": "张秀英\n李淏",
    "options": "同意\n不同意\n弃权",
}


@pytest.fixture
def site(secretary: Member) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(secretary, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_one_as_for_three(
    site: Client,
    tree: BranchTree,
    secretary: Member,
    count: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for number in range(count):
        make_tally(tree.first, by=secretary, title=f"第 {number} 次")
    make_tally(tree.second, by=make_secretary(tree.second), title="别的支部")
    site.get("/tallies/")
    with django_assert_num_queries(LIST_QUERIES):
        page = site.get("/tallies/").content.decode()
    assert (page.count("row__title"), "别的支部" in page) == (count, False)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_sheets_take_as_many_queries_for_one_as_for_three(
    site: Client,
    tree: BranchTree,
    secretary: Member,
    count: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    tally = make_tally(tree.first, by=secretary)
    for number in range(count):
        make_page(tally, serial=f"{number:010X}")
    address = f"/sheets/tally/{tally.pk}/"
    site.get(address)
    with django_assert_num_queries(SHEETS_QUERIES):
        page = site.get(address).content.decode()
    assert page.count("扫描.pdf") == count


LIST_QUERIES = 5
SHEETS_QUERIES = 11


def test_a_secretary_makes_corrects_opens_and_counts_by_hand(
    site: Client, tree: BranchTree
) -> None:
    said = {**CONTENT, "branch": tree.first.pk}
    assert site.post("/tallies/new/vote/", {**said, "options": "同意"}).status_code == 422
    made = site.post("/tallies/new/vote/", said)
    tally = Tally.objects.get()
    assert (made.status_code, made.headers["Location"]) == (302, f"/tallies/{tally.pk}/")
    site.post(f"/tallies/{tally.pk}/edit/", {**CONTENT, "seats": "1"})
    site.post(f"/tallies/{tally.pk}/move/open/")
    site.post(f"/tallies/{tally.pk}/issued/", {"issued": "28"})
    cells = {"cell-0-0": 20, "cell-0-1": 5, "cell-0-2": 1, "cell-1-0": 6, "cell-1-1": 19}
    counted = {"valid": 26, "invalid": 1, **cells}
    assert site.post(f"/tallies/{tally.pk}/hand/", counted).status_code == 422
    site.post(f"/tallies/{tally.pk}/hand/", {**counted, "cell-1-2": 1})
    page = site.get(f"/tallies/{tally.pk}/").content.decode()
    assert "76.9%" in page
    site.post(f"/tallies/{tally.pk}/move/close/")
    tally.refresh_from_db()
    assert (tally.seats, tally.issued, tally.state) == (1, 28, TallyState.CLOSED)


def test_an_appraisal_shows_nothing_before_the_close(
    site: Client, tree: BranchTree, secretary: Member
) -> None:
    tally = make_tally(tree.first, by=secretary, kind="appraisal")
    page = site.get(f"/tallies/{tally.pk}/").content.decode()
    assert ("结束以后才显示结果" in page, "tally-bar" in page) == (True, False)
    closed = make_closed_tally(tree.first, by=secretary, kind="appraisal", title="已结束")
    page = site.get(f"/tallies/{closed.pk}/").content.decode()
    assert ("不单列" in page, page.count('tally-bar"')) == (True, 4)


def test_a_doubt_is_settled_by_one_press_and_the_queue_ends(
    site: Client, tree: BranchTree, secretary: Member
) -> None:
    tally = make_tally(tree.first, by=secretary)
    page = make_page(tally)
    queue = f"/sheets/tally/{tally.pk}/queue/"
    assert "2. 古丽娜尔·艾山" in site.get(queue).content.decode()
    assert site.get(f"/sheet-pages/{page.pk}/q2.jpg").content[:3] == b"\xff\xd8\xff"
    pressed = site.post(queue, {"page": page.pk, "key": "q2", "option": "2"})
    assert pressed.headers["Location"] == f"{queue}?after={page.pk}-q2"
    page.refresh_from_db()
    assert (page.state, page.marked["q2"]) == ("settled", (2,))
    assert "都判定完了" in site.get(pressed.headers["Location"]).content.decode()


def test_a_page_is_set_right_refused_and_read_again(
    site: Client, tree: BranchTree, secretary: Member
) -> None:
    tally = make_tally(tree.first, by=secretary)
    page = make_page(tally)
    address = f"/sheet-pages/{page.pk}/"
    shown = site.get(address).content.decode()
    version = shown.split('name="as_of" value="')[1].split('"')[0]
    site.post(address, {"as_of": version, "q1": "1", "q2": "0", "q3": "0", "q4": ""})
    page.refresh_from_db()
    assert (page.state, page.marked) == (
        "settled",
        {"q1": (1,), "q2": (0,), "q3": (0,), "q4": ()},
    )
    site.post(f"{address}refuse/", {"reason": "不是这次的票"})
    assert "王书记判定不计：不是这次的票" in site.get(address).content.decode()
    assert site.post(f"{address}again/").status_code == 302


def test_sheets_are_nobody_elses(site: Client, tree: BranchTree) -> None:
    foreign = make_page(make_tally(tree.second, by=make_secretary(tree.second)))
    for path in ("", "page.jpg", "q2.jpg"):
        assert site.get(f"/sheet-pages/{foreign.pk}/{path}").status_code == 404
    for address in (f"/sheets/tally/{foreign.subject_id}/", "/sheets/other/1/"):
        assert site.get(address).status_code == 404
    # Through the queue of one's own tally nothing of another's is decided.
    own = make_tally(tree.first, by=make_secretary(tree.first))
    queue = f"/sheets/tally/{own.pk}/queue/"
    assert site.post(queue, {"page": foreign.pk, "key": "q2", "option": "0"}).status_code == 404
    assert SheetPage.objects.get(pk=foreign.pk).state == "doubtful"
