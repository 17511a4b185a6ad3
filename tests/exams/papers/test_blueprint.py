import json
import random
from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from exams.papers.blueprint import (
    Blueprint,
    Candidate,
    Cell,
    Lack,
    another_order,
    as_json,
    cell_for,
    fill,
    fitting,
    from_json,
    worth,
)

KINDS = ("single", "multiple")
CELLS = st.builds(
    Cell,
    kind=st.sampled_from(KINDS),
    count=st.integers(1, 4),
    points=st.sampled_from([Decimal("1"), Decimal("2.5")]),
    section=st.sampled_from(["一", "二"]),
    topic=st.none() | st.integers(1, 2),
    difficulty=st.none() | st.integers(1, 3),
    pool=st.integers(0, 6),
)
BLUEPRINTS = st.builds(Blueprint, st.lists(CELLS, max_size=5).map(tuple))


@st.composite
def banks(draw: st.DrawFn) -> list[Candidate]:
    kinds = draw(
        st.lists(
            st.tuples(st.sampled_from(KINDS), st.none() | st.integers(1, 2), st.integers(1, 3)),
            max_size=20,
        )
    )
    return [Candidate(number, *rest) for number, rest in enumerate(kinds, start=1)]


def deficiency(blueprint: Blueprint, bank: list[Candidate]) -> int:
    """By Hall's theorem: the most that any set of cells asks beyond what fits any of them."""
    cells = blueprint.cells
    return max(
        sum(cell.size for cell in some) - sum(any(cell.fits(q) for cell in some) for q in bank)
        for size in range(len(cells) + 1)
        for some in combinations(cells, size)
    )


@given(BLUEPRINTS, banks(), st.integers(0, 2**40))
def test_what_is_filled_fits_and_each_question_is_used_once(
    blueprint: Blueprint, bank: list[Candidate], seed: int
) -> None:
    by_id = {question.id: question for question in bank}
    filled = fill(blueprint, bank, seed=seed)
    used = [question for cell in filled.cells for question in cell]

    assert len(filled.cells) == len(blueprint.cells)
    assert len(set(used)) == len(used)
    for cell, chosen in zip(blueprint.cells, filled.cells, strict=True):
        assert [each for each in chosen if not cell.fits(by_id[each])] == []


@given(BLUEPRINTS, banks(), st.integers(0, 2**40))
def test_it_fails_only_if_no_way_of_filling_would_succeed_and_says_where(
    blueprint: Blueprint, bank: list[Candidate], seed: int
) -> None:
    filled = fill(blueprint, bank, seed=seed)
    fits = fitting(blueprint, bank)

    assert sum(lack.needed - lack.found for lack in filled.lacks) == deficiency(blueprint, bank)
    short = {lack.cell: lack for lack in filled.lacks}
    for number, (cell, chosen) in enumerate(zip(blueprint.cells, filled.cells, strict=True)):
        if number in short:
            assert short[number] == Lack(number, cell.size, len(chosen), fits[number])
            assert len(chosen) < cell.size
        else:
            assert len(chosen) == cell.size


@given(BLUEPRINTS, banks(), st.integers(0, 2**40), st.randoms())
def test_the_same_seed_and_bank_give_the_same_paper(
    blueprint: Blueprint, bank: list[Candidate], seed: int, chance: random.Random
) -> None:
    mixed = list(bank)
    chance.shuffle(mixed)
    assert fill(blueprint, mixed, seed=seed) == fill(blueprint, bank, seed=seed)


def test_a_question_moves_to_a_wide_cell_so_that_a_narrow_one_is_filled() -> None:
    wide = Cell("single", 2, Decimal(1))
    narrow = Cell("single", 1, Decimal(1), topic=1, difficulty=1)
    bank = [
        Candidate(1, "single", 1, 1),
        Candidate(2, "single", None, 3),
        Candidate(3, "single", 2, 3),
    ]
    for seed in range(20):
        filled = fill(Blueprint((wide, narrow)), bank, seed=seed)
        assert (sorted(filled.cells[0]), filled.cells[1], filled.lacks) == ([2, 3], (1,), ())
    (lack,) = fill(Blueprint((wide, narrow)), bank[:2], seed=1).lacks
    assert lack == Lack(cell=0, needed=2, found=1, fitting=2)


@given(BLUEPRINTS)
def test_a_blueprint_is_kept_as_json(blueprint: Blueprint) -> None:
    assert from_json(json.loads(json.dumps(as_json(blueprint)))) == blueprint
    assert from_json({}) == Blueprint()


@given(st.lists(st.sampled_from("一二三"), max_size=12).map(sorted), st.integers(0, 2**40))
def test_form_b_has_the_same_questions_section_by_section_in_another_order(
    sections: list[str], seed: int
) -> None:
    items = list(range(len(sections)))
    other = another_order(items, sections, seed=seed)
    assert sorted(other) == items
    assert [sections[item] for item in other] == sections
    assert (other == items) == (len(set(sections)) == len(sections))


def test_a_question_added_by_hand_goes_to_the_first_cell_with_room() -> None:
    cells = (Cell("single", 1, Decimal(1), topic=1), Cell("single", 2, Decimal(1), pool=3))
    blueprint = Blueprint(cells)
    on_topic, off_topic = Candidate(1, "single", 1, 1), Candidate(2, "single", 2, 1)
    assert cell_for(blueprint, {}, on_topic) == 0
    assert cell_for(blueprint, {0: 1}, on_topic) == 1
    assert cell_for(blueprint, {}, off_topic) == 1
    assert cell_for(blueprint, {0: 1, 1: 3}, off_topic) is None
    assert cell_for(blueprint, {}, Candidate(3, "essay", 1, 1)) is None


@given(BLUEPRINTS)
def test_a_drawn_paper_is_worth_what_its_blueprint_says(blueprint: Blueprint) -> None:
    items = [
        (number, cell.points)
        for number, cell in enumerate(blueprint.cells)
        for _ in range(cell.size)
    ]
    takes = {number: cell.count for number, cell in enumerate(blueprint.cells)}
    assert worth(items, takes) == blueprint.points
    assert worth(items, {}) == sum((points for _cell, points in items), Decimal(0))
