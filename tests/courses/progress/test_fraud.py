"""Bots that want hours for nothing, each beside somebody honest who must not lose any."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from courses.catalogue.models import LessonPage
from courses.progress.models import LessonProgress, WatchSession
from courses.progress.queries import sessions_behind
from courses.progress.tickets import issue_ticket, read_ticket
from exams.credit.models import StudyHourEntry
from lms.core import clock
from lms.members.models import Member
from tests.factories.members import make_member
from tests.support.player import STEP_MS, BeatServer, Player

MINUTE = 60_000
TEN_MINUTES = 10 * MINUTE

Lesson = Callable[..., LessonPage]
Players = Callable[..., Player]


def earned(member: Member) -> int:
    """Milliseconds shown as studied, over all lessons."""
    rows = LessonProgress.objects.filter(member=member)
    return sum(min(row.covered_ms, row.wall_ms) for row in rows)


def hours(member: Member) -> list[str]:
    return [str(entry.hours) for entry in StudyHourEntry.objects.filter(member=member)]


@pytest.fixture
def honest(lesson_of: Lesson, player_for: Players, member: Member) -> Player:
    """Somebody with ten minutes ahead of them."""
    return player_for(member, lesson_of(10))


@pytest.fixture
def bot(honest: Player, player_for: Players) -> Player:
    """Somebody else on the same lesson."""
    return player_for(make_member(password=None), honest.lesson)


def test_jump_to_the_end(honest: Player, bot: Player) -> None:
    honest.play(0, TEN_MINUTES)
    bot.wait(15_000)
    bot.send(bot.beat(TEN_MINUTES - 15_000, TEN_MINUTES))
    honest.settle()
    bot.settle()

    assert (earned(bot.member), hours(bot.member)) == (15_000, [])
    assert (earned(honest.member), hours(honest.member)) == (TEN_MINUTES, ["0.25"])


def test_the_whole_lecture_in_one_message(honest: Player, bot: Player) -> None:
    beats = [bot.beat(at, at + STEP_MS) for at in range(0, TEN_MINUTES, STEP_MS)]
    bot.wait(15_000)
    bot.send(*beats)
    bot.settle()

    assert (earned(bot.member), hours(bot.member)) == (15_000, [])

    # The honest twin was offline all the time and sends the same message at the end.
    honest.wait(TEN_MINUTES)
    honest.send(*(honest.beat(at, at + STEP_MS) for at in range(0, TEN_MINUTES, STEP_MS)))
    honest.settle()

    assert (earned(honest.member), hours(honest.member)) == (TEN_MINUTES, ["0.25"])


def test_ten_times_the_speed(honest: Player, bot: Player) -> None:
    """Claims normal speed, sends ten beats in the time of one; told openly it is refused."""
    bot.play(0, TEN_MINUTES, rate=10, claimed_rate=1.0, step=6_000)
    bot.settle()
    said = bot.send(bot.beat(0, 15_000, rate=10))

    assert (earned(bot.member), hours(bot.member)) == (MINUTE, [])
    assert said["refused"] == [{"seq": bot.seq, "reason": "too-fast"}]

    # The honest twin uses the speed the course allows, and needs two thirds of the time.
    honest.start()
    honest.play(0, TEN_MINUTES, rate=1.5)
    honest.settle()

    assert (earned(honest.member), hours(honest.member)) == (400_000, ["0.25"])


def test_one_body_again_and_again(honest: Player, bot: Player) -> None:
    bot.wait(15_000)
    body = bot.body(bot.beat(0, 15_000))
    for _ in range(40):
        bot.server.post(body)
        bot.wait(15_000)
    bot.settle()

    assert (earned(bot.member), hours(bot.member)) == (15_000, [])
    [session] = sessions_behind(bot.member.pk, bot.lesson.pk)
    assert (session.beats, session.present) == (1, ((0, 15_000),))

    # The honest twin's network doubles every message.
    for at in range(0, TEN_MINUTES, STEP_MS):
        honest.wait(STEP_MS)
        body = honest.body(honest.beat(at, at + STEP_MS))
        first, second = honest.server.post(body, body)
        assert first.json() == second.json()
    honest.settle()

    assert (earned(honest.member), hours(honest.member)) == (TEN_MINUTES, ["0.25"])


def test_replaying_one_stretch_is_not_the_whole(honest: Player, bot: Player) -> None:
    for _ in range(10):
        bot.play(0, MINUTE)
    bot.settle()

    assert (earned(bot.member), hours(bot.member)) == (MINUTE, [])

    # The honest twin goes back twice and watches the rest too.
    honest.play(0, 4 * MINUTE)
    honest.play(2 * MINUTE, 6 * MINUTE)
    honest.play(5 * MINUTE, TEN_MINUTES)
    honest.settle()

    assert (earned(honest.member), hours(honest.member)) == (TEN_MINUTES, ["0.25"])


@pytest.mark.slow
def test_fifty_tabs_at_once(lesson_of: Lesson, player_for: Players, member: Member) -> None:
    """Fifty lessons opened side by side, all of them playing for ten minutes."""
    lessons = [lesson_of(10)] + [lesson_of(10) for _ in range(4)]
    began = clock.now()
    tabs = [player_for(member, lessons[number % 5]) for number in range(50)]
    for at in range(0, TEN_MINUTES, STEP_MS):
        tabs[0].wait(STEP_MS)
        bodies = [tab.body(tab.beat(at, at + STEP_MS)) for tab in tabs]
        answers = [answer.json() for answer in tabs[0].server.post(*bodies)]
        assert [said["open"] for said in answers] == [False] * 49 + [True]
    for tab in tabs:
        tab.settle()
    passed = (clock.now() - began).total_seconds() * 1000

    assert earned(member) == TEN_MINUTES == passed
    assert hours(member) == ["0.25"]


def test_another_window_takes_over_and_nothing_is_lost(
    lesson_of: Lesson, player_for: Players, member: Member
) -> None:
    """The honest twin: half on the phone, half on the computer, the phone's last beats late."""
    lesson = lesson_of(10)
    phone = player_for(member, lesson)
    phone.play(0, 4 * MINUTE)
    phone.wait(MINUTE)
    late = [phone.beat(at, at + STEP_MS) for at in range(4 * MINUTE, 5 * MINUTE, STEP_MS)]
    computer = player_for(member, lesson)
    said = phone.send(*late)
    computer.play(5 * MINUTE, TEN_MINUTES)
    computer.settle()

    assert (said["open"], said["acked"]) == (False, [17, 18, 19, 20])
    assert (earned(member), hours(member)) == (TEN_MINUTES, ["0.25"])


