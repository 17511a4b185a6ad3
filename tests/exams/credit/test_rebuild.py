"""A lesson's entry is what its own evidence says, or the first difference is named."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.progress.intervals import Completion, Policy, Watch, standing, union
from exams.credit.rebuild import Doubt, doubt, rebuilt
from tests.factories.hours import evidence

HALF = Decimal("0.5")


def test_the_evidence_bears_the_entry_out() -> None:
    found = rebuilt(evidence())
    assert found is not None
    assert (found.required_ms, found.covered_ms, found.wall_ms, found.is_complete) == (
        1_130_500, 1_170_000, 1_260_000, True,
    )  # fmt: skip
    assert doubt(evidence(), HALF) is None


@pytest.mark.parametrize(
    ("changed", "hours", "expected"),
    [
        ({"required_ms": 1_130_499}, HALF, Doubt.REQUIRED),
        ({"covered": [[0, 1_200_000]]}, HALF, Doubt.COVERED),
        ({"covered_ms": 1_170_001}, HALF, Doubt.VERIFIED),
        ({"wall_ms": 1_260_001}, HALF, Doubt.WALL),
        ({"published_hours": "0.50"}, HALF, None),
        ({"published_hours": "0.50"}, Decimal(1), Doubt.HOURS),
        ({"published_hours": "1.00"}, HALF, Doubt.HOURS),
        ({"published_hours": "1.00", "limits": ["day"]}, HALF, None),
        ({"covered": [[0, 600_000]], "covered_ms": 600_000, "wall_ms": 1}, HALF, None),
    ],
)
def test_the_first_difference_is_named(
    changed: dict[str, Any], hours: Decimal, expected: Doubt | None
) -> None:
    assert doubt(evidence(**changed), hours) == expected


def test_sittings_that_do_not_complete_the_lesson_are_found() -> None:
    said = evidence()
    said["sessions"] = said["sessions"][:1]
    said |= {"covered": [[0, 600_000]], "covered_ms": 600_000, "wall_ms": 660_000}
    assert doubt(said, HALF) == Doubt.INCOMPLETE


def test_what_has_no_sittings_is_not_doubted() -> None:
    assert [doubt(said, HALF) for said in ({}, {"duration_ms": 5}, evidence(policy={}))] == [
        None
    ] * 3


spans = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(
        lambda pair: (pair[0] * 1000, (pair[0] + pair[1]) * 1000)
    ),
    max_size=5,
).map(lambda found: union(found))


@given(st.lists(st.tuples(spans, spans, st.sampled_from([100, 150, 200])), max_size=4))
def test_what_was_settled_is_what_is_rebuilt(sittings: list[Any]) -> None:
    completion = Completion(180_000)
    watches = [
        Watch(0, Policy(180_000, percent), covered=covered, present=present)
        for covered, present, percent in sittings
    ]
    stands = standing(watches, completion)
    said = {
        "duration_ms": 180_000,
        "required_ms": completion.required_ms,
        "covered": [list(span) for span in stands.covered],
        "covered_ms": stands.covered_ms,
        "wall_ms": stands.wall_ms,
        "policy": {"share": "0.95", "forgiven_ms": 10_000, "lease_ms": 1_800_000},
        "published_hours": "0.25",
        "sessions": [
            {
                "covered": [list(span) for span in covered],
                "present": [list(span) for span in present],
                "allowed_percent": percent,
            }
            for covered, present, percent in sittings
        ],
    }
    assert doubt(said, Decimal("0.25")) == (None if stands.is_complete else Doubt.INCOMPLETE)
