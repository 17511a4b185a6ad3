"""What a secretary takes home from the board, in a real browser: files, and what they say."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from openpyxl import load_workbook
from playwright.sync_api import Page

from lms.core import clock
from lms.members.models import Member
from lms.reports.exports.models import Export, ExportState
from tests.factories.gatherings import make_closed
from tests.factories.hours import make_entry
from tests.factories.members import BranchTree, make_branch_tree, make_member, make_secretary
from tests.support.browser import (
    assert_accessible,
    base_url,
    open_page,
    page_watch,
    pc_page,
    shoot,
)
from tests.support.pdfs import A4_ACROSS, pages_of
from tests.support.queues import run_queued

__all__ = ["assert_accessible", "base_url", "open_page", "page_watch", "pc_page", "shoot"]


@pytest.fixture
def school(transactional_db: None) -> tuple[BranchTree, Member]:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first, name="林向晨")
    member = make_member(tree.first, name="李淏")
    make_entry(member, "3.5", earned_on=clock.today(), title="支部集体学习")
    make_closed(tree.first, by=secretary, present=[member])
    return tree, secretary


def sign_in(page: Page, member: Member, server: str) -> None:
    client = Client()
    client.force_login(member)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])


def taken(page: Page, name: str) -> tuple[str, bytes]:
    """The file behind a link or a button: its name and what is in it."""
    with page.expect_download() as download:
        page.get_by_text(name, exact=True).first.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def cells(content: bytes) -> list[Any]:
    book = load_workbook(io.BytesIO(content))
    return [value for sheet in book for row in sheet.iter_rows(values_only=True) for value in row]


@pytest.mark.parametrize("look", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_board_forms_and_study_book_come_as_files(
    school: tuple[BranchTree, Member], open_page: Callable[..., Page], school_server: str,
    assert_accessible: Callable[[Page], None], shoot: Callable[[Page, str], Path],
    look: str, width: int,
) -> None:  # fmt: skip
    tree, secretary = school
    page = open_page(width=width, height=844)
    sign_in(page, secretary, school_server)
    page.context.add_cookies(
        [{"name": "presentation", "value": f"mode:{look}", "url": school_server}]
    )
    base = f"/board/{tree.first.pk}"
    page.goto(f"{base}/")
    name, content = taken(page, "导出 Excel")
    assert (name[-5:], "李淏" in cells(content)) == (".xlsx", True)
    name, content = taken(page, "导出 CSV")
    assert (name[-4:], "李淏" in content.decode("utf-8-sig")) == (".csv", True)

    page.goto(f"{base}/forms/")
    assert_accessible(page)
    shoot(page, f"forms-{look}")
    name, content = taken(page, "填表下载")
    assert (name[-5:], tree.first.name in " ".join(map(str, cells(content)))) == (".xlsx", True)
    _name, blank = taken(page, "空白模板")
    assert "{{" in " ".join(map(str, cells(blank)))

    page.goto(f"{base}/yearbook/")
    assert_accessible(page)
    shoot(page, f"yearbook-{look}")
    name, content = taken(page, "PDF")
    year = clock.today().year
    assert name == f"{tree.first.name}{year}年度学习台账.pdf"
    (paper,) = pages_of(content, size=A4_ACROSS)
    assert paper.startswith(f"{tree.first.name}{year}年度学习台账")
    assert paper.endswith("第1页，共1页")
    _name, sheet = taken(page, "Excel")
    titles = load_workbook(io.BytesIO(sheet)).sheetnames
    assert titles == ["集体学习和集中培训", "培训班", "学时更正", "申诉"]
    for title in titles:
        assert paper.count(title) >= 1


def test_an_export_made_in_the_background_is_fetched_from_the_list(
    school: tuple[BranchTree, Member], pc_page: Page, school_server: str,
    assert_accessible: Callable[[Page], None], shoot: Callable[[Page, str], Path],
) -> None:  # fmt: skip
    tree, secretary = school
    sign_in(pc_page, secretary, school_server)
    client = Client()
    client.force_login(secretary)
    client.post(f"/board/{tree.first.pk}/exports/", {"form": "xlsx"})
    run_queued()
    assert Export.objects.get().state == ExportState.READY
    pc_page.goto("/exports/")
    assert_accessible(pc_page)
    shoot(pc_page, "exports-ready")
    name, content = taken(pc_page, "下载")
    assert (name[-5:], "李淏" in cells(content)) == (".xlsx", True)
