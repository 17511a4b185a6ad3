"""Saved filters of a board, and the list of who may miss the target."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from lms.members.models import Member
from lms.reports.saved.models import SavedFilter
from lms.reports.saved.services import MOST, FilterRefusedError, save_filter
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member, make_secretary

pytestmark = pytest.mark.django_db

MIDSUMMER = dt.datetime(2026, 7, 2, 4, tzinfo=dt.UTC)  # half of the year is over


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(MIDSUMMER, tick=False):
        yield


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.mark.slow
def test_who_falls_short_at_this_pace_is_listed_and_whoever_will_do_is_not() -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first, name="甲书记")
    hours = {"乙同志": "15.75", "丙同志": "16.25", "丁同志": "32"}
    for name, earned in hours.items():
        make_entry(make_member(tree.first, name=name), earned)
    client, board = signed_in(secretary), f"/board/{tree.first.pk}/"

    def names(query: str) -> list[str]:
        return [line["row"].name for line in client.get(f"{board}{query}").context["people"]]

    assert names("?show=unlikely") == ["甲书记", "乙同志"]
    assert names("?show=behind") == ["甲书记", "乙同志", "丙同志"]
    assert names("?show=unlikely&name=乙") == ["乙同志"]
    assert client.get(f"{board}?show=unlikely").context["shown_count"] == 2
    past = client.get(f"{board}?show=unlikely&year=2025").context
    assert (past["show"], past["unlikely_address"]) == ("behind", "")
    with time_machine.travel(dt.datetime(2026, 1, 15, 4, tzinfo=dt.UTC), tick=False):
        early = signed_in(secretary).get(f"{board}?show=unlikely").context
        assert (early["show"], early["unlikely_address"]) == ("behind", "")


@pytest.mark.slow
def test_filter_is_saved_used_and_removed_by_its_owner_alone() -> None:
    tree = make_branch_tree()
    secretary, colleague = make_secretary(tree.first), make_secretary(tree.first)
    client, board = signed_in(secretary), f"/board/{tree.first.pk}/"
    data = {"show": "behind", "name": "王", "as": "姓王的"}
    assert client.post(f"{board}filters/", data).status_code == 302
    ((saved, address),) = client.get(board).context["saved"]
    assert (saved.name, address) == ("姓王的", "?year=2026&show=behind&name=%E7%8E%8B")
    assert signed_in(colleague).get(board).context["saved"] == []
    remove = f"/board/filters/{saved.pk}/remove/"
    assert signed_in(colleague).post(remove).status_code == 404
    assert client.post(remove).status_code == 302
    assert SavedFilter.objects.count() == 0
    assert signed_in(make_secretary(tree.second)).post(f"{board}filters/", data).status_code == 404


def test_what_is_no_filter_is_not_saved_and_a_name_is_used_once() -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first)
    wrong: list[dict[str, str]] = [{"name": " ", "show": "behind"}, {"name": "空"}]
    for said in wrong:
        with pytest.raises(FilterRefusedError):
            save_filter(by=secretary, branch=tree.first, **said)
    with pytest.raises(FilterRefusedError):
        save_filter(by=secretary, branch=tree.second, name="别人的", show="behind")
    for place in range(MOST):
        save_filter(by=secretary, branch=tree.first, name=str(place), show="behind")
    with pytest.raises(FilterRefusedError):
        save_filter(by=secretary, branch=tree.first, name="再来", show="behind")
    again = save_filter(by=secretary, branch=tree.first, name="0", named="李")
    assert (again.show, again.named, SavedFilter.objects.count()) == ("", "李", MOST)


@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_a_board_with_saved_filters(size: int, django_assert_num_queries: Any) -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first)
    for place in range(size):
        make_entry(make_member(tree.first))
        save_filter(by=secretary, branch=tree.first, name=str(place), show="behind")
    client = signed_in(secretary)
    with django_assert_num_queries(UNLIKELY_QUERIES):
        answer = client.get(f"/board/{tree.first.pk}/?show=unlikely")
    assert len(answer.context["saved"]) == size


UNLIKELY_QUERIES = 16
