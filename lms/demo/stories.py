"""Who of the demo school has studied how much, and at which meetings (pure).

Everything is decided by tables and by a member's place in them: two builds on one day tell the
same story.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from lms.demo.demo_year import DemoYear

Event = TypeVar("Event")
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Story:
    """How much one member has done by now.

    `lessons` counts lectures studied to the end in teaching order; its fraction is the watched
    share of the next one. `trainings` are days, `meetings` and `extras` are occasions.
    """

    trainings: int = 0
    meetings: int = 0
    lessons: float = 0
    extras: int = 0


# The third course is for the first branch alone: nobody else has more than six lectures.
STORIES: dict[str, Story] = {
    "100001": Story(3, 4, 6),
    "200001": Story(3, 6, 9, 2),
    "200002": Story(3, 5, 6, 1),
    "200003": Story(2, 6, 4, 1),
    "300001": Story(3, 4, 9),
    "400001": Story(3, 4, 8.6, 1),
    "400002": Story(2, 5, 7.5),
    "400003": Story(3, 3, 5.3),
    "400004": Story(3, 5, 9, 2),
    "400005": Story(1, 4, 3.6),
    "400006": Story(0, 2, 1.4),
    "400007": Story(2, 3, 6, 1),
    "400008": Story(0, 0, 0.5),
    "400009": Story(),
    "400010": Story(3, 6, 6, 2),
    "400011": Story(2, 4, 4.4),
    "400012": Story(2, 2, 6),
    "400013": Story(3, 4, 0.6),  # exactly the 32 hours of the year
    "400014": Story(1, 1, 0.3),
    "400015": Story(0, 5, 5, 1),
    "400016": Story(3, 4, 6),
    "400017": Story(1, 3, 3.7),
    "400018": Story(2, 4, 1),
    "400019": Story(0, 6, 3),
    "400020": Story(0, 4, 0.7),
    "400021": Story(),
    "400022": Story(1, 5, 6, 1),
    "400023": Story(0, 2, 0),
    "400024": Story(0, 3, 2),
    "400025": Story(3, 4, 2, 1),
}


@dataclass(frozen=True, slots=True)
class OfflineStudy:
    """One occasion of study that no lecture page can witness: who led it wrote down who came.

    `share` is its place in the year, `midweek` sets it on a Wednesday; `later_days` moves the
    second day of a training.
    """

    key: str
    title: str
    hours: int
    minutes: int
    share: float
    hour: int
    midweek: bool = False
    later_days: int = 0

    def held_on(self, year: DemoYear) -> dt.date:
        first = year.midweek(self.share) if self.midweek else year.workday(self.share)
        return min(year.end, first + dt.timedelta(days=self.later_days))


# 集中培训: eight hours a day. 集体学习 and the rest: an hour for each hour.
TRAININGS = (
    OfflineStudy(
        "training-spring-1", "机关党员春季集中培训第一天：公文与数据安全", 8, 480, 0.28, 9, True
    ),
    OfflineStudy(
        "training-spring-2", "机关党员春季集中培训第二天：调查研究方法", 8, 480, 0.28, 9, True, 1
    ),
    OfflineStudy(
        "training-autumn", "机关党员秋季集中培训：应急处置与群众沟通", 8, 480, 0.75, 9, True
    ),
)
MEETINGS = (
    OfflineStudy("meeting-1", "支部集体学习：今年的学习计划怎样安排", 2, 120, 0.08, 15),
    OfflineStudy("meeting-2", "支部集体学习：支部名册怎样保管", 2, 120, 0.2, 15),
    OfflineStudy("meeting-3", "支部集体学习：办公楼消防与用电安全", 2, 120, 0.37, 15),
    OfflineStudy("meeting-4", "支部集体学习：上半年学习回顾", 2, 120, 0.54, 15),
    OfflineStudy("meeting-5", "支部集体学习：防范电信网络诈骗", 2, 120, 0.68, 15),
    OfflineStudy("meeting-6", "支部集体学习：会议记录怎样写准", 2, 120, 0.9, 15),
)
READING = OfflineStudy("reading", "个人自学：《公文写作常见差错》读书笔记", 2, 120, 0.45, 16)
SERVICE = OfflineStudy("service", "志愿服务：社区图书角整理半天", 3, 180, 0.6, 9)
EXTRAS = (SERVICE, READING)


def attended(occasions: Sequence[Event], count: int, place: int) -> list[Event]:
    """`count` of the occasions, others for each `place` in the list of members; in their order."""
    chosen = {(place + step) % len(occasions) for step in range(count)}
    return [occasion for number, occasion in enumerate(occasions) if number in chosen]


@dataclass(frozen=True, slots=True)
class SittingPlan:
    """One sitting: which shares of the lecture, in order, at which speed, how long after the
    first sitting at that lecture."""

    spans: tuple[Span, ...]
    rate: float = 1.0
    later_minutes: int = 0


# Ways to study a lecture to its end; each completes it at the usual 95 per cent.
WAYS: tuple[tuple[SittingPlan, ...], ...] = (
    (SittingPlan(((0, 1),)),),
    (SittingPlan(((0, 1),), rate=1.25),),
    (SittingPlan(((0, 0.55),)), SittingPlan(((0.5, 1),), later_minutes=75)),
    (SittingPlan(((0, 0.6), (0.4, 1))),),
    (SittingPlan(((0, 1),), rate=1.5),),
    (SittingPlan(((0, 0.5), (0.52, 1))),),
)


@dataclass(frozen=True, slots=True)
class LessonPlan:
    """What one member does with one lecture: which in teaching order, on which share of the
    year, and how."""

    number: int
    share: float
    sittings: tuple[SittingPlan, ...]


FIRST_LESSON_AT, LAST_LESSON_AT = 0.3, 0.98


def lesson_plans(story: Story, place: int) -> list[LessonPlan]:
    """The lectures of a story in the order they are watched."""
    whole = int(story.lessons)
    part = story.lessons - whole
    count = whole + (part > 0)
    step = (LAST_LESSON_AT - FIRST_LESSON_AT) / max(count, 1)
    # Not everybody has studied up to yesterday.
    shift = step * (place % 4) / 4
    plans = []
    for number in range(count):
        ways = WAYS[(place + number) % len(WAYS)]
        sittings = ways if number < whole else (SittingPlan(((0, part),)),)
        plans.append(
            LessonPlan(number, LAST_LESSON_AT - shift - step * (count - 1 - number), sittings)
        )
    return plans


EVENINGS = ((7, 5), (12, 30), (19, 35), (20, 40), (21, 10))


def begins_at(place: int, number: int) -> tuple[int, int]:
    """Hour and minute of a member's sitting: before work, at noon or in the evening."""
    hour, minute = EVENINGS[(place * 7 + number * 3) % len(EVENINGS)]
    return hour, minute + (place * 13 + number * 29) % 20
