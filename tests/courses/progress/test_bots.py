"""Twelve bots and their honest twins, over the real route, in a course that asks who is there.

A bot earns no more than the honest time it spent, and one beat. Its twin does what looks alike
with nothing wrong about it, and loses no more than one part in two hundred.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from courses.catalogue.models import LessonPage
from courses.progress.intervals import ANSWER_MS
from courses.progress.models import LessonProgress
from lms.members.models import Member
from tests.factories.members import make_member
from tests.support.player import STEP_MS, Player

MINUTE = 60_000
LENGTH = 20 * MINUTE
ASKED_AT = 5 * MINUTE


@dataclass
class Class:
    """A lesson of twenty minutes, and players on it that are asked after five."""

    open_player: Callable[[Member, LessonPage], Player]
    lesson: LessonPage
    others: list[LessonPage]

    def player(self, member: Member | None = None, lesson: LessonPage | None = None) -> Player:
        opened = self.open_player(member or make_member(password=None), lesson or self.lesson)
        if not opened.session.checks_asked and not opened.session.is_asked:
            opened.ask_at(ASKED_AT)
        return opened


Act = Callable[[Class], tuple[Player, int]]
"""What somebody does: the player, and the milliseconds of honest study that were in it."""


def whole(player: Player) -> list[dict[str, Any]]:
    return [player.beat(at, at + STEP_MS) for at in range(0, LENGTH, STEP_MS)]


# --- The bots --------------------------------------------------------------------------------


def jumps_to_the_end(school: Class) -> tuple[Player, int]:
    player = school.player()
    player.wait(STEP_MS)
    player.send(player.beat(LENGTH - STEP_MS, LENGTH))
    return player, STEP_MS


def goes_sixteen_times_as_fast(school: Class) -> tuple[Player, int]:
    """Openly, which is refused, and then under a false rate."""
    player = school.player()
    for at in range(0, LENGTH, STEP_MS):
        player.wait(STEP_MS / 16)
        player.send(player.beat(at, at + STEP_MS, rate=16), player.beat(at, at + STEP_MS))
    return player, LENGTH // 16


def sends_one_body_again(school: Class) -> tuple[Player, int]:
    player = school.player()
    player.wait(STEP_MS)
    body = player.body(player.beat(0, STEP_MS))
    for _again in range(40):
        player.server.post(body)
        player.wait(STEP_MS)
    return player, STEP_MS


def opens_five_devices(school: Class) -> tuple[Player, int]:
    """Four lessons and one of them twice, side by side for four minutes."""
    member = make_member(password=None)
    tabs = [school.player(member, lesson) for lesson in [*school.others, *school.others[:2]]]
    for at in range(0, 4 * MINUTE, STEP_MS):
        tabs[0].wait(STEP_MS)
        tabs[0].server.post(*(tab.body(tab.beat(at, at + STEP_MS)) for tab in tabs))
    for tab in tabs:
        tab.settle()
    return tabs[-1], 4 * MINUTE


def plays_in_a_hidden_tab(school: Class) -> tuple[Player, int]:
    """Muted and minimised, nobody in the room."""
    player = school.player()
    player.play(0, LENGTH, visible=False)
    return player, ASKED_AT + ANSWER_MS


def lies_about_when(school: Class) -> tuple[Player, int]:
    """Two minutes, said to be a batch of twenty from an hour ago and from tomorrow."""
    player = school.player()
    player.wait(2 * MINUTE)
    said = [
        {**beat, "at": 10**13 * (number % 2), "wall": LENGTH}
        for number, beat in enumerate(whole(player))
    ]
    player.send(*said)
    return player, 2 * MINUTE


def puts_its_clock_forward(school: Class) -> tuple[Player, int]:
    """An hour on its own clock is a minute on the server's."""
    player = school.player()
    for at in range(0, LENGTH, STEP_MS):
        player.wait(MINUTE / (LENGTH / STEP_MS))
        player.send({**player.beat(at, at + STEP_MS), "sentAt": at * 60})
    return player, MINUTE


