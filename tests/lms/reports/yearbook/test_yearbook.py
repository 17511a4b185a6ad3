"""The study book: what happened in a branch in a year, the same on page, sheet and paper."""

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from exams.gatherings.services import cancel_gathering
from lms.members.models import Member
from lms.reports.blanks.placeholders import as_text
from lms.reports.yearbook.queries import book_of
from tests.factories.corrections import make_appeal, make_reversal_proposal
from tests.factories.gatherings import confirm, make_closed, make_gathering
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member, make_secretary
from tests.factories.training import enrol, make_class
from tests.support.pdfs import A4_ACROSS, pages_of

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def happened(size: int) -> tuple[Any, Member]:
    """So much of everything in the first branch, and one of each in the second."""
    tree = make_branch_tree()
    host = make_secretary(tree.first, name="甲书记")
    other = make_secretary(tree.second)
    for branch, by, times in ((tree.first, host, size), (tree.second, other, 1)):
        for _time in range(times):
            member = make_member(branch, name="乙同志")
            make_closed(branch, by=by, present=[member])
            enrol(make_class(branch, by=by), member)
            make_reversal_proposal(make_entry(member), by=by)
            make_appeal(make_entry(member))
    return tree, host


@pytest.mark.slow
def test_book_lists_what_took_place_with_who_was_expected_and_there() -> None:
    tree = make_branch_tree()
    host = make_secretary(tree.first, name="甲书记")
    there, guest = make_member(tree.first), make_member(tree.second)
    make_member(tree.first)  # absent
    make_member(tree.first, left_on=dt.date(2026, 1, 1))  # nobody expects them
    confirm(
        make_closed(tree.first, by=host, present=[there, guest]), by=make_secretary(tree.general)
    )
    make_closed(tree.first, by=host, present=[there])
    make_gathering(tree.first, by=host)
    cancel_gathering(gathering=make_gathering(tree.first, by=host), by=host)
    first, second = book_of(tree.first, 2026).gatherings
    assert (first.expected, first.present, first.absent, first.guests) == (3, 1, 2, 1)
    assert (first.host, first.place, first.hours, second.hours) == ("甲书记", "三楼会议室", 2, None)
    assert (book_of(tree.first, 2026).hours, book_of(tree.first, 2026).unconfirmed) == (2, 1)
    assert len(book_of(tree.general, 2026).gatherings) == 2
    assert book_of(tree.first, 2025).gatherings == book_of(tree.second, 2026).gatherings == []


@pytest.mark.slow
def test_page_sheets_and_paper_say_the_same() -> None:
    tree, host = happened(2)
    client, base = signed_in(host), f"/board/{tree.first.pk}/yearbook"
    tables = client.get(f"{base}/").context["tables"]
    assert [len(table.rows) for table in tables] == [2, 2, 2, 2]
    book = load_workbook(io.BytesIO(client.get(f"{base}.xlsx").getvalue()))
    assert book.sheetnames == ["集体学习和集中培训", "培训班", "学时更正", "申诉"]
    for table, sheet in zip(tables, book.worksheets, strict=True):
        rows = list(sheet.iter_rows(values_only=True, max_col=len(table.headings)))
        assert [str(value) for value in rows[0]] == [text for text, _width in table.headings]
        assert [row[1] for row in rows[1:3]] == [
            dt.datetime.combine(row[1], dt.time()) if isinstance(row[1], dt.date) else row[1]
            for row in table.rows
        ]
    paper = client.get(f"{base}.pdf")
    assert paper["Content-Type"] == "application/pdf"
    pages = pages_of(paper.content, size=A4_ACROSS)
    printed = "".join(pages)
    assert printed.startswith("第一党支部2026年度学习台账")
    numbers = [f"第{number}页，共{len(pages)}页" for number in range(1, len(pages) + 1)]
    assert [page[-len(number) :] for page, number in zip(pages, numbers, strict=True)] == numbers
    for table in tables:
        headings = "".join(text for text, _width in table.headings)
        rows = "".join(as_text(value) for row in table.rows for value in row)
        said = "".join(f"{table.title}{headings}{rows}".split())
        assert printed.count(said) == 1, (said, printed)
    assert [len(table.rows) for table in client.get(f"{base}/?year=2025").context["tables"]] == [
        0
    ] * 4


@pytest.mark.slow
def test_book_is_for_who_looks_after_the_branch() -> None:
    tree, host = happened(1)
    asking = [host, make_secretary(tree.general), make_secretary(tree.second), make_member()]
    for form in ("/", ".xlsx", ".pdf"):
        address = f"/board/{tree.first.pk}/yearbook{form}"
        answers = [signed_in(by).get(address) for by in asking]
        assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
        for answer in answers:
            answer.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_the_book(size: int, django_assert_num_queries: Any) -> None:
    tree, host = happened(size)
    client = signed_in(host)
    with django_assert_num_queries(BOOK_QUERIES):
        assert client.get(f"/board/{tree.first.pk}/yearbook/").status_code == 200


BOOK_QUERIES = 8