def test_a_hidden_tab_is_counted_by_time_and_on_record(honest: Player, bot: Player) -> None:
    """Listening is study; what a hidden tab cannot do is go faster than time."""
    bot.play(0, TEN_MINUTES, visible=False)
    bot.settle()
    [session] = sessions_behind(bot.member.pk, bot.lesson.pk)

    assert (session.beats, session.hidden_beats) == (40, 40)
    assert earned(bot.member) == TEN_MINUTES

    honest.play(0, TEN_MINUTES)
    honest.settle()
    [session] = sessions_behind(honest.member.pk, honest.lesson.pk)

    assert (session.hidden_beats, earned(honest.member)) == (0, TEN_MINUTES)


def test_an_offline_batch_with_false_times(honest: Player, bot: Player) -> None:
    """Whatever times a message claims, none of them is read."""
    beats = [
        {**bot.beat(at, at + STEP_MS), "at": "2020-01-01T00:00:00Z", "sentAt": 0, "wall": 10**9}
        for at in range(0, TEN_MINUTES, STEP_MS)
    ]
    bot.wait(2 * MINUTE)
    bot.send(*beats)
    bot.settle()

    assert (earned(bot.member), hours(bot.member)) == (2 * MINUTE, [])

    # The honest twin's phone has the wrong year; nothing is lost by it.
    for at in range(0, TEN_MINUTES, STEP_MS):
        honest.wait(STEP_MS)
        honest.send({**honest.beat(at, at + STEP_MS), "at": "1970-01-01T00:00:00Z"})
    honest.settle()

    assert (earned(honest.member), hours(honest.member)) == (TEN_MINUTES, ["0.25"])


