"""What a sitting is worth once its lesson shows another content."""

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from courses.progress.editions import Step, carried, moved, way
from courses.progress.intervals import Completion, Policy, Watch, measure, standing, union
from media_pipeline import editing
from media_pipeline.editing import EditFlawError, Moved

MINUTE = 60_000
LENGTH = 10 * MINUTE
# The third minute is cut out.
CUT = editing.mapping_of(((0, 2 * MINUTE), (3 * MINUTE, LENGTH)))
spans = st.lists(
    st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).map(lambda p: (min(p), max(p)))
).map(union)


def watched(*covered: tuple[int, int], minutes: float = 10) -> Watch:
    return Watch(0, Policy(LENGTH), covered=covered, present=((0, round(minutes * MINUTE)),))


def test_the_way_leads_over_what_both_came_from() -> None:
    steps = [Step(1, 0, CUT), Step(2, 0, ()), Step(3, 1, CUT)]
    assert way(steps, 0, 0) == ()
    assert way(steps, 0, 1) == (CUT,)
    assert way(steps, 0, 3) == (CUT, CUT)
    assert way(steps, 3, 0) == (editing.inverse(CUT), editing.inverse(CUT))
    assert way(steps, 3, 2) == (editing.inverse(CUT), editing.inverse(CUT), ())
    assert way(steps, 3, 1) == (editing.inverse(CUT),)


def test_what_was_watched_of_a_kept_stretch_stays_watched() -> None:
    after = carried(watched((0, 150_000), (4 * MINUTE, 5 * MINUTE)), (CUT,))
    assert after.covered == ((0, 2 * MINUTE), (3 * MINUTE, 4 * MINUTE))
    # Half a minute is gone, and the time it takes at 1.5 times the speed.
    assert after.present == ((0, LENGTH - 20_000),)


def test_time_spent_on_what_is_gone_buys_nothing_new() -> None:
    after = carried(watched((0, LENGTH)), ((),))
    assert (after.covered, after.present) == ((), ())


def test_a_break_that_is_cut_completes_who_has_seen_the_rest() -> None:
    completion = Completion(LENGTH, Decimal("0.95"))
    without = Completion(LENGTH - MINUTE, Decimal("0.95"))
    rest = watched((0, 2 * MINUTE), (3 * MINUTE, LENGTH))
    assert not standing([rest], completion).is_complete
    assert standing([carried(rest, (CUT,))], without).is_complete
    gap = watched((0, 2 * MINUTE), (4 * MINUTE, LENGTH))
    assert not standing([carried(gap, (CUT,))], without).is_complete


@given(
    spans, st.lists(st.tuples(st.integers(0, LENGTH), st.integers(1, LENGTH))), st.integers(1, 3)
)
def test_nothing_kept_is_lost_and_nothing_is_won(
    covered: tuple[tuple[int, int], ...], cuts: list[tuple[int, int]], allowed: int
) -> None:
    try:
        kept = editing.kept_after([(start, start + long) for start, long in cuts], LENGTH)
    except EditFlawError:
        assume(False)
    mapping = editing.mapping_of(kept)
    policy = Policy(LENGTH, allowed * 100)
    # As much time as the content takes at the highest speed, and no more.
    present = ((0, -(-measure(covered) // allowed)),) if covered else ()
    before = Watch(0, policy, covered=covered, present=present)
    after = carried(before, (mapping,))
    assert measure(after.covered) == measure(
        s for span in covered for s in editing.map_spans(mapping, [span])
    )
    assert measure(after.covered) <= measure(after.present) * allowed
    assert measure(after.present) <= measure(before.present)
    # Taken back, what was not cut is there again, where it was.
    back = moved(after.covered, (editing.inverse(mapping),))
    assert union(back, covered) == union(covered)


@given(spans)
def test_the_same_content_changes_nothing(covered: tuple[tuple[int, int], ...]) -> None:
    before = watched(*covered)
    assert carried(before, ()) == before
    assert carried(before, ((Moved(0, LENGTH, 0),),)) == before