def plays_with_the_numbers(school: Class) -> tuple[Player, int]:
    player = school.player()
    for at in range(0, MINUTE, STEP_MS):
        player.wait(STEP_MS)
        for seq in (-1, 20_001, 2**31, 1, 1, at // STEP_MS + 1):
            player.send(player.beat(at, at + STEP_MS, seq=seq))
    return player, MINUTE


def names_somebody_elses_sitting(school: Class) -> tuple[Player, int]:
    victim, player = school.player(), school.player()
    player.wait(STEP_MS)
    body = player.body(player.beat(0, STEP_MS))
    for name in ("session", "member", "lesson"):
        body[name] = str(getattr(victim.sitting.session, f"{name}_id", victim.sitting.session.pk))
    player.server.post(body)
    assert victim.session.beats == 0
    return player, STEP_MS


def floods_in_any_order(school: Class) -> tuple[Player, int]:
    player = school.player()
    beats = whole(player) * 3
    random.Random(7).shuffle(beats)
    player.wait(STEP_MS)
    player.server.post(*(player.body(*beats[at : at + 30]) for at in range(0, len(beats), 30)))
    return player, STEP_MS


def ignores_the_check(school: Class) -> tuple[Player, int]:
    """Real time, real beats, irregular as a person's, and nobody there."""
    player, chance = school.player(), random.Random(11)
    at = 0
    while at < LENGTH:
        step = min(chance.randrange(8_000, 15_000), LENGTH - at)
        player.wait(step)
        player.send(player.beat(at, at + step))
        at += step
    return player, ASKED_AT + ANSWER_MS


def opens_anew_when_asked(school: Class) -> tuple[Player, int]:
    """A new sitting each minute, so as never to be asked, or never to have to answer."""
    member = make_member(password=None)
    player = school.player(member)
    for at in range(0, LENGTH, MINUTE):
        if at:
            player.start()
        player.play(at, at + MINUTE)
    return player, ASKED_AT + MINUTE + ANSWER_MS


# --- Their twins -----------------------------------------------------------------------------


def looks_at_the_end_first(school: Class) -> tuple[Player, int]:
    player = school.player()
    player.study(LENGTH - MINUTE, LENGTH)
    player.study(0, LENGTH)
    return player, LENGTH


def uses_the_speed_allowed(school: Class) -> tuple[Player, int]:
    player = school.player()
    player.study(0, LENGTH, rate=1.5)
    return player, round(LENGTH / 1.5)


def has_a_line_that_doubles(school: Class) -> tuple[Player, int]:
    player = school.player()
    for at in range(0, LENGTH, STEP_MS):
        player.wait(STEP_MS)
        body = player.body(player.beat(at, at + STEP_MS))
        first, _second = player.server.post(body, body)
        if first.json()["check"]:
            player.answer()
    return player, LENGTH


def has_two_devices_by_mistake(school: Class) -> tuple[Player, int]:
    """The phone goes on in the pocket for a while when the computer has taken over."""
    phone = school.player()
    phone.study(0, 8 * MINUTE)
    computer = school.player(phone.member)
    for at in range(8 * MINUTE, 9 * MINUTE, STEP_MS):
        phone.wait(STEP_MS)
        computer.send(computer.beat(at, at + STEP_MS))
        phone.send(phone.beat(at, at + STEP_MS))
    computer.study(9 * MINUTE, LENGTH)
    phone.settle()
    return computer, LENGTH


def listens_while_cooking(school: Class) -> tuple[Player, int]:
    player = school.player()
    for at in range(0, LENGTH, STEP_MS):
        said = player.play(at, at + STEP_MS, visible=False)
        if said["check"]:
            player.wait(10_000)
            player.answer()
    return player, LENGTH


def is_offline_for_twenty_minutes(school: Class) -> tuple[Player, int]:
    """The check falls due with no way of asking it; it is asked when the line is back."""
    player = school.player()
    player.study(0, LENGTH, offline=lambda at: at < LENGTH - STEP_MS)
    return player, LENGTH


def has_a_clock_that_is_wrong(school: Class) -> tuple[Player, int]:
    player = school.player()
    for at in range(0, LENGTH, STEP_MS):
        player.wait(STEP_MS)
        said = player.send({**player.beat(at, at + STEP_MS), "at": "1970-01-01T00:00:00Z"})
        if said["check"]:
            player.answer()
    return player, LENGTH


def closes_the_laptop(school: Class) -> tuple[Player, int]:
    """Asleep for five hours in the middle; the page goes on where it stood."""
    player = school.player()
    player.study(0, 11 * MINUTE)
    player.wait(5 * 60 * MINUTE)
    player.study(11 * MINUTE, LENGTH)
    return player, LENGTH


def comes_back_to_an_open_question(school: Class) -> tuple[Player, int]:
    """Asked, walked off, signed in again the next morning, answered, went on."""
    player = school.player()
    player.play(0, ASKED_AT)
    assert player.session.is_asked
    player.wait(16 * 60 * MINUTE)
    player.start()
    assert player.session.is_asked
    player.answer()
    player.study(ASKED_AT, LENGTH)
    return player, LENGTH


def has_a_bad_line(school: Class) -> tuple[Player, int]:
    """Four messages of ten are lost and sent again with the next ones."""
    player, chance = school.player(), random.Random(3)
    player.study(0, LENGTH, offline=lambda at: chance.random() < 0.4)
    return player, LENGTH


def takes_two_and_a_half_minutes_to_answer(school: Class) -> tuple[Player, int]:
    """Seventy years old; finds the glasses, reads, presses."""
    player = school.player()
    player.study(0, LENGTH, answers_after=150_000)
    return player, LENGTH


def answers_an_hour_later(school: Class) -> tuple[Player, int]:
    """Called away. The lecture has stood still, so nothing is missing."""
    player = school.player()
    player.study(0, LENGTH, answers_after=60 * MINUTE)
    return player, LENGTH


PAIRS: list[tuple[Act, Act]] = [
    (jumps_to_the_end, looks_at_the_end_first),
    (goes_sixteen_times_as_fast, uses_the_speed_allowed),
    (sends_one_body_again, has_a_line_that_doubles),
    (opens_five_devices, has_two_devices_by_mistake),
    (plays_in_a_hidden_tab, listens_while_cooking),
    (lies_about_when, is_offline_for_twenty_minutes),
    (puts_its_clock_forward, has_a_clock_that_is_wrong),
    (plays_with_the_numbers, closes_the_laptop),
    (names_somebody_elses_sitting, comes_back_to_an_open_question),
    (floods_in_any_order, has_a_bad_line),
    (ignores_the_check, takes_two_and_a_half_minutes_to_answer),
    (opens_anew_when_asked, answers_an_hour_later),
]


@pytest.fixture
def school(lesson_of: Callable[..., LessonPage], player_for: Callable[..., Player]) -> Class:
    lessons = [lesson_of(LENGTH / MINUTE, presence_check=True) for _ in range(4)]
    return Class(player_for, lessons[0], lessons[1:])


def earned(player: Player) -> int:
    """Milliseconds shown as studied, over all lessons."""
    player.settle()
    rows = LessonProgress.objects.filter(member=player.member)
    return sum(min(row.covered_ms, row.wall_ms) for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize(("bot", "twin"), PAIRS, ids=[bot.__name__ for bot, _twin in PAIRS])
def test_a_bot_earns_its_honest_time_and_its_twin_everything(
    school: Class, bot: Act, twin: Act
) -> None:
    robot, honest = bot(school)
    assert earned(robot) <= honest + STEP_MS
    assert not LessonProgress.objects.filter(
        member=robot.member, completed_at__isnull=False
    ).exists()

    person, studied = twin(school)
    assert earned(person) >= studied * 0.995
    assert LessonProgress.objects.get(member=person.member, lesson=person.lesson).is_completed


def test_the_moments_the_server_draws_cost_an_honest_member_nothing(school: Class) -> None:
    """Four sittings with late answers; the check moves on from each to the next."""
    member = make_member(password=None)
    player = school.open_player(member, school.lesson)
    asked = 0
    for number, lesson in enumerate([school.lesson, *school.others]):
        player = school.open_player(member, lesson)
        player.study(0, LENGTH, answers_after=(number + 1) * MINUTE)
        assert player.settle() is not None
        asked += player.session.checks_asked

    assert earned(player) == 4 * LENGTH
    assert 2 <= asked <= 5
