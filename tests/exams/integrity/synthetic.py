"""A month of a made-up school: people who study, and some who study for others."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from exams.integrity.signals import Sitting

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DAYS = 30
LESSONS = 400


@dataclass
class School:
    """Sittings of everybody, and which accounts belong together that should not."""

    chance: random.Random
    sittings: list[Sitting] = field(default_factory=list)
    rings: list[frozenset[int]] = field(default_factory=list)
    people: int = 0
    browsers: int = 0

    def person(self) -> int:
        self.people += 1
        return self.people

    def browser(self) -> str:
        self.browsers += 1
        return f"{self.browsers:08x}"

    def sit(self, member: int, lesson: int, browser: str, opened: int, *, pauses: bool) -> int:
        """One sitting at a lesson of 10 to 45 minutes; when it ended."""
        shown = 10 * MINUTE + (lesson * 7919) % (35 * MINUTE)
        present = shown
        if pauses and self.chance.random() < 0.45:
            present += round(self.chance.expovariate(1 / (3 * MINUTE)))
        last = opened + present
        day, at = divmod(opened, DAY)
        self.sittings.append(
            Sitting(member, lesson, browser, opened, last, day, at // HOUR, present, shown)
        )
        return last


def an_hour(chance: random.Random, *, night: bool = False) -> int:
    """A time of day at which people study: evenings mostly, and noon; or at night."""
    if night:
        return chance.randrange(0, 4 * HOUR)
    return round(chance.choice((12.3, 19.5, 20.5, 8.5)) * HOUR + chance.gauss(0, 45 * MINUTE))


def people_of_their_own(school: School, count: int) -> None:
    """A phone each, some a computer too; a few work nights; in every way irregular."""
    chance = school.chance
    for _ in range(count):
        member, browsers = school.person(), [school.browser()]
        if chance.random() < 0.3:
            browsers.append(school.browser())
        nights = chance.random() < 0.02
        lessons = iter(chance.sample(range(LESSONS), 40))
        for day in sorted(chance.sample(range(DAYS), 8)):
            at = day * DAY + an_hour(chance, night=nights)
            for _sitting in range(chance.choice((1, 2, 3, 4))):
                at = school.sit(member, next(lessons), chance.choice(browsers), at, pauses=True)
                at += round(chance.lognormvariate(4.0, 1.0) * SECOND)


def couples(school: School, count: int) -> None:
    """Two members, one tablet, one after the other."""
    chance = school.chance
    for _ in range(count):
        both, tablet = (school.person(), school.person()), school.browser()
        for day in chance.sample(range(DAYS), 8):
            at = day * DAY + an_hour(chance)
            lesson = chance.randrange(LESSONS)
            for member in both:
                at = school.sit(member, lesson, tablet, at, pauses=True)
                at += round(chance.lognormvariate(4.2, 0.7) * SECOND)


def reading_rooms(school: School, count: int) -> None:
    """The branch's one computer: five old members take turns each week at the same lesson."""
    chance = school.chance
    for _ in range(count):
        members, computer = [school.person() for _ in range(5)], school.browser()
        for week in range(4):
            at = week * 7 * DAY + round(9 * HOUR + chance.gauss(0, 10 * MINUTE))
            lesson = chance.randrange(LESSONS)
            for member in chance.sample(members, 5):
                at = school.sit(member, lesson, computer, at, pauses=True)
                at += round(chance.lognormvariate(5.4, 0.5) * SECOND)  # four minutes or so


def classroom(school: School, seats: int, *, lessons: int = 14, own: bool = True) -> None:
    """Forty seats behind one connection: the teacher says which lesson, everybody presses play.

    `own` computers, or the room's, at which other people sit the next day.
    """
    chance = school.chance
    members = [school.person() for _ in range(seats)]
    browsers = [school.browser() for _ in range(seats)]
    for day in range(4):
        if not own:
            chance.shuffle(members)
        at = day * DAY + 9 * HOUR
        for number in range(lessons // 2):
            lesson = day * 20 + number
            ends = [
                school.sit(
                    member, lesson, browser, at + round(chance.uniform(0, 40) * SECOND), pauses=True
                )
                for member, browser in zip(members, browsers, strict=True)
            ]
            at = max(ends) + 2 * MINUTE


def one_hand_many_accounts(school: School) -> None:
    """One person at one computer signs in as one member after the other, evening after evening."""
    chance = school.chance
    members, computer = [school.person() for _ in range(chance.randint(3, 8))], school.browser()
    haste = chance.choice((15, 25, 35, 50))
    night = chance.random() < 0.4
    for day in chance.sample(range(DAYS), chance.randint(3, 6)):
        at = day * DAY + an_hour(chance, night=night)
        lessons = chance.sample(range(LESSONS), 2)
        for member in members:
            for lesson in lessons:
                at = school.sit(member, lesson, computer, at, pauses=False)
                at += round(chance.lognormvariate(0, 0.4) * haste * SECOND)
    school.rings.append(frozenset(members))


def one_program_many_accounts(school: School) -> None:
    """Several accounts, each in a window of its own, started together by one program."""
    chance = school.chance
    members = [school.person() for _ in range(chance.randint(2, 5))]
    windows = [school.browser() for _ in members]
    shake = chance.choice((200, 500, 900, 1600))
    for day in chance.sample(range(DAYS), 4):
        at = day * DAY + an_hour(chance, night=chance.random() < 0.5)
        for lesson in chance.sample(range(LESSONS), 4):
            ends = [
                school.sit(
                    member,
                    lesson,
                    window,
                    at + place * 5 * SECOND + round(chance.gauss(0, shake)),
                    pauses=False,
                )
                for place, (member, window) in enumerate(zip(members, windows, strict=True))
            ]
            at = max(ends) + round(chance.uniform(5, 30) * SECOND)
    school.rings.append(frozenset(members))


def one_account_one_program(school: School) -> None:
    """A program that opens the next lesson when the last is over."""
    chance = school.chance
    member, window = school.person(), school.browser()
    wait, shake = chance.randint(2, 40), chance.choice((50, 300, 900, 1800))
    for day in chance.sample(range(DAYS), 3):
        at = day * DAY + an_hour(chance, night=chance.random() < 0.5)
        for lesson in chance.sample(range(LESSONS), 8):
            at = school.sit(member, lesson, window, at, pauses=False)
            at += max(SECOND, round(wait * SECOND + chance.gauss(0, shake)))
    school.rings.append(frozenset({member}))


def honest_school(chance: random.Random, people: int = 4_600) -> School:
    """About 10^5 sittings with nothing wrong about them."""
    school = School(chance)
    people_of_their_own(school, people)
    couples(school, 60)
    reading_rooms(school, 60)
    for _ in range(6):
        classroom(school, 40)
        classroom(school, 40, own=False)
    return school


def with_rings(school: School, each: int = 25) -> School:
    for _ in range(each):
        one_hand_many_accounts(school)
        one_program_many_accounts(school)
        one_account_one_program(school)
    return school


def found_rings(school: School, found: Iterator[frozenset[int]]) -> tuple[int, int, int]:
    """`(rings found, findings that are of a ring, findings)`."""
    findings = list(found)
    hits = [finding for finding in findings if any(finding <= ring for ring in school.rings)]
    caught = sum(any(hit <= ring for hit in hits) for ring in school.rings)
    return caught, len(hits), len(findings)
