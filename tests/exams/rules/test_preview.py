"""What new rules would change: the preview says beforehand what settling then does."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.credit.models import MemberYear
from exams.credit.policy import PRESET, Identity, Rules, Target
from exams.credit.targets import settle_targets
from exams.rules.errors import RulesChangedError
from exams.rules.models import RuleSet
from exams.rules.preview import preview_rules
from exams.rules.queries import rules_for
from exams.rules.services import publish_rules
from lms.members.models import DutyKind, Member
from lms.members.services import assign_duty
from tests.factories.hours import make_entry
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
)
from tests.factories.rules import make_relief, make_rules

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def asking(hours: int, events: int = 0) -> Rules:
    """Of full members so many hours and occasions, and nothing else."""
    return replace(PRESET, targets=(Target(Identity.FULL, Decimal(hours), events=events),))


def studied(branch: Any, hours: str, **fields: Any) -> Member:
    member = make_member(branch, **fields)
    if Decimal(hours):
        make_entry(member, hours)
    return member


def test_who_would_no_longer_have_reached_it_and_who_then_would_have(tree: BranchTree) -> None:
    make_rules(tree.committee, targets=asking(32).targets)
    make_rules(tree.second, targets=asking(20).targets)
    studied(tree.first, "33", name="够三十二")
    studied(tree.first, "41", name="够四十")
    studied(tree.general, "0", name="未学")
    studied(tree.second, "33", name="另有规则")
    studied(tree.third, "33", name="不在其下")
    more = preview_rules(branch=tree.general, year=2026, rules=asking(40))
    assert (more.asked, more.total.changed, more.total.lost, more.total.won) == (3, 3, 1, 0)
    assert [(branch.name, tally.changed, tally.lost) for branch, tally in more.branches] == [
        ("机关党总支", 1, 0),
        ("第一党支部", 2, 1),
    ]
    assert (more.lost_names, more.won_names) == (["够三十二"], [])
    less = preview_rules(branch=tree.second, year=2026, rules=asking(40))
    assert (less.asked, less.lost_names) == (1, ["另有规则"])
    same = preview_rules(branch=tree.general, year=2026, rules=asking(32))
    assert (same.asked, same.total.changed, same.branches) == (3, 0, [])
    assert RuleSet.objects.count() == 2


def test_who_is_exempt_neither_loses_nor_wins(tree: BranchTree) -> None:
    make_rules(tree.committee, targets=asking(32).targets)
    ill = studied(tree.first, "33")
    make_relief(ill)
    reduced = studied(tree.first, "33", name="减免")
    make_relief(reduced, hours=Decimal(16))
    found = preview_rules(branch=tree.first, year=2026, rules=asking(10))
    assert (found.asked, found.total.changed, found.total.lost, found.total.won) == (2, 1, 0, 0)
    newly_due = make_member(tree.second, kind="activist")
    make_entry(newly_due, "12")
    rules = replace(PRESET, targets=(Target(Identity.ACTIVIST, Decimal(12)),))
    found = preview_rules(branch=tree.second, year=2026, rules=rules)
    # Of whom nothing was asked, nothing had been missed.
    assert (found.total.changed, found.total.won) == (1, 0)


def test_rules_published_meanwhile_are_not_overwritten_unseen(tree: BranchTree) -> None:
    by = make_administrator(tree.committee)
    said: dict[str, Any] = {"branch": tree.first, "year": 2026, "reason": "支委会决定", "by": by}
    seen = rules_for(tree.first.path, 2026).version
    make_rules(tree.general)
    with pytest.raises(RulesChangedError, match="已有新的版本"):
        publish_rules(rules=asking(40), in_place_of=seen, **said)
    seen = rules_for(tree.first.path, 2026).version
    assert publish_rules(rules=asking(40), in_place_of=seen, **said).version == 1


@pytest.mark.parametrize("people", [1, 3])
def test_queries_of_a_preview(
    tree: BranchTree, people: int, django_assert_num_queries: Any
) -> None:
    for _each in range(people):
        studied(tree.first, "33")
    with django_assert_num_queries(PREVIEW_QUERIES):
        preview_rules(branch=tree.general, year=2026, rules=asking(40))


PREVIEW_QUERIES = 5

PERSON = st.tuples(
    st.sampled_from(["general", "first", "second"]),
    st.sampled_from(["full", "probationary", "activist"]),
    st.booleans(),  # 班子成员
    st.sampled_from([None, "exempt", Decimal(16)]),
    st.sampled_from(["0", "16", "33", "57"]),
    st.sampled_from(["group", "concentrated"]),
)
TARGETS = st.lists(
    st.builds(
        Target,
        st.sampled_from([Identity.FULL, Identity.PROBATIONARY, Identity.COMMITTEE]),
        st.sampled_from([Decimal(each) for each in (0, 16, 32, 56)]),
        events=st.integers(0, 1),
    ),
    max_size=4,
).map(tuple)


@pytest.mark.slow
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(people=st.lists(PERSON, max_size=6), targets=TARGETS, own=st.booleans())
def test_settling_does_what_the_preview_said(
    tree: BranchTree, people: list[Any], targets: tuple[Target, ...], own: bool
) -> None:
    with transaction.atomic():
        _compare(tree, people, targets, own)
        transaction.set_rollback(True)


def _compare(tree: BranchTree, people: list[Any], targets: tuple[Target, ...], own: bool) -> None:
    by = make_administrator(tree.committee)
    if own:
        make_rules(tree.second, targets=asking(24).targets)
    for place, kind, sits_on_committee, relief, hours, category in people:
        member = make_member(getattr(tree, place), kind=kind)
        if sits_on_committee:
            assign_duty(member=member, kind=DutyKind.COMMITTEE, from_on=dt.date(2026, 1, 1))
        if relief:
            make_relief(member, hours=None if relief == "exempt" else relief)
        if Decimal(hours):
            make_entry(member, hours, category=category)
    settle_targets()
    before = _years()
    rules = replace(PRESET, targets=targets)
    said = preview_rules(branch=tree.general, year=2026, rules=rules)
    publish_rules(branch=tree.general, year=2026, rules=rules, reason="依据", by=by)
    assert settle_targets() == said.total.changed
    after = _years()
    lost = [pk for pk, (due, reached) in after.items() if before[pk][1] and due and not reached]
    won = [pk for pk, (due, reached) in after.items() if reached and before[pk] == (True, False)]
    assert (len(lost), len(won)) == (said.total.lost, said.total.won)


def _years() -> dict[int, tuple[bool, bool]]:
    rows = MemberYear.objects.filter(year=2026).values_list("member_id", "is_due", "is_reached")
    return {member_id: (due, reached) for member_id, due, reached in rows}
