"""The rules by which study becomes hours."""

from decimal import Decimal

import pytest

from courses.catalogue.hours import default_hours
from exams.credit.models import StudyCategory
from exams.credit.policy import (
    ANNUAL_TARGET,
    Category,
    counts_towards_target,
    hours_for_duration,
    missing_hours,
)

MINUTE = 60_000


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
    assert hours_for_duration(duration_ms) == Decimal(hours)


def test_the_editor_offers_the_same_hours() -> None:
    assert default_hours(30 * MINUTE) == Decimal(1)


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


def test_what_counts_towards_the_target() -> None:
    assert [choice.value for choice in Category if counts_towards_target(choice)] == [
        "concentrated",
        "group",
        "online",
    ]
    assert str(ANNUAL_TARGET) == "32"


def test_nobody_is_ahead_by_being_behind_less_than_nothing() -> None:
    assert missing_hours(Decimal("31.75")) == Decimal("0.25")
    assert missing_hours(Decimal(40)) == Decimal(0)
