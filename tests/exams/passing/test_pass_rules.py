"""Composed rules: what all, any and at least n of them come to, whatever they are made of."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from exams.passing.pass_rules import (
    Condition,
    Group,
    Open,
    Outcome,
    PlanGap,
    Rule,
    Unit,
    Verdict,
    as_json,
    evaluate,
    from_json,
    hours_missing,
    leaves,
    plan_gap,
    with_condition,
    without_condition,
)

conditions = st.builds(
    Condition,
    st.sampled_from(["hours", "plan", "essay"]),
    st.dictionaries(st.sampled_from(["hours", "exam"]), st.text(max_size=3), max_size=1),
)
rules = st.recursive(
    conditions,
    lambda inner: st.builds(
        Group,
        st.lists(inner, min_size=1, max_size=4).map(tuple),
        st.none() | st.integers(min_value=1, max_value=4),
    ),
    max_leaves=10,
)
groups = st.builds(
    Group,
    st.lists(rules, max_size=4).map(tuple),
    st.none() | st.integers(min_value=1, max_value=4),
)
MET, NOT_MET = Outcome(True), Outcome(False, "还差")


def is_met(rule: Rule, outcomes: list[bool]) -> bool:
    """The plainest reading of a rule, for comparison; takes its outcomes off the list."""
    if isinstance(rule, Condition):
        return outcomes.pop(0)
    met = [is_met(part, outcomes) for part in rule.parts]
    if not met:
        return False
    return sum(met) >= (len(met) if rule.needed is None else min(rule.needed, len(met)))


def sentences(missing: Open) -> list[str]:
    return [
        sentence
        for part in missing.parts
        for sentence in ([part] if isinstance(part, str) else sentences(part))
    ]


@given(groups, st.data())
def test_the_verdict_is_the_plainest_reading_of_the_rule(rule: Group, data: st.DataObject) -> None:
    count = len(list(leaves(rule)))
    met = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    verdict = evaluate(rule, [MET if one else NOT_MET for one in met])
    assert verdict.is_met == is_met(rule, list(met))
    assert (verdict.missing is None) == verdict.is_met


@given(groups, st.data())
def test_what_is_missing_names_only_what_is_not_met_and_enough_of_it(
    rule: Group, data: st.DataObject
) -> None:
    count = len(list(leaves(rule)))
    met = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    outcomes = [Outcome(one, "" if one else str(place)) for place, one in enumerate(met)]
    verdict = evaluate(rule, outcomes)
    named = {int(one) for one in sentences(verdict.missing)} if verdict.missing else set()
    assert all(not met[place] for place in named)
    # Doing everything that is named is enough.
    done = [one or place in named for place, one in enumerate(met)]
    assert evaluate(rule, [MET if one else NOT_MET for one in done]).is_met == bool(rule.parts)


@given(groups, st.data())
def test_fulfilling_one_thing_more_never_takes_a_pass_away(
    rule: Group, data: st.DataObject
) -> None:
    count = len(list(leaves(rule)))
    met = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    before = evaluate(rule, [MET if one else NOT_MET for one in met]).is_met
    for place in range(count):
        more = [one or other == place for other, one in enumerate(met)]
        after = evaluate(rule, [MET if one else NOT_MET for one in more]).is_met
        assert after or not before


@given(groups)
def test_a_rule_is_kept_as_json_and_comes_back(rule: Group) -> None:
    assert from_json(as_json(rule)) == rule
    assert from_json({}) == Group()


@given(groups, conditions)
def test_a_condition_put_in_can_be_taken_out(rule: Group, new: Condition) -> None:
    rule = replace(rule, needed=None)
    assert without_condition(with_condition(rule, new), len(rule.parts)) == rule
    for place, part in enumerate(rule.parts):
        beside = with_condition(rule, new, beside=place)
        assert list(leaves(beside.parts[place])) == [*leaves(part), new]
        inner = len(part.parts) if isinstance(part, Group) else 1
        left = without_condition(beside, place, inner)
        assert list(leaves(left)) == list(leaves(rule))


def test_all_any_and_two_of_three() -> None:
    three = tuple(Condition(kind) for kind in ("plan", "hours", "essay"))
    outcomes = [MET, Outcome(False, "还差 2 学时"), Outcome(False, "没有心得")]
    assert evaluate(Group(three), outcomes) == Verdict(False, Open(2, ("还差 2 学时", "没有心得")))
    assert evaluate(Group(three, 2), outcomes) == Verdict(
        False, Open(1, ("还差 2 学时", "没有心得"))
    )
    assert evaluate(Group(three, 1), outcomes) == Verdict(True)
    nested = Group((three[0], Group(three[1:], 1)))
    assert evaluate(nested, outcomes) == Verdict(
        False, Open(1, (Open(1, ("还差 2 学时", "没有心得")),))
    )
    assert evaluate(Group(), []) == Verdict(False, Open(1, ()))


hours = st.decimals(min_value=0, max_value=100, places=2)


@given(st.dictionaries(st.sampled_from(["group", "online", "exam"]), hours), hours, st.booleans())
def test_missing_hours_are_what_would_fill_the_condition(
    earned: dict[str, Decimal], wanted: Decimal, is_narrow: bool
) -> None:
    categories = ["group"] if is_narrow else []
    missing = hours_missing(earned, categories, wanted)
    assert missing >= 0
    filled = {**earned, "group": earned.get("group", Decimal(0)) + missing}
    assert hours_missing(filled, categories, wanted) == 0
    if missing:
        counted = earned.get("group", Decimal(0)) if is_narrow else sum(earned.values(), Decimal(0))
        assert counted + missing == wanted


units = st.lists(
    st.builds(
        Unit, st.lists(st.integers(1, 12), max_size=4, unique=True).map(tuple), st.booleans()
    ),
    max_size=5,
)


@given(units, st.sets(st.integers(1, 12)), st.integers(0, 4))
def test_a_plan_is_closed_by_completing_all_of_it_and_what_is_missing_is_not_completed(
    plan: list[Unit], completed: set[int], electives: int
) -> None:
    gap = plan_gap(plan, completed, electives)
    assert completed.isdisjoint(gap.lessons)
    assert plan_gap(plan, set(range(1, 13)), electives) == PlanGap()
    more = plan_gap(plan, completed | set(gap.lessons[:1]), electives)
    assert len(more.lessons) <= len(gap.lessons)
    assert more.electives <= gap.electives
