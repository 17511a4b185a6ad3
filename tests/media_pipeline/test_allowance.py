"""Whether more bytes fit: the pure decision."""

from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.allowance import Limit, obstacle, tightest

limits = st.lists(
    st.builds(
        Limit,
        name=st.sampled_from(["", "第一党支部", "党委"]),
        most=st.integers(0, 1000),
        used=st.integers(0, 1500),
    ),
    max_size=5,
)


def test_what_is_left_is_never_less_than_nothing() -> None:
    assert [Limit("", 10, used).left for used in (0, 10, 11)] == [10, 0, 0]


def test_the_one_that_could_never_hold_it_is_named_first() -> None:
    own, branch, school = Limit("", 100, 90), Limit("支部", 40, 0), Limit("党委", 1000, 995)
    assert obstacle([own, branch, school], 50) == branch
    assert obstacle([own, branch, school], 20) == school
    assert obstacle([own, branch, school], 5) is None
    assert obstacle([], 10**15) is None
    assert tightest([own, branch, school]) == school
    assert tightest([]) is None


@given(limits, st.integers(0, 2000))
def test_what_is_let_in_exceeds_no_limit(found: list[Limit], wanted: int) -> None:
    named = obstacle(found, wanted)
    if named is None:
        assert all(limit.used + wanted <= limit.most for limit in found if wanted)
    else:
        assert named in found
        assert named.left < wanted


@given(limits, st.integers(0, 2000), st.integers(0, 2000))
def test_less_fits_wherever_more_does(found: list[Limit], one: int, other: int) -> None:
    less, more = sorted((one, other))
    if obstacle(found, more) is None:
        assert obstacle(found, less) is None
