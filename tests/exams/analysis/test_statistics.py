"""The figures against published worked examples, an independent computation, and properties."""

import math
import statistics
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.analysis.statistics import (
    Choice,
    Flag,
    Person,
    Response,
    flagged,
    groups,
    item_figures,
    pearson,
    reliability,
    variance,
)

# K. L. Wuensch, KR20.txt, East Carolina University: ten students, ten questions.
WUENSCH = [
    [1, 1, 1, 1, 1, 1, 0, 1, 1, 0],
    [1, 0, 1, 1, 0, 1, 1, 1, 0, 1],
    [1, 1, 1, 1, 0, 1, 1, 0, 0, 1],
    [0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    [0, 0, 0, 0, 0, 1, 0, 0, 1, 0],
    [1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
    [1, 1, 0, 1, 1, 1, 0, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, 1, 1, 0, 1],
    [0, 1, 0, 1, 1, 1, 1, 1, 0, 1],
    [1, 1, 0, 1, 1, 0, 1, 1, 1, 0],
]
WUENSCH_P = [0.7, 0.7, 0.6, 0.7, 0.6, 0.8, 0.7, 0.7, 0.5, 0.6]
WUENSCH_PQ = [0.21, 0.21, 0.24, 0.21, 0.24, 0.16, 0.21, 0.21, 0.25, 0.24]
WUENSCH_VARIANCE = 5.84  # divided by n, as there

# "Item Analysis Worksheet", studylib.net/doc/25270846: the upper five and the lower five.
WORKSHEET = [
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, 1, 1, 0, 1],
    [1, 1, 0, 1, 1, 1, 1, 1, 0, 0],
    [0, 1, 1, 1, 1, 1, 0, 1, 0, 1],
    [1, 1, 1, 0, 1, 1, 1, 0, 0, 1],
    [1, 1, 1, 0, 1, 1, 0, 1, 0, 0],
    [0, 1, 1, 0, 1, 1, 0, 1, 0, 1],
    [0, 1, 1, 1, 0, 0, 1, 0, 1, 0],
    [1, 1, 1, 0, 1, 0, 0, 0, 0, 1],
    [0, 1, 0, 0, 0, 1, 0, 0, 1, 0],
]
WORKSHEET_TOTALS = [100, 90, 70, 70, 70, 60, 60, 50, 50, 30]
WORKSHEET_P = [0.6, 1, 0.8, 0.5, 0.8, 0.8, 0.5, 0.6, 0.3, 0.6]
WORKSHEET_D = [0.4, 0, 0, 0.6, 0.4, 0.4, 0.6, 0.4, -0.2, 0.4]


def people(table: Sequence[Sequence[float]], totals: Sequence[float] = ()) -> list[Person]:
    return [
        Person(
            total=totals[row] / 100 if totals else sum(shares) / len(shares),
            responses={item: Response(share) for item, share in enumerate(shares)},
        )
        for row, shares in enumerate(table)
    ]


def test_facility_variance_and_alpha_of_the_published_example() -> None:
    everybody = people(WUENSCH)
    ends = groups(everybody)
    found = [item_figures(everybody, item, ends=ends) for item in range(10)]
    assert [figures and round(figures.facility, 10) for figures in found] == WUENSCH_P
    columns = list(zip(*WUENSCH, strict=True))
    assert [round(variance(column) * 9 / 10, 10) for column in columns] == WUENSCH_PQ
    totals = [sum(row) for row in WUENSCH]
    assert totals == [8, 7, 7, 2, 2, 9, 8, 9, 7, 7]
    assert variance(totals) * 9 / 10 == pytest.approx(WUENSCH_VARIANCE)
    figures = reliability(WUENSCH)
    assert figures is not None
    # KR-20 by the example's own sums: 10/9 (1 - 2.18/5.84).
    expected = 10 / 9 * (1 - sum(WUENSCH_PQ) / WUENSCH_VARIANCE)
    assert figures.alpha == pytest.approx(expected)
    assert figures.error == pytest.approx(figures.deviation * math.sqrt(1 - expected))


def test_facility_and_discrimination_of_the_published_worksheet() -> None:
    everybody = people(WORKSHEET, WORKSHEET_TOTALS)
    ends = groups(everybody, part=0.5)
    found = [item_figures(everybody, item, ends=ends) for item in range(10)]
    assert [figures and round(figures.facility, 10) for figures in found] == WORKSHEET_P
    assert [
        figures and figures.discrimination is not None and round(figures.discrimination, 10)
        for figures in found
    ] == WORKSHEET_D


TABLES = st.integers(2, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 8), min_size=width, max_size=width), min_size=2, max_size=25
    )
)


