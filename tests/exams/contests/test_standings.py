"""Persons and teams: what a place means, and that no team wins or loses by its size."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.contests.standings import (
    Player,
    Result,
    Round,
    TeamRule,
    best,
    hundredths,
    placed,
    places,
    score_of,
    teams,
)

ROUNDS = [Round(1, 1), Round(2, 3)]
RULE = TeamRule(best_of=3, participation_percent=20)


def result(points: object, used_ms: int = 60_000, out_of: int = 100) -> Result:
    return Result(Decimal(str(points)), Decimal(out_of), used_ms)


RESULTS = st.builds(
    Result,
    st.integers(0, 100).map(Decimal),
    st.just(Decimal(100)),
    st.integers(0, 5000),
)


@st.composite
def players(draw, least=0):
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from("ABC"),
                st.dictionaries(st.sampled_from([1, 2, 9]), RESULTS, max_size=3),
                st.booleans(),
                st.booleans(),
            ),
            min_size=least,
            max_size=25,
        )
    )
    return [Player(key, *row) for key, row in enumerate(rows, start=1)]


# --- Persons --------------------------------------------------------------------------------------


def test_the_best_try_counts_and_of_equal_ones_the_shortest() -> None:
    tries = [result(80, 5), result(90, 9_000), result(90, 8_999), result(45, 1, out_of=50)]
    assert best(tries) == result(45, 1, out_of=50)
    assert best([result(80, 5), result(90, 9_000), result(90, 8_999)]) == result(90, 8_999)
    assert best([]) is None


def test_rounds_are_weighed_and_one_not_sat_earns_nothing() -> None:
    assert score_of(Player(1, "A", {1: result(80), 2: result(100)}), ROUNDS) == Decimal("95.00")
    assert score_of(Player(1, "A", {2: result(100)}), ROUNDS) == Decimal("75.00")
    assert score_of(Player(1, "A", {9: result(100)}), ROUNDS) == Decimal("0.00")
    assert score_of(Player(1, "A", {1: result(2, out_of=3)}), [Round(1, 1)]) == Decimal("66.67")


def test_equals_share_a_place_to_the_millisecond() -> None:
    people = [
        Player(1, "A", {1: result(80, 1001)}),
        Player(2, "A", {1: result(80, 1000)}),
        Player(3, "B", {1: result(80, 1001)}),
        Player(4, "B", {1: result(79, 1)}),
        Player(5, "B", {}),
    ]
    found = placed(people, [Round(1, 1)])
    assert [(one.key, one.place, one.used_ms) for one in found] == [
        (2, 1, 1000), (1, 2, 1001), (3, 2, 1001), (4, 4, 1),
    ]  # fmt: skip


@given(players(), st.randoms())
def test_places_hang_on_results_and_not_on_the_order_of_a_list(people, chance):
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert placed(shuffled, ROUNDS) == placed(people, ROUNDS)
    assert teams(shuffled, ROUNDS, RULE) == teams(people, ROUNDS, RULE)


@given(players())
def test_a_place_is_one_more_than_how_many_stand_before(people):
    found = placed(people, ROUNDS)
    keys = [(-one.score, one.used_ms) for one in found]
    assert keys == sorted(keys)
    assert [one.place for one in found] == [1 + sum(other < key for other in keys) for key in keys]
    sat = {one.key for one in people if {1, 2} & set(one.results)}
    assert {one.key for one in found} == sat


@given(st.lists(st.integers(0, 6)))
def test_places_of_sorted_keys(keys):
    keys.sort()
    assert places(keys) == [keys.index(key) + 1 for key in keys]


@pytest.mark.slow
@given(players(least=1))
def test_a_score_is_the_exact_mean_rounded_once(people):
    for player in people:
        shares = [
            player.results[one.key].share * one.weight if one.key in player.results else 0
            for one in ROUNDS
        ]
        assert score_of(player, ROUNDS) == hundredths(100 * sum(shares, Fraction(0)) / 4)


@given(st.fractions(0, 100))
def test_a_figure_is_rounded_once_halves_up(value):
    rounded = Fraction(hundredths(value))
    assert (rounded * 100).denominator == 1
    assert -Fraction(1, 200) < rounded - value <= Fraction(1, 200)


# --- Teams ----------------------------------------------------------------------------------------


def test_a_team_is_the_mean_of_its_best_and_its_rate_of_taking_part() -> None:
    people = [
        *(Player(key, "A", {1: result(points)}) for key, points in enumerate((90, 80, 70, 10))),
        Player(9, "A"),
    ]
    (line,) = teams(people, [Round(1, 1)], RULE)
    assert (line.asked, line.took_part, line.counted) == (5, 4, 3)
    assert (line.mean, line.participation) == (Decimal("80.00"), Decimal("80.00"))
    assert (line.score, line.place) == (Decimal("80.00"), 1)


def test_a_small_team_counts_with_all_its_people() -> None:
    small = [Player(1, "A", {1: result(90)}), Player(2, "A", {1: result(60)})]
    missing = [Player(3, "B", {1: result(90)}), Player(4, "B")]
    lines = teams([*small, *missing], [Round(1, 1)], RULE)
    assert [(line.team, line.counted, line.mean, line.participation) for line in lines] == [
        ("A", 2, Decimal("75.00"), Decimal("100.00")),
        ("B", 2, Decimal("45.00"), Decimal("50.00")),
    ]


def test_who_is_not_asked_belongs_to_the_team_only_by_taking_part() -> None:
    people = [
        Player(1, "A", {1: result(90)}),
        Player(2, "A", is_asked=False),
        Player(3, "A", has_practised=True, is_asked=False),
        Player(4, "B", is_asked=False),
    ]
    (line,) = teams(people, [Round(1, 1)], RULE)
    assert (line.team, line.asked, line.took_part) == ("A", 2, 2)


def test_without_results_there_is_only_the_rate_of_taking_part() -> None:
    people = [Player(1, "B", has_practised=True), Player(2, "A"), Player(3, "A", {1: result(50)})]
    lines = teams(people, [], RULE)
    assert [(line.team, line.participation, line.score, line.place) for line in lines] == [
        ("A", Decimal(0), None, None),
        ("B", Decimal(100), None, None),
    ]
    assert placed(people, []) == []


@given(RESULTS, st.integers(1, 30), st.integers(1, 30), st.integers(1, 12), st.integers(0, 100))
def test_teams_of_equal_people_stand_equal_whatever_their_sizes(score, one, other, best_of, part):
    people = [Player(key, "A", {1: score}) for key in range(one)]
    people += [Player(100 + key, "B", {1: score}) for key in range(other)]
    rule = TeamRule(best_of, part)
    lines = teams(people, [Round(1, 1)], rule)
    assert [(line.score, line.place) for line in lines] == [(lines[0].score, 1)] * 2


@given(players(least=1), st.data())
def test_whoever_does_better_never_costs_the_own_team_anything(people, data):
    place = data.draw(st.integers(0, len(people) - 1))
    one = people[place]
    better = replace(one, results={**one.results, 1: result(100), 2: result(100)}, is_asked=True)
    changed = [*people[:place], better, *people[place + 1 :]]
    if not one.is_asked:  # whoever joins lengthens the denominator
        return
    before = {line.team: line for line in teams(people, ROUNDS, RULE)}
    after = {line.team: line for line in teams(changed, ROUNDS, RULE)}
    assert after[one.team].score >= before[one.team].score
    assert after[one.team].place <= before[one.team].place
    assert {key: line.score for key, line in after.items() if key != one.team} == {
        key: line.score for key, line in before.items() if key != one.team
    }


@given(players())
def test_a_team_stays_within_a_hundred_and_its_places_follow_its_scores(people):
    lines = teams(people, ROUNDS, RULE)
    scores = [line.score for line in lines]
    assert all(0 <= score <= 100 for score in scores)
    assert [line.place for line in lines] == [
        1 + sum(other > score for other in scores) for score in scores
    ]
    assert [line.counted for line in lines] == [min(3, line.asked) for line in lines]
