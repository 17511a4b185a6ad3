"""Archive and board: who sees which, and with how many queries."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.portal.figures import year_figures
from exams.credit.models import MemberYear
from exams.credit.targets import open_years
from lms.core import clock
from lms.members.models import Member
from lms.members.services import transfer_member
from lms.reports.services import recount_branches
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

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


def status(member: Member | None, address: str) -> int:
    client = Client() if member is None else signed_in(member)
    return fetched(client, address)


def fetched(client: Client, address: str) -> int:
    response = client.get(address)
    response.getvalue()  # to the end, as a browser does
    return response.status_code


@pytest.mark.slow
def test_board_and_all_below_it_is_for_who_looks_after_the_branch() -> None:
    tree = make_branch_tree()
    elsewhere = make_branch_tree("外")
    member = make_member(tree.first)
    entry = make_entry(member)
    asking = {
        "own secretary": make_secretary(tree.first),
        "general secretary": make_secretary(tree.general),
        "administrator": make_administrator(tree.committee),
        "former secretary": make_secretary(tree.first, until_on=dt.date(2026, 1, 1)),
        "sibling secretary": make_secretary(tree.second),
        "foreign secretary": make_secretary(elsewhere.committee),
        "instructor": make_instructor(tree.first),
        "the member": member,
        "nobody": None,
    }
    base = f"/board/{tree.first.pk}/"
    addresses = [
        base,
        f"{base}export.xlsx",
        f"{base}export.csv",
        f"{base}trend/",
        f"{base}members/{member.pk}/",
        f"{base}members/{member.pk}/entries/{entry.pk}/",
    ]
    assert {who: [status(by, address) for address in addresses] for who, by in asking.items()} == {
        "own secretary": [200] * 6,
        "general secretary": [200] * 6,
        "administrator": [200] * 6,
        "former secretary": [404] * 6,
        "sibling secretary": [404] * 6,
        "foreign secretary": [404] * 6,
        "instructor": [404] * 6,
        "the member": [404] * 6,
        "nobody": [302] * 6,
    }


@pytest.mark.slow
def test_board_shows_no_parent_sibling_foreign_or_missing_branch() -> None:
    tree = make_branch_tree()
    foreign = make_branch_tree("外").committee
    secretary = make_secretary(tree.general)
    branches = [tree.general, tree.first, tree.second, tree.committee, tree.third, foreign]
    assert [status(secretary, f"/board/{branch.pk}/") for branch in branches] == [
        200, 200, 200, 404, 404, 404,
    ]  # fmt: skip
    assert status(secretary, "/board/999999/") == 404


@pytest.mark.slow
def test_member_and_entry_are_shown_only_under_their_own_board() -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.committee)
    first, second = make_member(tree.first), make_member(tree.second)
    own, other = make_entry(first), make_entry(second)
    base = f"/board/{tree.first.pk}/members"
    assert [
        status(administrator, f"{base}/{first.pk}/"),
        status(administrator, f"{base}/{second.pk}/"),
        status(administrator, f"{base}/{first.pk}/entries/{own.pk}/"),
        status(administrator, f"{base}/{first.pk}/entries/{other.pk}/"),
        status(administrator, f"{base}/{second.pk}/entries/{other.pk}/"),
    ] == [200, 404, 200, 404, 404]


@pytest.mark.slow
def test_transferred_member_is_seen_where_they_are_and_for_past_years_where_they_were() -> None:
    tree = make_branch_tree()
    before, now = make_secretary(tree.first), make_secretary(tree.second)
    member = make_member(tree.first)
    last_year = make_entry(member, earned_on=dt.date(2025, 5, 5))
    this_year = make_entry(member, earned_on=dt.date(2026, 2, 2))
    transfer_member(member=member, to=tree.second, on=dt.date(2026, 7, 1))

    def seen(by: Member, branch: Any) -> list[int]:
        base = f"/board/{branch.pk}/members/{member.pk}/"
        return [
            status(by, address)
            for address in (
                base,
                f"{base}?year=2025",
                f"{base}entries/{this_year.pk}/",
                f"{base}entries/{last_year.pk}/",
            )
        ]

    assert seen(now, tree.second) == [200, 200, 200, 200]
    assert seen(before, tree.first) == [404, 200, 404, 200]


@pytest.mark.slow
def test_archive_is_everybodys_own() -> None:
    tree = make_branch_tree()
    member, other = make_member(tree.first), make_member(tree.first)
    entry = make_entry(member)
    own = f"/archive/entries/{entry.pk}/"
    assert [status(member, "/archive/"), status(member, own)] == [200, 200]
    assert [status(other, "/archive/"), status(other, own)] == [200, 404]
    assert [status(None, "/archive/"), status(None, own)] == [302, 302]
    assert status(make_administrator(tree.committee), own) == 404


def test_board_home_leads_to_the_highest_branch() -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.general)
    response = signed_in(administrator).get("/board/")
    assert response.status_code == 302
    assert response["Location"] == f"/board/{tree.general.pk}/"
    assert status(make_member(tree.first), "/board/") == 404


@pytest.mark.slow
def test_member_secretary_and_board_say_the_same() -> None:
    tree = make_branch_tree()
    secretary, member = make_secretary(tree.first), make_member(tree.first)
    make_entry(member, "1", category="group")
    make_entry(member, "2", category="individual")
    wrong = make_entry(member, "8")
    make_reversal(wrong, by=secretary)
    make_entry(member, "0.5")
    base = f"/board/{tree.first.pk}/"
    own = signed_in(member).get("/archive/").context["study"]
    overseen = signed_in(secretary).get(f"{base}members/{member.pk}/").context["study"]
    (line,) = signed_in(secretary).get(f"{base}?name={member.name}").context["people"]
    panel = year_figures(member)
    assert own == overseen == line["row"].year
    assert panel is not None
    assert (panel.hours, panel.target, panel.year) == (own.counted, own.target, 2026)
    assert (own.counted, own.all_hours, own.missing) == (1.5, 3.5, 30.5)


@pytest.mark.slow
def test_board_puts_who_is_behind_most_first_and_finds_by_name() -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first, name="甲书记")
    hours = {"乙同志": "32", "丙同志": "3", "丁同志": "31.75"}
    for name, earned in hours.items():
        make_entry(make_member(tree.first, name=name), earned)

    def names(query: str) -> list[str]:
        response = signed_in(secretary).get(f"/board/{tree.first.pk}/{query}")
        return [line["row"].name for line in response.context["people"]]

    assert names("") == ["甲书记", "丙同志", "丁同志", "乙同志"]
    assert names("?show=behind") == ["甲书记", "丙同志", "丁同志"]
    assert names("?name=同志") == ["丙同志", "丁同志", "乙同志"]
    assert names("?name=乙&show=behind") == []
    assert names("?year=2025") == ["甲书记", "乙同志", "丙同志", "丁同志"]
    assert names("?year=xx&page=99") == names("")


@pytest.fixture
def queries_with(django_assert_num_queries: Any) -> Callable[[int, Client, str], None]:
    def ask(expected: int, client: Client, address: str) -> None:
        with django_assert_num_queries(expected):
            assert fetched(client, address) == 200

    return ask


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("counted", [True, False])
def test_queries_of_the_board(size: int, counted: bool, queries_with: Any) -> None:
    tree = make_branch_tree()
    client = signed_in(make_secretary(tree.general))
    for branch in (tree.first, tree.second)[:size]:
        for _each in range(size):
            make_entry(make_member(branch))
    open_years(year=clock.today().year)
    if counted:
        recount_branches()
    base = f"/board/{tree.general.pk}/"
    queries_with(BOARD_QUERIES, client, base)
    queries_with(TREND_QUERIES, client, f"{base}trend/")
    queries_with(EXPORT_QUERIES, client, f"{base}export.xlsx")
    queries_with(EXPORT_QUERIES, client, f"{base}export.csv")


@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_a_board_nobody_of_which_has_a_year_yet(size: int, queries_with: Any) -> None:
    tree = make_branch_tree()
    client = signed_in(make_secretary(tree.general))
    MemberYear.objects.all().delete()
    for _each in range(size):
        make_member(tree.first)
    queries_with(BOARD_QUERIES + UNOPENED_QUERIES, client, f"/board/{tree.general.pk}/")


@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_the_archive(size: int, queries_with: Any) -> None:
    member = make_member(make_branch_tree().first)
    for _each in range(size):
        entry = make_entry(member)
    client = signed_in(member)
    queries_with(ARCHIVE_QUERIES, client, "/archive/")
    queries_with(ENTRY_QUERIES, client, f"/archive/entries/{entry.pk}/")


BOARD_QUERIES = 11
TREND_QUERIES = 5
EXPORT_QUERIES = 9
UNOPENED_QUERIES = 3
ARCHIVE_QUERIES = 10
ENTRY_QUERIES = 5
