import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from exams.papers.drawing import DrawnFrom, draw, form_for


@st.composite
def pools(draw_: st.DrawFn) -> list[DrawnFrom]:
    """Cells of a few items each, laid out section by section as a sealed paper is."""
    cells = draw_(
        st.lists(
            st.tuples(st.integers(1, 6), st.integers(0, 8), st.sampled_from("一二三")),
            max_size=5,
        )
    )
    pool: list[DrawnFrom] = []
    for number, (size, take, section) in enumerate(
        sorted(cells, key=lambda cell: "一二三".index(cell[2]))
    ):
        for _ in range(size):
            place = len(pool) + 1
            pool.append(DrawnFrom(place * 7, number, take, place, section))
    return pool


@given(pools(), st.integers(0, 2**40), st.booleans())
def test_a_draw_takes_from_each_cell_what_it_asks_for_and_keeps_sections_whole(
    pool: list[DrawnFrom], seed: int, shuffles: bool
) -> None:
    drawn = draw(pool, seed=seed, shuffles=shuffles)
    by_id = {item.id: item for item in pool}
    items = [by_id[each] for each in drawn]

    assert len(set(drawn)) == len(drawn)
    offered = Counter(item.cell for item in pool)
    taken = Counter(item.cell for item in items)
    takes = {item.cell: item.take for item in pool}
    assert {cell: taken[cell] for cell in offered} == {
        cell: min(count, takes[cell]) for cell, count in offered.items()
    }
    assert [item.section for item in items] == sorted(
        (item.section for item in items), key="一二三".index
    )
    if not shuffles:
        assert drawn == sorted(drawn)


@given(pools(), st.integers(0, 2**40), st.booleans(), st.randoms())
def test_the_same_seed_draws_the_same_however_the_pool_was_read(
    pool: list[DrawnFrom], seed: int, shuffles: bool, chance: random.Random
) -> None:
    mixed = list(pool)
    chance.shuffle(mixed)
    assert draw(mixed, seed=seed, shuffles=shuffles) == draw(pool, seed=seed, shuffles=shuffles)


def test_every_item_of_a_cell_is_drawn_about_as_often() -> None:
    pool = [DrawnFrom(number, 0, 2, number, "") for number in range(1, 6)]
    counts = Counter(item for seed in range(2000) for item in draw(pool, seed=seed, shuffles=False))
    assert sorted(counts) == [1, 2, 3, 4, 5]
    assert max(counts.values()) - min(counts.values()) < 200


def test_neighbours_get_different_forms() -> None:
    assert [form_for(["B", "A", "B"], turn=turn) for turn in range(4)] == ["A", "B", "A", "B"]
    assert form_for([""], turn=3) == ""
    assert form_for([], turn=3) == ""
