"""Who sits where, as lists."""

import random

from hypothesis import given
from hypothesis import strategies as st

from live.groups.dealing import dealt, dealt_by_branch

people = st.lists(st.integers(), unique=True, max_size=60)


@given(people, st.integers(2, 30))
def test_everybody_sits_once_and_groups_are_even(who: list[int], count: int) -> None:
    groups = dealt(who, count)
    assert sorted(each for group in groups for each in group) == sorted(who)
    sizes = [len(group) for group in groups]
    assert (len(groups), max(sizes) - min(sizes) <= 1) == (count, True)


@given(people, st.integers(2, 30), st.randoms())
def test_a_branch_stays_together(who: list[int], count: int, chance: random.Random) -> None:
    pairs = [(each, f"/{chance.randrange(6)}/") for each in who]
    groups = dealt_by_branch(pairs, count)
    assert sorted(each for group in groups for each in group) == sorted(who)
    for branch in {branch for _each, branch in pairs}:
        together = {each for each, name in pairs if name == branch}
        assert sum(bool(together & set(group)) for group in groups) == 1
