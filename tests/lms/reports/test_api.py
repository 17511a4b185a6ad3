"""Hours for other systems: what an entry says, in which order, and what may be asked."""

import datetime as dt
import itertools
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from exams.credit.models import StudyHourEntry
from lms.members.services import transfer_member
from lms.reports.feed.models import EntryPlace
from lms.reports.feed.queries import entries_under, horizon, placed
from lms.reports.feed.services import place_entries
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import BranchTree, make_branch_tree, make_member
from tests.factories.platforms import Platform, make_platform

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def platform(tree: BranchTree) -> Platform:
    return make_platform(tree.general)


def titles(answer: Any) -> list[str]:
    return [entry["source_title"] for entry in answer.json()["results"]]


# --- Entries --------------------------------------------------------------------------------------


def test_an_entry_says_all_that_a_platform_needs(tree: BranchTree, platform: Platform) -> None:
    with time_machine.travel(NOON, tick=False):
        member = make_member(tree.first, number="400001")
        entry = make_entry(
            member, "0.5", earned_on=dt.date(2026, 3, 1), title="第一讲", source_id="77"
        )
        reversal = make_reversal(entry, by=make_member(tree.first))
        make_entry(member, "2", category="individual", earned_on=dt.date(2026, 3, 2))
        first, second, third = platform.get("study-hours/").json()["results"]
    assert first == {
        "idempotency_key": first["idempotency_key"],
        "member_number": "400001",
        "branch_code": "ZB1",
        "category": "group",
        "hours": "0.50",
        "counted_hours": "0.50",
        "earned_on": "2026-03-01",
        "created_at": "2026-11-20T12:00:00+08:00",
        "updated_at": "2026-11-20T12:00:00+08:00",
        "source_kind": "lesson",
        "source_id": "77",
        "source_title": "第一讲",
        "rule_version": entry.rule_version,
        "reverses": None,
        "member_seq": 1,
        "previous_hash": "",
        "hash": entry.hash,
    }
    assert uuid.UUID(first["idempotency_key"]).version == 5
    assert (second["source_kind"], second["hours"], second["counted_hours"]) == (
        "reversal", "-0.50", "-0.50",
    )  # fmt: skip
    assert second["reverses"] == first["idempotency_key"]
    assert (second["previous_hash"], second["hash"]) == (entry.hash, reversal.hash)
    assert (third["hours"], third["counted_hours"]) == ("2.00", "0.00")
    assert len({each["idempotency_key"] for each in (first, second, third)}) == 3


def test_pulling_again_gives_the_same_entries_with_the_same_keys(
    tree: BranchTree, platform: Platform
) -> None:
    member = make_member(tree.first)
    for _ in range(5):
        make_entry(member)
    whole, cursor = platform.pull()
    in_twos, _cursor = platform.pull(limit=2)
    assert (len(whole), in_twos) == (5, whole)
    assert platform.pull(cursor) == ([], cursor)
    make_entry(member, title="新的")
    more, _cursor = platform.pull(cursor)
    assert [entry["source_title"] for entry in more] == ["新的"]


def test_hours_stay_with_the_branch_they_were_earned_in(tree: BranchTree) -> None:
    member = make_member(tree.first)
    with time_machine.travel(NOON, tick=False):
        make_entry(member, earned_on=dt.date(2026, 3, 1), title="转出前")
        transfer_member(member=member, to=tree.third, on=dt.date(2026, 7, 1))
        make_entry(member, earned_on=dt.date(2026, 8, 1), title="转出后")
        before, after, both = (
            titles(make_platform(branch).get("study-hours/"))
            for branch in (tree.general, tree.third, tree.committee)
        )
    assert (before, after, both) == (["转出前"], ["转出后"], ["转出前", "转出后"])


