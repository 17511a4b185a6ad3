"""The rules by which study becomes hours, and what is asked of whom."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.catalogue.hours import default_hours
from exams.credit.models import StudyCategory
from exams.credit.policy import (
    CENTRAL,
    PRESET,
    Category,
    Grant,
    Identity,
    Limit,
    Measure,
    Relief,
    Rules,
    Spent,
    asked_of,
    grant,
    is_reached,
    missing_hours,
)
from lms.members.models import DutyKind, MemberKind, Role

MINUTE = 60_000
quarters = st.integers(0, 80).map(lambda count: Decimal(count) / 4)


@pytest.mark.parametrize(
    ("duration_ms", "hours"),
    [
        (0, "0"),
        (1, "0.25"),
        (15 * MINUTE, "0.25"),
        (15 * MINUTE + 1, "0.5"),
        (30 * MINUTE - 1, "0.5"),
        (30 * MINUTE, "1"),
        (180 * MINUTE, "1"),
    ],
)
def test_hours_follow_the_length_of_the_whole_unit(duration_ms: int, hours: str) -> None:
    assert PRESET.hours_for_video(duration_ms) == Decimal(hours)


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [(-5, "0"), (0, "0"), (11, "0"), (12, "0.25"), (44, "0.75"), (45, "1"), (90, "2"), (100, "2")],
)
def test_a_meeting_is_worth_whole_quarters_of_its_periods(minutes: int, hours: str) -> None:
    assert PRESET.hours_for_minutes(minutes) == Decimal(hours)


def test_the_editor_offers_the_same_hours() -> None:
    assert default_hours(30 * MINUTE, None) == Decimal(1)


def test_categories_have_their_official_names() -> None:
    assert [str(label) for label in StudyCategory.labels] == [
        "集中培训",
        "集体学习",
        "个人自学",
        "网络自学",
        "考试",
        "活动",
    ]
    assert [choice.value for choice in StudyCategory] == [choice.value for choice in Category]


def test_identities_are_those_of_members_offices_and_duties() -> None:
    known = {*MemberKind.values, Role.SECRETARY.value, *DutyKind.values}
    assert {identity.value for identity in Identity} == known


def test_of_online_study_counts_what_the_node_says() -> None:
    assert [choice.value for choice in Category if PRESET.counts(choice)] == [
        "concentrated",
        "group",
    ]
    assert replace(PRESET, online_most=None).counts(Category.ONLINE) is True
    assert replace(PRESET, online_most=Decimal(8)).counts(Category.ONLINE) is True


@pytest.mark.parametrize(
    ("changed", "category", "worth", "spent", "expected"),
    [
        ({}, "group", "2", Spent(), Grant(Decimal(2), Decimal(2))),
        ({}, "individual", "2", Spent(), Grant(Decimal(2), Decimal(0))),
        ({}, "online", "2", Spent(), Grant(Decimal(2), Decimal(0))),
        ({"online_most": None}, "online", "2", Spent(), Grant(Decimal(2), Decimal(2))),
        (
            {"online_most": Decimal(8)},
            "online",
            "2",
            Spent(online_counted=Decimal(7)),
            Grant(Decimal(2), Decimal(1), (Limit.ONLINE,)),
        ),
        (
            {},
            "online",
            "2",
            Spent(online_on_the_day=Decimal("6.5")),
            Grant(Decimal("1.5"), Decimal(0), (Limit.DAY,)),
        ),
        (
            {},
            "online",
            "2",
            Spent(online_on_the_day=Decimal(9)),
            Grant(Decimal(0), Decimal(0), (Limit.DAY,)),
        ),
        ({}, "group", "24", Spent(online_on_the_day=Decimal(9)), Grant(Decimal(24), Decimal(24))),
        (
            {},
            "online",
            "1",
            Spent(for_content=Decimal(1)),
            Grant(Decimal(0), Decimal(0), (Limit.SAME_CONTENT,)),
        ),
        (
            {"programme_most": Decimal(4)},
            "online",
            "1",
            Spent(in_programme=Decimal(4)),
            Grant(Decimal(0), Decimal(0), (Limit.PROGRAMME,)),
        ),
    ],
)
def test_what_a_source_gives_under_the_caps(
    changed: dict[str, Decimal | None],
    category: str,
    worth: str,
    spent: Spent,
    expected: Grant,
) -> None:
    rules = replace(PRESET, **changed)
    assert grant(rules, category=category, worth=Decimal(worth), spent=spent) == expected


@given(
    worths=st.lists(st.tuples(st.sampled_from(Category), quarters), max_size=12),
    daily=st.none() | quarters,
    online=st.none() | quarters,
)
def test_no_order_of_sources_gives_more_than_the_caps(
    worths: list[tuple[Category, Decimal]], daily: Decimal | None, online: Decimal | None
) -> None:
    rules = replace(PRESET, daily_most=daily, online_most=online)
    day = counted_online = Decimal(0)
    for category, worth in worths:
        given_ = grant(
            rules,
            category=category,
            worth=worth,
            spent=Spent(online_on_the_day=day, online_counted=counted_online),
        )
        assert 0 <= given_.counted <= given_.hours <= worth
        assert given_.hours == worth or given_.limits
        if category in CENTRAL:
            assert given_.counted == given_.hours
        elif category is not Category.ONLINE:
            assert given_.counted == 0
        if category is Category.ONLINE:
            day += given_.hours
            counted_online += given_.counted
    assert daily is None or day <= daily
    assert online is None or counted_online <= online


@pytest.mark.parametrize(
    ("identities", "hours", "events"),
    [
        ({"full"}, "32", 0),
        ({"probationary"}, "32", 1),
        ({"full", "secretary"}, "56", 1),
        ({"full", "committee", "cadre_township"}, "90", 1),
        ({"candidate"}, "0", 0),
        ({"activist"}, "0", 0),
    ],
)
def test_of_several_identities_the_highest_target_counts(
    identities: set[str], hours: str, events: int
) -> None:
    asked = asked_of(PRESET, identities)
    assert (asked.hours, asked.events, asked.is_due) == (Decimal(hours), events, hours != "0")


def test_each_target_stays_listed_the_highest_first() -> None:
    asked = asked_of(PRESET, {"full", "secretary", "cadre_county"})
    assert [(each.identity, each.hours, each.measure) for each in asked.targets] == [
        (Identity.SECRETARY, Decimal(56), Measure.COUNTED),
        (Identity.FULL, Decimal(32), Measure.COUNTED),
        (Identity.CADRE_COUNTY, Decimal(550), Measure.ALL),
        (Identity.CADRE_COUNTY, Decimal(50), Measure.ONLINE),
    ]
    assert [each.hours for each in asked.others] == [Decimal(550), Decimal(50)]
    assert all(target.source for target in PRESET.targets)


def test_reliefs_lower_and_exempt_and_never_raise() -> None:
    reduced = asked_of(PRESET, {"full"}, [Relief(Decimal(16))])
    raised = asked_of(PRESET, {"full"}, [Relief(Decimal(99))])
    exempt = asked_of(PRESET, {"full", "secretary"}, [Relief(None)])
    assert (reduced.hours, reduced.is_due) == (Decimal(16), True)
    assert (raised.hours, raised.is_due) == (Decimal(32), True)
    assert (exempt.hours, exempt.events, exempt.is_due) == (Decimal(0), 0, False)


def test_a_year_is_reached_by_hours_and_occasions() -> None:
    assert is_reached(Decimal(56), 1, Decimal(56), 0) is False
    assert is_reached(Decimal(56), 1, Decimal(56), 1) is True
    assert is_reached(Decimal(56), 1, Decimal("55.75"), 3) is False


def test_nobody_is_ahead_by_being_behind_less_than_nothing() -> None:
    assert missing_hours(Decimal("31.75"), Decimal(32)) == Decimal("0.25")
    assert missing_hours(Decimal(40), Decimal(32)) == Decimal(0)


def test_rules_are_read_back_as_they_were_written() -> None:
    rules = replace(PRESET, online_most=None, daily_most=None, programme_most=Decimal("4.5"))
    assert Rules.from_json(json.loads(json.dumps(rules.as_json()))) == rules
    assert Rules.from_json(PRESET.as_json()) == PRESET
