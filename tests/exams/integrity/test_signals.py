"""Rings among a hundred thousand honest sittings; a classroom is not one of them."""

import itertools
import random

import pytest

from exams.integrity.signals import Kind, Name, Sitting, suspicions
from tests.exams.integrity.synthetic import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    School,
    classroom,
    couples,
    found_rings,
    honest_school,
    reading_rooms,
    with_rings,
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_rings_are_found_in_a_hundred_thousand_honest_sittings(seed: int) -> None:
    school = honest_school(random.Random(seed))
    honest = len(school.sittings)
    with_rings(school)
    found = suspicions(school.sittings)
    caught, hits, findings = found_rings(school, (frozenset(each.members) for each in found))

    assert honest >= 95_000
    assert hits / findings >= 0.95
    assert caught / len(school.rings) >= 0.80
    assert {each.kind for each in found} == {Kind.RING, Kind.MIRROR, Kind.ROBOT}


@pytest.mark.parametrize("seed", range(5))
def test_honest_people_who_share_a_room_or_a_computer_are_left_alone(seed: int) -> None:
    """Forty seats behind one connection, a branch's one computer, a couple's tablet."""
    school = School(random.Random(seed))
    classroom(school, 40)
    classroom(school, 40, own=False)
    classroom(school, 6)
    reading_rooms(school, 20)
    couples(school, 20)

    assert suspicions(school.sittings) == []


def sat(member: int, lesson: int, browser: str, opened: int, *, minutes: int = 20) -> Sitting:
    length = minutes * MINUTE
    day, at = divmod(opened, DAY)
    return Sitting(
        member, lesson, browser, opened, opened + length, day, at // HOUR, length, length
    )


def in_turn(gap: int, *, accounts: int = 4, days: int = 3) -> list[Sitting]:
    found = []
    for day in range(days):
        at = day * DAY + 20 * HOUR
        for member in range(accounts):
            found.append(sat(member, day, "b", at))
            at = found[-1].last + gap
    return found


def test_what_is_said_of_a_ring() -> None:
    [found] = suspicions(in_turn(40 * SECOND))

    assert (found.kind, found.members, found.browser) == (Kind.RING, (0, 1, 2, 3), "b")
    assert [(each.name, dict(each.figures)) for each in found.signals] == [
        (Name.SWITCHES, {"times": 9, "accounts": 4, "days": 3}),
        (Name.SAME_PATH, {"shared": 3, "lessons": 3}),
    ]
    assert found.lessons == (0, 1, 2)


@pytest.mark.parametrize(
    "sittings",
    [
        in_turn(61 * SECOND),  # time to change chairs
        in_turn(20 * SECOND, accounts=2, days=9),  # a couple in a hurry
        in_turn(20 * SECOND, accounts=9, days=1),  # one study day
        [],
    ],
)
def test_what_is_not_a_ring(sittings: list[Sitting]) -> None:
    assert suspicions(sittings) == []


def test_a_night_or_a_long_day_alone_is_nobodys_business() -> None:
    at_night = [sat(1, lesson, "b", lesson * DAY + 2 * HOUR) for lesson in range(20)]
    all_day = [sat(2, lesson, "c", lesson * HOUR, minutes=58) for lesson in range(20)]

    assert suspicions(at_night + [each for each in all_day if each.lesson % 2]) == []


def test_without_a_browser_nothing_is_said_of_one() -> None:
    nameless = [
        Sitting(s.member, s.lesson, "", s.opened, s.last, s.day, s.hour, s.present_ms, s.shown_ms)
        for s in in_turn(20 * SECOND)
    ]
    assert suspicions(nameless) == []


def test_the_order_of_the_sittings_does_not_matter() -> None:
    sittings = in_turn(30 * SECOND)
    random.Random(5).shuffle(sittings)

    assert suspicions(sittings) == suspicions(in_turn(30 * SECOND))
    assert all(a.opened <= b.opened for a, b in itertools.pairwise(in_turn(30 * SECOND)))
