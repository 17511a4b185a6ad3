"""Closing a year on pages, and checking one from outside without an account."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.closing.models import YearClosing
from exams.closing.throttle import A_MINUTE
from exams.corrections.models import Correction
from lms.members.models import Member
from tests.factories.closings import make_closing
from tests.factories.corrections import make_reversal_proposal, reversed_entry
from tests.factories.hours import make_entry
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.support.pdfs import pages_of

pytestmark = pytest.mark.django_db
JANUARY = dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)
JUNE = dt.date(2025, 6, 1)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(JANUARY, tick=False):
        yield


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def uploaded(content: bytes) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("ZZ-2025-1.csv", content, "text/csv")}


@pytest.mark.slow
def test_an_administrator_closes_a_year_after_seeing_what_is_open() -> None:
    tree = make_branch_tree()
    administrator = signed_in(make_administrator(tree.general))
    secretary = make_secretary(tree.first)
    entry = make_entry(make_member(tree.first), "3", category="group", earned_on=JUNE)
    make_reversal_proposal(entry, by=secretary)
    page = f"/closings/new/?branch={tree.general.pk}&year=2025"
    preview = administrator.get(page)
    refused = administrator.post(page, {"reason": "年终"})
    done = administrator.post(page, {"reason": "年终", "despite_open": "on"})
    closing = YearClosing.objects.get()

    proposal = Correction.objects.get()
    assert [item.path for item in preview.context["waiting"]] == [f"/corrections/{proposal.pk}/"]
    assert (refused.status_code, done["Location"]) == (422, f"/closings/{closing.pk}/")
    for year in ("2026", "2019", "x", ""):
        address = f"/closings/new/?branch={tree.general.pk}&year={year}"
        assert administrator.get(address).status_code == 404
    assert signed_in(secretary).get(page).status_code == 404


def test_the_difference_since_the_closing_is_explained_entry_by_entry() -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.general)
    member, secretary = make_member(tree.first), make_secretary(tree.first)
    entry = make_entry(member, "3", category="group", earned_on=JUNE)
    closing = make_closing(tree.general, by=administrator)
    reversed_entry(entry, by=secretary, approved_by=administrator)
    context = signed_in(administrator).get(f"/closings/{closing.pk}/").context

    assert (context["closing"].counted_hours, context["counted_now"]) == (3, 0)
    assert [(row.hours, row.evidence["reason"]) for row in context["addenda"]] == [
        (-3, "同一次学习登记了两遍")
    ]
    assert [(row.number, now) for row, now in context["people"] if now is not None] == [
        (member.number, 0)
    ]


def test_anybody_with_the_code_checks_the_file_that_was_exported() -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.general, name="陈主任")
    member = make_member(tree.first, name="张秀英", number="400321")
    make_entry(member, "3", category="group", earned_on=JUNE)
    closing = make_closing(tree.general, by=administrator, reason="张秀英已核对")
    file = b"".join(signed_in(administrator).get(f"/closings/{closing.pk}/export.csv"))  # type: ignore[arg-type]
    stranger = Client()
    address = f"/verify-year/{closing.code}/"
    page = stranger.get(address)
    same = stranger.post(address, uploaded(file))
    altered = stranger.post(address, uploaded(file.replace(b"3.00", b"9.00")))
    small = stranger.get(address.lower())

    assert page.status_code == small.status_code == 200
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert [word in page.content.decode() for word in ("张秀英", "陈主任", "400321")] == [False] * 3
    assert closing.digest in page.content.decode()
    assert (same.context["differs_at"], altered.context["differs_at"]) == (None, 2)
    assert [word in altered.content.decode() for word in ("张秀英", "400321")] == [False] * 2
    assert stranger.post(address, {}).status_code == 422


def test_an_unknown_code_and_too_many_questions_are_told_so() -> None:
    stranger = Client()
    answers = [stranger.get("/verify-year/NOSUCHCODE/").status_code for _ in range(A_MINUTE + 1)]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").get("/verify-year/NOSUCHCODE/")

    assert answers == [404] * A_MINUTE + [429]
    assert elsewhere.status_code == 404
    assert elsewhere["X-Robots-Tag"] == "noindex, nofollow"


def test_the_sheet_carries_the_code_and_its_drawing() -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.general)
    closing = make_closing(tree.general, by=administrator)
    page = signed_in(administrator).get(f"/closings/{closing.pk}/sheet/").content.decode()

    assert re.search(r'<svg [^>]*class="qr"', page) is not None
    assert f"/verify-year/{closing.code}/" in page
    assert " style=" not in page


def test_the_sheet_as_pdf_is_for_who_looks_after_the_branch() -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.general)
    closing = make_closing(tree.first, by=administrator)
    address = f"/closings/{closing.pk}/sheet.pdf"
    answer = signed_in(administrator).get(address)
    assert answer["Content-Type"] == "application/pdf"
    (sheet,) = pages_of(answer.content)
    for words in (
        "第一党支部2025年度学时结账单",
        f"结账人{closing.by.name}版本第1版",
        f"查验码{closing.code}",
        f"/verify-year/{closing.code}/",
        f"结账指纹{closing.digest}第1页，共1页",
    ):
        assert sheet.count(words) == 1, (words, sheet)
    assert signed_in(make_administrator(tree.second)).get(address).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_the_pages(size: int) -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.general)
    members = [make_member(branch) for branch in (tree.first, tree.second, tree.first)[:size]]
    entries = [make_entry(each, "3", category="group", earned_on=JUNE) for each in members]
    for _ in range(size):
        closing = make_closing(tree.general, by=administrator)
    for each in members:
        make_entry(each, "1", category="group", earned_on=JUNE)
    assert len(entries) == size
    client, stranger = signed_in(administrator), Client()
    pages = [
        (client, "/closings/"),
        (client, f"/closings/new/?branch={tree.general.pk}&year=2025"),
        (client, f"/closings/{closing.pk}/"),
        (client, f"/closings/{closing.pk}/sheet/"),
        (client, f"/closings/{closing.pk}/sheet.pdf"),
        (client, f"/closings/{closing.pk}/export.csv"),
        (stranger, f"/verify-year/{closing.code}/"),
    ]
    counted = []
    for asking, address in pages:
        with CaptureQueriesContext(connection) as captured:
            answer = asking.get(address)
            answer.getvalue()
            assert answer.status_code == 200
        counted.append(len(captured))
    assert counted == [7, 10, 10, 5, 5, 5, 3]