@given(TABLES)
def test_alpha_and_correlations_agree_with_an_independent_computation(
    table: list[list[int]],
) -> None:
    figures = reliability(table)
    assert figures is not None
    assert figures.alpha == _alpha_by_covariances(table)
    everybody = people(table)
    ends = groups(everybody)
    for item in range(len(table[0])):
        found = item_figures(everybody, item, ends=ends)
        assert found is not None
        own = [float(row[item]) for row in table]
        rest = [float(sum(row) - row[item]) for row in table]
        if len(set(own)) == 1 or len(set(rest)) == 1:
            assert found.correlation is None
        else:
            assert found.correlation == pytest.approx(statistics.correlation(own, rest))


def _alpha_by_covariances(table: list[list[int]]) -> object:
    """k times the mean covariance, over the mean variance and (k-1) times that; in fractions."""
    n, k = len(table), len(table[0])
    columns = list(zip(*table, strict=True))
    middles = [Fraction(sum(column), n) for column in columns]

    def covariance(a: int, b: int) -> Fraction:
        pairs = zip(columns[a], columns[b], strict=True)
        return sum(((x - middles[a]) * (y - middles[b]) for x, y in pairs), Fraction(0)) / (n - 1)

    own = sum((covariance(a, a) for a in range(k)), Fraction(0)) / k
    between = sum((covariance(a, b) for a in range(k) for b in range(k) if a != b), Fraction(0)) / (
        k * (k - 1)
    )
    whole = own + (k - 1) * between
    return None if not whole else pytest.approx(float(k * between / whole), abs=1e-9)


@given(TABLES, st.randoms())
def test_nothing_depends_on_the_order_of_people(table: list[list[int]], chance: object) -> None:
    def figures(rows: list[list[int]]) -> list[object]:
        everybody = people([[share / 8 for share in row] for row in rows])
        ends = groups(everybody)
        found = [item_figures(everybody, item, ends=ends) for item in range(len(rows[0]))]
        return [
            (round(one.facility, 9), one.discrimination and round(one.discrimination, 9))
            for one in found
            if one is not None
        ]

    shuffled = list(table)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert figures(shuffled) == figures(table)


@given(TABLES)
def test_figures_stay_where_they_belong(table: list[list[int]]) -> None:
    everybody = people([[share / 8 for share in row] for row in table])
    upper, lower = groups(everybody)
    size = max(1.0, 0.27 * len(everybody))
    for group in (upper, lower):
        assert sum(weight for _one, weight in group.members) == pytest.approx(size)
    for item in range(len(table[0])):
        found = item_figures(everybody, item, ends=(upper, lower))
        assert found is not None
        assert 0 <= found.facility <= 1
        assert found.discrimination is not None
        assert -1 - 1e-9 <= found.discrimination <= 1 + 1e-9


@pytest.mark.parametrize(
    ("facility", "discrimination", "flags"),
    [
        (0.19, 0.5, (Flag.HARD,)),
        (0.2, 0.15, ()),
        (0.5, 0.149, (Flag.FLAT,)),
        (0.951, 0.0, (Flag.EASY,)),
        (0.1, -0.2, (Flag.HARD, Flag.FLAT)),
        (0.5, None, ()),
    ],
)
def test_flags(facility: float, discrimination: float | None, flags: tuple[Flag, ...]) -> None:
    assert flagged(facility, discrimination, ()) == flags


def test_a_distractor_the_best_prefer_makes_the_key_suspect() -> None:
    def flags(key: float, other: float) -> tuple[Flag, ...]:
        return flagged(0.5, 0.3, [Choice(0, True, 5, key, 0.2), Choice(1, False, 5, other, 0.2)])

    assert flags(0.4, 0.6) == (Flag.BAD_KEY,)
    assert flags(0.5, 0.5) == ()


def test_choices_are_counted_in_both_groups() -> None:
    everybody = [
        Person(total, {"q": Response(float(chosen == 0), frozenset({chosen}))})
        for total, chosen in [(1.0, 0), (0.9, 0), (0.4, 1), (0.2, 2)]
    ]
    found = item_figures(
        everybody, "q", ends=groups(everybody, 0.5), options=3, keys=frozenset({0})
    )
    assert found is not None
    assert list(found.choices) == [
        Choice(0, True, 2, 1.0, 0.0),
        Choice(1, False, 1, 0.0, 0.5),
        Choice(2, False, 1, 0.0, 0.5),
    ]
    assert found.flags == ()  # four people are no evidence


def test_nobody_asked_is_no_figure() -> None:
    assert item_figures([], "q", ends=groups([])) is None
    assert reliability([]) is None
    assert pearson([1.0], [1.0]) is None