def test_a_night_of_silence_is_one_lease_at_most(
    lesson_of: Lesson, player_for: Players, member: Member
) -> None:
    """The session is left open for ten hours and a whole course is sent in the morning."""
    lesson = lesson_of(120)
    bot = player_for(member, lesson)
    bot.wait(10 * 60 * MINUTE)
    beats = [bot.beat(at, at + MINUTE) for at in range(0, 120 * MINUTE, MINUTE)]
    bot.send(*beats)
    bot.settle()

    assert (earned(member), hours(member)) == (30 * MINUTE, [])

    # The honest twin's phone was offline three times for half an hour, and slept in between.
    twin = player_for(make_member(password=None), lesson)
    for start in range(0, 120 * MINUTE, 30 * MINUTE):
        twin.wait(30 * MINUTE)
        twin.send(*(twin.beat(at, at + MINUTE) for at in range(start, start + 30 * MINUTE, MINUTE)))
    twin.settle()

    assert (earned(twin.member), hours(twin.member)) == (120 * MINUTE, ["1.00"])


def test_the_server_clock_goes_back(honest: Player) -> None:
    """No time is counted twice, and nobody loses what they had."""
    honest.play(0, 5 * MINUTE)
    honest.wait(-10 * MINUTE)
    honest.send(honest.beat(9 * MINUTE, 9 * MINUTE + 15_000))
    honest.start()
    honest.send(honest.beat(5 * MINUTE, 6 * MINUTE))
    honest.settle()
    first, second = sessions_behind(honest.member.pk, honest.lesson.pk)

    assert second.opened_at == first.closed_at == first.last_beat_at
    assert (first.present, second.present) == (((0, 5 * MINUTE),), ())
    assert earned(honest.member) == 5 * MINUTE


def test_the_server_clock_jumps_forward(honest: Player) -> None:
    """One lease too much at the very most, and only for content that was claimed."""
    honest.play(0, MINUTE)
    honest.wait(24 * 3_600_000 - 13 * 3_600_000)
    honest.send(honest.beat(MINUTE, MINUTE + 15_000))
    honest.settle()
    [session] = sessions_behind(honest.member.pk, honest.lesson.pk)

    assert sum(end - start for start, end in session.present) == 31 * MINUTE
    assert earned(honest.member) == MINUTE + 15_000


# --- Tickets ------------------------------------------------------------------------------------


def test_a_ticket_changed_by_one_character_is_worth_nothing(
    honest: Player, beat_server: BeatServer
) -> None:
    token = honest.sitting.token
    forged = [token[:at] + ("0" if token[at] != "0" else "1") + token[at + 1 :]
              for at in range(len(token))]  # fmt: skip
    forged += ["", "x", token[:-1], token + "0", token.upper(), "é" * 64, "." * 64, token * 2]
    beat = honest.beat(0, 15_000)
    answers = beat_server.post(*({"token": text, "beats": [beat]} for text in forged))

    assert {answer.status_code for answer in answers} == {401}
    [session] = sessions_behind(honest.member.pk, honest.lesson.pk)
    assert session.beats == 0


def test_a_ticket_serves_its_own_session_only(honest: Player, bot: Player) -> None:
    """A beat names no session, member or lesson: the ticket does, and it is signed."""
    body = bot.body(bot.beat(0, 15_000))
    body |= {"session": str(honest.sitting.session.pk), "member": honest.member.pk}
    bot.wait(15_000)
    bot.server.post(body)

    assert WatchSession.objects.get(pk=honest.sitting.session.pk).beats == 0
    assert WatchSession.objects.get(pk=bot.sitting.session.pk).beats == 1


def test_a_ticket_runs_out(honest: Player) -> None:
    honest.wait(12 * 3_600_000 - 1)
    honest.send(honest.beat(0, 15_000))
    honest.wait(1)
    [answer] = honest.server.post(honest.body(honest.beat(15_000, 30_000)))

    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "学习凭证已失效，请刷新页面继续学习，已确认的进度不会丢失。"},
    )


def test_a_ticket_of_another_school_is_worth_nothing(honest: Player, settings: Any) -> None:
    from courses.progress import tickets

    ticket = read_ticket(honest.sitting.token, clock.now().timestamp())
    assert ticket is not None
    settings.SECRET_KEY = "another"
    tickets._key.cache_clear()
    foreign = issue_ticket(ticket)
    tickets._key.cache_clear()
    settings.SECRET_KEY = "tests-only-" + "0123456789abcdef" * 4
    [answer] = honest.server.post({"token": foreign, "beats": []})

    assert answer.status_code == 401
    assert json.loads(answer.content)["error"] != ""
