"""The demo school's year lies in the past and inside one year, whenever the school is built."""

import datetime as dt
from collections import Counter

import pytest

from lms.demo.demo_year import demo_year, moment
from lms.demo.people import MEMBERS, TRANSFERS
from lms.demo.stories import (
    EXTRAS,
    MEETINGS,
    STORIES,
    TRAININGS,
    WAYS,
    attended,
    begins_at,
    lesson_plans,
)

DAYS = [
    dt.date(2026, 1, 1),
    dt.date(2026, 1, 31),
    dt.date(2026, 2, 1),
    dt.date(2026, 7, 1),
    dt.date(2026, 7, 2),
    dt.date(2026, 11, 21),
    dt.date(2026, 12, 31),
    dt.date(2028, 2, 29),
]


@pytest.mark.parametrize("today", DAYS)
def test_the_year_ended_yesterday_or_with_last_december(today):
    year = demo_year(today)
    assert year.end < today
    assert year.start == dt.date(year.end.year, 1, 1)
    assert year.start < year.transfer_day <= year.end


@pytest.mark.parametrize("today", DAYS)
def test_every_occasion_and_sitting_falls_into_the_year(today):
    year = demo_year(today)
    days = [study.held_on(year) for study in (*TRAININGS, *MEETINGS, *EXTRAS)]
    for place, story in enumerate(STORIES.values()):
        days += [year.day(plan.share) for plan in lesson_plans(story, place)]
    assert [day for day in days if not year.start <= day <= year.end] == []


@pytest.mark.parametrize("today", DAYS)
def test_each_lecture_is_watched_on_a_day_of_its_own(today):
    year = demo_year(today)
    for place, story in enumerate(STORIES.values()):
        days = [year.day(plan.share) for plan in lesson_plans(story, place)]
        assert days == sorted(set(days))


def test_the_transfer_is_on_the_first_of_july_once_july_has_come():
    assert demo_year(dt.date(2026, 11, 21)).transfer_day == dt.date(2026, 7, 1)
    assert demo_year(dt.date(2026, 1, 15)).transfer_day == dt.date(2025, 7, 1)
    assert demo_year(dt.date(2026, 3, 1)).transfer_day == dt.date(2026, 1, 30)


def test_meetings_are_on_workdays_and_trainings_on_wednesday_and_thursday():
    year = demo_year(dt.date(2026, 11, 21))
    assert max(study.held_on(year).weekday() for study in (*MEETINGS, *EXTRAS)) <= 4
    assert [study.held_on(year).weekday() for study in TRAININGS] == [2, 3, 2]


def test_every_member_has_a_story_and_only_the_first_branch_more_than_six_lectures():
    assert list(STORIES) == [member.number for member in MEMBERS]
    now_in = {member.number: TRANSFERS.get(member.number, member.branch) for member in MEMBERS}
    assert {
        now_in[number] for number, story in STORIES.items() if story.lessons > 6
    } == {"first"}  # fmt: skip
    assert [number for number in TRANSFERS if STORIES[number].lessons > 6] == []


def test_attendance_differs_by_member_and_has_as_many_occasions_as_told():
    assert attended(MEETINGS, 0, 5) == []
    assert attended(MEETINGS, 6, 5) == list(MEETINGS)
    assert attended(MEETINGS, 2, 0) == list(MEETINGS[:2])
    assert attended(MEETINGS, 2, 5) == [MEETINGS[0], MEETINGS[5]]


def test_a_story_s_fraction_is_one_lecture_broken_off():
    plans = lesson_plans(STORIES["400002"], 6)  # seven and a half
    assert [plan.number for plan in plans] == list(range(8))
    assert plans[-1].sittings[0].spans == ((0, 0.5),)
    assert all(plan.sittings in WAYS for plan in plans[:-1])


def test_sittings_begin_at_many_times_of_day():
    hours = Counter(begins_at(place, number)[0] for place in range(30) for number in range(9))
    assert set(hours) == {7, 12, 19, 20, 21}


def test_moments_are_those_of_the_school_s_time_zone():
    assert moment(dt.date(2026, 3, 2), 19, 30).isoformat() == "2026-03-02T19:30:00+08:00"
