"""What a merge gives the kept record: distinct content once, under the caps, never more."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from exams.credit.policy import NOTHING, PRESET, Category, Limit, Rules, Spent, grant
from exams.merging.carrying import Carried, Standing, carried

UNCAPPED = replace(PRESET, daily_most=None, programme_most=None, online_most=None)
CAPPED = replace(
    PRESET, daily_most=Decimal(3), programme_most=Decimal(4), online_most=Decimal("2.5")
)
DAYS = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 1, 2)]

sources = st.lists(
    st.tuples(
        st.sampled_from("ABCDE"),
        st.sampled_from([Category.ONLINE, Category.GROUP, Category.CONCENTRATED]),
        st.sampled_from(["0.25", "0.5", "1", "2"]),
        st.sampled_from(DAYS),
        st.sampled_from(["", "course:1"]),
    ),
    max_size=9,
)


def posted(rules: Rules, studied: list[tuple[str, str, str, dt.date, str]]) -> list[Standing]:
    """A record as the ledger would have it: each source granted what the caps leave."""
    record: list[Standing] = []
    for key, (content, category, worth, day, programme) in enumerate(studied):
        year = [each for each in record if each.earned_on.year == day.year]
        online = [each for each in year if each.category == Category.ONLINE]
        spent = Spent(
            online_on_the_day=total(each.hours for each in online if each.earned_on == day),
            in_programme=total(
                each.hours for each in year if programme and each.programme == programme
            ),
            for_content=total(each.hours for each in year if each.content == content),
            online_counted=total(each.counted for each in online),
        )
        given_hours = grant(rules, category=category, worth=Decimal(worth), spent=spent)
        record.append(
            Standing(
                key=key, category=category, hours=given_hours.hours, counted=given_hours.counted,
                worth=Decimal(worth), earned_on=day, content=content, programme=programme,
            )
        )  # fmt: skip
    return record


def total(hours: object) -> Decimal:
    return sum(hours, NOTHING)  # type: ignore[call-overload, no-any-return]


def by_content(record: list[Standing]) -> dict[tuple[int, str], Decimal]:
    found: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for each in record:
        found[each.earned_on.year, each.content] += each.hours
    return found


def after(own: list[Standing], found: list[Carried]) -> list[Standing]:
    return [
        *own,
        *(
            replace(each.entry, hours=each.grant.hours, counted=each.grant.counted)
            for each in found
            if not each.is_left
        ),
    ]


@given(sources, sources)
def test_without_caps_every_content_earns_what_it_earned_at_most(own: list, others: list) -> None:
    kept, lost = posted(UNCAPPED, own), posted(UNCAPPED, others)
    together = by_content(after(kept, carried(kept, lost, lambda _version: UNCAPPED)))
    mine, theirs = by_content(kept), by_content(lost)
    assert {key: hours for key, hours in together.items() if hours} == {
        key: max(mine.get(key, NOTHING), theirs.get(key, NOTHING))
        for key in {*mine, *theirs}
        if max(mine.get(key, NOTHING), theirs.get(key, NOTHING))
    }


@given(sources, sources)
def test_under_caps_nothing_is_inflated_and_every_shortage_says_why(
    own: list, others: list
) -> None:
    kept, lost = posted(CAPPED, own), posted(CAPPED, others)
    found = carried(kept, lost, lambda _version: CAPPED)
    together = after(kept, found)
    assert [each.entry for each in found] == lost
    for each in found:
        assert NOTHING <= each.grant.counted <= each.grant.hours <= each.entry.hours
        assert each.grant.counted <= each.entry.counted
        assert bool(each.short) == any(limit is not Limit.ONLINE for limit in each.grant.limits)
    online = [each for each in together if each.category == Category.ONLINE]
    for day in DAYS:
        assert total(each.hours for each in online if each.earned_on == day) <= 3
    for year in (2025, 2026):
        counted = total(each.counted for each in online if each.earned_on.year == year)
        assert counted <= Decimal("2.5")
    # Who has nothing gets everything; who has everything already gets nothing more.
    assert [each.short for each in carried([], lost, lambda _version: CAPPED)] == [NOTHING] * len(
        lost
    )
    again = carried(lost, lost, lambda _version: CAPPED)
    assert total(each.grant.hours for each in again) == NOTHING


def test_what_is_in_both_is_left_and_counts_as_one_occasion() -> None:
    day = DAYS[1]
    training = ("T", Category.CONCENTRATED, "2", day, "")
    kept, lost = posted(PRESET, [training]), posted(PRESET, [training, training])
    found = carried(kept, lost, lambda _version: PRESET)
    assert [(each.grant.hours, each.grant.limits, each.is_left) for each in found] == [
        (NOTHING, (Limit.SAME_CONTENT,), True),
        (NOTHING, (), True),
    ]


def test_a_longer_version_of_the_same_brings_the_difference() -> None:
    kept = posted(PRESET, [("A", Category.GROUP, "0.5", DAYS[1], "")])
    lost = posted(PRESET, [("A", Category.GROUP, "1", DAYS[2], "")])
    (found,) = carried(kept, lost, lambda _version: PRESET)
    assert (found.grant.hours, found.is_left, found.short) == (
        Decimal("0.5"), False, Decimal("0.5"),
    )  # fmt: skip


def test_another_year_is_another_time() -> None:
    kept = posted(PRESET, [("A", Category.GROUP, "1", DAYS[0], "")])
    lost = posted(PRESET, [("A", Category.GROUP, "1", DAYS[1], "")])
    (found,) = carried(kept, lost, lambda _version: PRESET)
    assert (found.grant.hours, found.short) == (Decimal(1), NOTHING)
