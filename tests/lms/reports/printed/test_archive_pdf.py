"""The archive on paper: what stands on it, for whom, and how many pages it takes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from exams.credit.models import LedgerHead
from lms.core.documents.pdf import render_png
from lms.members.models import Member
from lms.members.services import transfer_member
from lms.reports.printed.paper import TEMPLATE, paper_data
from lms.reports.printed.queries import printed_year
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.support.pdfs import pages_of

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def asked(by: Member, address: str) -> Any:
    client = Client()
    client.force_login(by)
    return client.get(address)


def paper_of(answer: Any) -> list[str]:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return pages_of(answer.content)


@pytest.mark.slow
def test_one_page_says_what_the_archive_says(artefacts: Any) -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.committee)
    member = make_member(tree.first, name="王䶮")
    make_entry(member, "3", earned_on=dt.date(2026, 1, 5))
    transfer_member(member=member, to=tree.second, on=dt.date(2026, 2, 1))
    wrong = make_entry(member, "4", earned_on=dt.date(2026, 2, 5), title="支部集体学习")
    make_reversal(wrong, by=administrator)
    make_entry(member, "1", earned_on=dt.date(2025, 2, 5))
    data = paper_data(printed_year(member, 2026, dt.date(2026, 11, 20)), administrator, NOON)
    assert data["facts"] == [
        ["姓名", "王䶮"],
        ["党员编号", member.number],
        [
            "组织关系",
            f"{tree.first.name}（2026-02-01 转出）；{tree.second.name}（2026-02-01 转入）",
        ],
        ["年度要求", f"32 学时，还差 29 学时（规则 {data_rule(member)}）"],
        ["计入学时", "3 学时（进行中）"],
    ]
    assert data["months"] == [["集体学习", "3", *[""] * 11, "3"]]
    assert [row[1:] for row in data["entries"]] == [
        ["第一讲 把台账做成表格", "集体学习", tree.first.name, "3", "3"],
        ["支部集体学习（已冲销）", "集体学习", tree.second.name, "4", "4"],
        ["支部集体学习（冲销）", "集体学习", tree.second.name, "-4", "-4"],
    ]
    head = LedgerHead.objects.get(member=member)
    assert data["chain_line"] == f"学时账第 4 条，链尾指纹 {head.hash}"
    assert data["printed_line"] == f"{administrator.name} 打印于 2026-11-20 12:00"
    (artefacts / "archive-paper.png").write_bytes(render_png(TEMPLATE, data))
    (page,) = paper_of(asked(member, "/archive/archive.pdf?year=2026"))
    assert head.hash in page
    assert page.count("第一讲把台账做成表格") == 1


def data_rule(member: Member) -> str:
    return printed_year(member, 2026, dt.date(2026, 11, 20)).asks.rule_version


@pytest.mark.slow
def test_many_entries_go_on_over_further_pages_and_none_fit_one() -> None:
    member = make_member(make_branch_tree().first)
    assert len(paper_of(asked(member, "/archive/archive.pdf"))) == 1
    for day in range(60):
        make_entry(member, earned_on=dt.date(2026, 1, 1) + dt.timedelta(days=day))
    pages = paper_of(asked(member, "/archive/archive.pdf"))
    assert [f"第{place}页，共{len(pages)}页" in page for place, page in enumerate(pages, 1)] == [
        True
    ] * len(pages)
    assert sum(page.count("第一讲") for page in pages) == 60


@pytest.mark.slow
def test_it_is_for_whom_the_page_is() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)
    address = f"/board/{tree.first.pk}/members/{member.pk}/archive.pdf"
    asking = [make_secretary(tree.first), make_secretary(tree.second), member]
    assert [asked(by, address).status_code for by in asking] == [200, 404, 404]
    assert asked(asking[0], address.replace(str(member.pk), "999999")).status_code == 404


@pytest.mark.parametrize("size", [1, 3])
def test_queries(size: int, django_assert_num_queries: Callable[..., Any]) -> None:
    member = make_member(make_branch_tree().first)
    for _each in range(size):
        make_entry(member)
    client = Client()
    client.force_login(member)
    with django_assert_num_queries(12):
        assert client.get("/archive/archive.pdf").status_code == 200
