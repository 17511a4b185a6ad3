"""Pulling statements: in order, none twice, none left out."""

from typing import Any

import pytest

from lms.reports.feed.services import place_entries
from lms.reports.xapi.statements import COMPLETED, VOIDED
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import BranchTree, make_branch_tree, make_member
from tests.factories.platforms import Platform, make_platform

pytestmark = pytest.mark.django_db
ADDRESS = "xapi/statements"


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def platform(tree: BranchTree) -> Platform:
    return make_platform(tree.general)


def pulled(platform: Platform, **asked: Any) -> list[dict[str, Any]]:
    """All statements, following `more` as it is given."""
    answer = platform.get(ADDRESS, **asked).json()
    found = answer["statements"]
    while answer["more"]:
        answer = platform.get(answer["more"].removeprefix("/api/v1/")).json()
        found += answer["statements"]
    return found


def test_statements_of_the_own_subtree_come_oldest_first(
    tree: BranchTree, platform: Platform
) -> None:
    member = make_member(tree.first, number="400001")
    entry = make_entry(member)
    make_entry(make_member(tree.third))
    make_entry(member, category="individual", said={})
    make_reversal(entry, by=member)
    answer = platform.get(ADDRESS)
    found = answer.json()["statements"]
    verbs = [statement["verb"]["id"].rpartition("/")[2] for statement in found]
    assert verbs == ["initialized", "played"] * 2 + ["completed", "voided"]
    assert found[5]["object"]["id"] == found[4]["id"]
    assert (found[4]["verb"]["id"], found[5]["verb"]["id"]) == (COMPLETED, VOIDED)
    assert found[0]["actor"]["account"]["name"] == "400001"
    stored = [statement["stored"] for statement in found]
    assert stored == sorted(set(stored))
    assert answer.json()["more"] == ""
    assert answer["X-Experience-API-Version"] == "1.0.3"
    assert answer["X-Experience-API-Consistent-Through"] >= stored[-1][:19]


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1, 2, 5, 7, 100])
def test_pages_of_any_length_give_the_same(
    tree: BranchTree, platform: Platform, limit: int
) -> None:
    for _ in range(3):
        make_entry(make_member(tree.first))
        make_entry(make_member(tree.first), said={})
    whole = pulled(platform)
    assert len(whole) == 15
    assert pulled(platform, limit=limit) == whole
    for place in (0, 4, 5, 13, 14):
        assert pulled(platform, since=whole[place]["stored"], limit=limit) == whole[place + 1 :]
    assert pulled(platform, since="2000-01-01T00:00:00Z", limit=limit) == whole


def test_what_came_since_the_last_time(tree: BranchTree, platform: Platform) -> None:
    make_entry(make_member(tree.first))
    before = pulled(platform)
    assert pulled(platform, since=before[-1]["stored"]) == []
    make_entry(make_member(tree.second))
    after = pulled(platform, since=before[-1]["stored"])
    assert (len(before), len(after)) == (5, 5)
    assert pulled(platform) == before + after


@pytest.mark.parametrize(
    "asked",
    [
        {"agent": "{}"}, {"since": "x"}, {"limit": "-1"}, {"ascending": "false"}, {"cursor": "x"},
        {"statementId": "1"},
    ],
)  # fmt: skip
def test_what_is_not_supported_is_refused(platform: Platform, asked: dict[str, str]) -> None:
    answer = platform.get(ADDRESS, **asked)
    assert (answer.status_code, list(answer.json())) == (400, list(asked))


@pytest.mark.parametrize(("version", "status"), [("", 400), ("0.95", 400), ("1.0", 200)])
def test_the_version_is_asked_for(platform: Platform, version: str, status: int) -> None:
    answer = platform.get(ADDRESS, headers={"X-Experience-API-Version": version})
    assert (answer.status_code, answer["X-Experience-API-Version"]) == (status, "1.0.3")


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_six_statements(
    tree: BranchTree, platform: Platform, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        make_entry(make_member(tree.first))
    platform.get(ADDRESS)
    place_entries()
    with django_assert_num_queries(6):
        assert len(platform.get(ADDRESS).json()["statements"]) == 5 * count