@pytest.mark.slow
def test_filters_narrow_and_foreign_branches_do_not_exist(
    tree: BranchTree, platform: Platform
) -> None:
    first, second = make_member(tree.first), make_member(tree.second)
    with time_machine.travel(NOON, tick=False) as now:
        make_entry(first, earned_on=dt.date(2025, 12, 31), title="去年")
        place_entries()
        now.shift(60)
        make_entry(second, earned_on=dt.date(2026, 1, 1), title="今年")
        asked: list[tuple[dict[str, Any], list[str]]] = [
            ({}, ["去年", "今年"]),
            ({"year": 2025}, ["去年"]),
            ({"branch": "ZB2"}, ["今年"]),
            ({"branch": "ZZ", "year": 2026}, ["今年"]),
            ({"updated_since": "2026-11-20T12:00:30+08:00"}, ["今年"]),
            ({"updated_since": "2026-11-20T04:00:00Z"}, ["去年", "今年"]),
        ]
        assert [(each, titles(platform.get("study-hours/", **each))) for each, _ in asked] == asked
    for code in ("ZB3", "DW", "NONE", "\x00"):
        assert platform.get("study-hours/", branch=code).status_code in {400, 404}


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        {"cursor": "x"}, {"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"year": "0"},
        {"year": "99999"}, {"updated_since": "gestern"}, {"order_by": "member__password"},
        {"page_size": "1000000000"}, {"cursor": "ZTox" + "A" * 60}, {"offset": "5"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(platform: Platform, asked: dict[str, str]) -> None:
    answer = platform.get("study-hours/", **asked)
    assert (answer.status_code, list(answer.json())) == (400, list(asked))


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_six_statements(
    tree: BranchTree, platform: Platform, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        make_reversal(make_entry(make_member(tree.first)), by=make_member(tree.second))
    platform.get("study-hours/")  # gives the places and notes the use
    with django_assert_num_queries(6):
        assert len(titles(platform.get("study-hours/"))) == 2 * count


def test_a_quiet_branch_costs_no_second_look(tree: BranchTree) -> None:
    """The cursor of the last page is at the end of everything, not at the own last entry."""
    quiet = make_platform(tree.third)
    for _ in range(3):
        make_entry(make_member(tree.first))
    _entries, cursor = quiet.pull()
    assert horizon().position == 3
    make_entry(make_member(tree.third), title="终于")
    place_entries()
    assert [place.position for place in entries_under("", after=3, until=4, most=9)] == [4]
    assert [entry["source_title"] for entry in quiet.pull(cursor)[0]] == ["终于"]


@pytest.mark.slow
def test_pages_are_found_by_index(tree: BranchTree) -> None:
    model = make_entry(make_member(tree.first))
    said = {
        field.attname: getattr(model, field.attname)
        for field in StudyHourEntry._meta.concrete_fields
    }
    StudyHourEntry.objects.bulk_create(
        StudyHourEntry(**{**said, "id": None, "member_seq": number, "source_id": f"x{number}"})
        for number in range(2, 4000)
    )
    while place_entries():
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE exams_studyhourentry, reports_entryplace")
    for branch in (tree.general, tree.third):  # the one has every entry, the other none
        plan = placed(branch.path, after=2000, until=3999)[:201].explain()
        assert "Seq Scan" not in plan
        assert "using" in plan
    assert "using reports_entryplace_position" in placed(None, after=9, until=99)[:9].explain()
    waiting = EntryPlace.objects.filter(position__isnull=True).order_by("entry")[:1].explain()
    assert "entry_place_waiting" in waiting
    shown = entries_under(tree.general.path, after=2000, until=3999, most=201)
    assert [place.position for place in shown] == list(range(2001, 2202))


# --- Ends of chains -------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_outsider_ties_the_entries_to_the_heads(tree: BranchTree, platform: Platform) -> None:
    members = [make_member(tree.first), make_member(tree.second), make_member(tree.second)]
    for member in (*members, *members[:2], members[0]):
        make_entry(member)
    make_entry(make_member(tree.third))
    chains: dict[str, list[dict[str, Any]]] = {}
    for entry in platform.pull()[0]:
        chains.setdefault(entry["member_number"], []).append(entry)
    for chain in chains.values():
        assert chain[0]["previous_hash"] == ""
        for before, after in itertools.pairwise(chain):
            assert after["previous_hash"] == before["hash"]
    ends = {
        number: {"member_number": number, "seq": chain[-1]["member_seq"], "hash": chain[-1]["hash"]}
        for number, chain in chains.items()
    }
    heads: list[dict[str, Any]] = []
    cursor, has_more = "", True
    while has_more:
        page = platform.get("ledger-heads/", cursor=cursor, limit=2).json()
        heads += page["results"]
        cursor, has_more = page["next_cursor"], page["has_more"]
    assert {head["member_number"]: head for head in heads} == ends
    assert [head["seq"] for head in heads] == [3, 2, 1]
    assert platform.get("ledger-heads/", cursor="x").status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_heads_take_two_statements(
    tree: BranchTree, platform: Platform, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        make_entry(make_member(tree.first))
    platform.get("ledger-heads/")
    with django_assert_num_queries(2):
        assert len(platform.get("ledger-heads/").json()["results"]) == count


# --- Years ----------------------------------------------------------------------------------------


def test_years_of_members_and_branches(tree: BranchTree, platform: Platform) -> None:
    with time_machine.travel(NOON, tick=False):
        member = make_member(tree.first, number="400001")
        make_entry(member, "33", earned_on=dt.date(2026, 2, 1))
        make_entry(member, "1.25", category="individual", earned_on=dt.date(2026, 2, 2))
        make_member(tree.second)
        year = platform.get("members/400001/years/2026/").json()
        branch = platform.get("branches/ZZ/years/2026/").json()
    assert year == {
        "member_number": "400001",
        "branch_code": "ZB1",
        "year": 2026,
        "counted_hours": "33.00",
        "all_hours": "34.25",
        "target_hours": "32.00",
        "missing_hours": "0.00",
        "events": 0,
        "required_events": 0,
        "state": "reached",
        "hours_by_category": {"group": "33.00", "individual": "1.25"},
    }
    figures = {
        "members": 2,
        "due": 2,
        "reached": 1,
        "started": 0,
        "not_started": 1,
        "counted_hours": "33.00",
        "credited_hours": "34.25",
        "credited_by_category": {"group": "33.00", "individual": "1.25"},
    }
    assert {**branch, "parts": []} == {
        "branch_code": "ZZ", "year": 2026, "day": "2026-11-20", "figures": figures, "parts": [],
    }  # fmt: skip
    parts = {part["branch_code"]: part["figures"] for part in branch["parts"]}
    assert (parts["ZB1"]["members"], parts["ZB2"]["members"]) == (1, 1)
    assert {**figures, "members": 1, "due": 1, "not_started": 0} == parts["ZB1"]


def test_who_and_what_is_not_on_the_board_does_not_exist(
    tree: BranchTree, platform: Platform
) -> None:
    with time_machine.travel(NOON, tick=False):
        own, foreign = make_member(tree.first, phone="13800000001"), make_member(tree.third)
        reached = {
            address: platform.get(address).status_code
            for address in (
                f"members/{own.number}/years/2026/",
                f"members/{own.number}/years/2019/",
                f"members/{own.number}/years/2027/",
                "members/13800000001/years/2026/",
                f"members/{foreign.number}/years/2026/",
                "members/%00/years/2026/",
                "branches/ZB1/years/2026/",
                "branches/ZB1/years/99999999999999999999/",
                "branches/ZB3/years/2026/",
                "branches/DW/years/2026/",
                "branches/%00/years/2026/",
            )
        }
    assert [address for address, status in reached.items() if status == 200] == [
        f"members/{own.number}/years/2026/",
        "branches/ZB1/years/2026/",
    ]
    assert set(reached.values()) == {200, 404}


@pytest.mark.slow
@given(st.dictionaries(st.text(max_size=12), st.text(max_size=70), max_size=4))
@hypothesis_settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_question_breaks_a_list(platform: Platform, asked: dict[str, str]) -> None:
    for address in ("study-hours/", "ledger-heads/", "xapi/statements"):
        answer = platform.get(address, **asked)
        assert answer.status_code in ({200, 429} if not asked else {200, 400, 404, 429})
