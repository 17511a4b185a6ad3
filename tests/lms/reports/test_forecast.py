"""What the year comes to at the present pace, and how it is said."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lms.reports.forecast import FIRST_DAY, Forecast, expected_hours, forecast
from lms.reports.words import forecast_text, reminder
from lms.reports.years import YearOfStudy
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member, make_secretary

HOURS = st.integers(0, 40_000).map(lambda hundredths: Decimal(hundredths) / 100)
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))


@given(hours=HOURS, asked=HOURS, today=DAYS)
def test_it_is_honest_to_a_tenth_of_an_hour(hours: Decimal, asked: Decimal, today: dt.date) -> None:
    found = forecast(hours, asked, today)
    days = 366 if today.year == 2024 else 365
    day = today.timetuple().tm_yday
    if day < FIRST_DAY:
        assert found is None
        return
    assert found is not None
    at_end = hours * days / day
    assert at_end - Decimal("0.1") < found.expected <= at_end
    assert found.will_reach == (at_end >= asked)
    if not found.will_reach:
        assert asked - at_end <= found.short < asked - at_end + Decimal("0.1")
    # Studying so much in each month that is left, counted by days, is enough.
    months = max(Decimal(1), Decimal((days - day + 1) * 12) / days)
    assert hours + found.monthly * months >= asked - Decimal("1e-9")
    assert (found.monthly == 0) == (hours >= asked)


@given(hours=HOURS, more=HOURS, asked=HOURS, today=DAYS)
def test_more_hours_never_make_it_worse(
    hours: Decimal, more: Decimal, asked: Decimal, today: dt.date
) -> None:
    before, after = forecast(hours, asked, today), forecast(hours + more, asked, today)
    if before and after:
        assert after.expected >= before.expected
        assert after.short <= before.short
        assert after.monthly <= before.monthly


@given(hours=HOURS, asked=HOURS)
def test_on_the_last_day_there_is_what_there_is(hours: Decimal, asked: Decimal) -> None:
    last = dt.date(2026, 12, 31)
    found = forecast(hours, asked, last)
    assert found is not None
    assert found.will_reach == (hours >= asked)
    assert found.short == found.monthly


def test_half_a_year_in_words() -> None:
    assert forecast(Decimal(10), Decimal(32), dt.date(2026, 7, 2)) == Forecast(
        expected=Decimal("19.9"), short=Decimal("12.1"), monthly=Decimal("3.7")
    )
    assert expected_hours(Decimal(10), dt.date(2026, 12, 31)) == 10


def test_enough_hours_are_not_enough_where_trainings_are_asked_too() -> None:
    asks = YearOfStudy(counted=Decimal(20), target=Decimal(32), events=0, required_events=1)
    assert forecast_text(asks, dt.date(2026, 7, 1)) == (
        "照这样学，年底约 40.1 学时，学时够了；另需参加 1 次集中培训才能达标。"
    )


def said(page: bytes) -> list[str]:
    """The sentences of a page that speak of the year's end."""
    return [line.strip() for line in page.decode().split("<p") if "照这样学" in line]


@given(counted=HOURS, target=HOURS, today=DAYS)
def test_a_reminder_is_for_the_last_quarter_and_who_will_not_reach(
    counted: Decimal, target: Decimal, today: dt.date
) -> None:
    ahead = forecast(counted, target, today)
    said = reminder(YearOfStudy(counted=counted, target=target), today)
    assert bool(said) == (today.month >= 10 and ahead is not None and not ahead.will_reach)
    assert reminder(YearOfStudy(counted=counted, target=target, is_due=False), today) == ""


@pytest.mark.django_db
def test_the_reminder_is_on_ones_own_home_page_alone() -> None:
    tree = make_branch_tree()
    with time_machine.travel(dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC), tick=False):
        member, secretary = make_member(tree.first), make_secretary(tree.first)
        make_entry(member, "4")
        make_entry(secretary, "60")
        sentence = "今年的学时还不够：到年底每月学 14 学时就能达标。"
        client = Client()
        client.force_login(member)
        assert client.get("/").content.decode().count(sentence) == 1
        client.force_login(secretary)
        pages = ("/", f"/board/{tree.first.pk}/", f"/board/{tree.first.pk}/members/{member.pk}/")
        assert ["今年的学时还不够" in client.get(page).content.decode() for page in pages] == [
            False
        ] * 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ("20", "照这样学，年底约 40.1 学时，能达标。"),
        ("4", "照这样学，年底约 8 学时，还差 24 学时；要达标，每月需 4.7 学时。"),
    ],
)
def test_the_archive_of_this_year_says_it_and_a_past_one_does_not(
    hours: str, sentence: str
) -> None:
    tree = make_branch_tree()
    with time_machine.travel(dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC), tick=False):
        member = make_member(tree.first)
        make_entry(member, hours=hours, earned_on=dt.date(2026, 2, 2))
        make_entry(member, hours="1", earned_on=dt.date(2025, 2, 2))
        client = Client()
        client.force_login(member)
        this_year = said(client.get("/archive/").content)
        assert [line[: len(sentence) + 1] for line in this_year] == [f">{sentence}"]
        assert said(client.get("/archive/?year=2025").content) == []


@pytest.mark.django_db
def test_the_board_says_it_of_the_average() -> None:
    tree = make_branch_tree()
    with time_machine.travel(dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC), tick=False):
        make_entry(make_member(tree.first), hours="20", earned_on=dt.date(2026, 2, 2))
        client = Client()
        client.force_login(make_secretary(tree.first))
        page = said(client.get(f"/board/{tree.first.pk}/").content)
        assert [line.split("<")[0].split(">")[1] for line in page] == ["照这样学，年底约 20"]
        assert said(client.get(f"/board/{tree.first.pk}/?year=2025").content) == []
