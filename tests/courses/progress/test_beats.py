"""The beat route: what it takes, what it refuses, and that nothing acknowledged is lost."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from courses.catalogue.models import LessonPage
from courses.progress.models import WatchSession
from lms.core import group_commit
from lms.members.models import Member
from tests.factories.members import make_member
from tests.support.player import STEP_MS, BeatServer, Player

MINUTE = 60_000


@pytest.fixture
def player(
    player_for: Callable[..., Player], lesson_of: Callable[..., LessonPage], member: Member
) -> Player:
    return player_for(member, lesson_of(10))


def stored(player: Player) -> WatchSession:
    return WatchSession.objects.get(pk=player.sitting.session.pk)


def test_an_acknowledged_beat_is_stored(player: Player) -> None:
    player.wait(15_000)
    [answer] = player.server.post(player.body(player.beat(0, 15_000)))

    assert answer.status_code == 200
    assert answer.json() == {
        "acked": [1],
        "refused": [],
        "coveredMs": 15_000,
        "open": True,
        "check": False,
    }
    assert answer.headers["cache-control"] == "no-store"
    assert stored(player).covered == ((0, 15_000),)


def test_each_refused_beat_is_named_and_the_others_count(player: Player) -> None:
    player.wait(15_000)
    said = player.send(
        player.beat(0, 15_000),
        player.beat(15_000, 15_000),
        player.beat(15_000, 76_000),
        player.beat(595_000, 610_000),
        player.beat(15_000, 30_000, rate=2),
        player.beat(15_000, 30_000, seq=-1),
        player.beat(15_000, 30_000, seq=10**30),
        player.beat(20_000, 10_000, seq=6),
    )

    assert said == {
        "acked": [1],
        "refused": [
            {"seq": 2, "reason": "empty"},
            {"seq": 3, "reason": "too-long"},
            {"seq": 4, "reason": "outside"},
            {"seq": 5, "reason": "too-fast"},
            {"seq": -1, "reason": "number"},
            {"seq": 10**30, "reason": "number"},
            {"seq": 6, "reason": "empty"},
        ],
        "coveredMs": 15_000,
        "open": True,
        "check": False,
    }
    assert (stored(player).beats, stored(player).refused_beats) == (1, 7)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"token":1,"beats":[]}',
        b'{"token":"x"}',
        b'{"beats":[]}',
        b'{"token":"x","beats":{}}',
        b'{"token":"x","beats":"beats"}',
    ],
)
def test_a_body_that_is_no_message_is_refused(beat_server: BeatServer, body: bytes) -> None:
    [answer] = beat_server.post(body)

    assert (answer.status_code, answer.json()) == (
        422,
        {"error": "学习记录的格式不对，请刷新页面后继续学习。"},
    )


@pytest.mark.parametrize(
    "beat",
    [
        None,
        1,
        [],
        {},
        {"seq": 1, "from": 0, "to": 15_000, "rate": 1.0},
        {"seq": "1", "from": 0, "to": 15_000, "rate": 1.0, "visible": True},
        {"seq": True, "from": 0, "to": 15_000, "rate": 1.0, "visible": True},
        {"seq": 1, "from": 0.5, "to": 15_000, "rate": 1.0, "visible": True},
        {"seq": 1, "from": 0, "to": None, "rate": 1.0, "visible": True},
        {"seq": 1, "from": 0, "to": 15_000, "rate": "1", "visible": True},
        {"seq": 1, "from": 0, "to": 15_000, "rate": True, "visible": True},
        {"seq": 1, "from": 0, "to": 15_000, "rate": 1.0, "visible": "yes"},
        {"seq": 1, "from": 0, "to": 15_000, "rate": 1.0, "visible": 1},
    ],
)
def test_a_beat_of_another_shape_is_refused_whole(player: Player, beat: Any) -> None:
    [answer] = player.server.post(player.body(player.beat(0, 15_000), beat))

    assert answer.status_code == 422
    assert stored(player).beats == 0


def test_numbers_that_are_none_are_refused(player: Player) -> None:
    text = json.dumps(player.body(player.beat(0, 15_000, rate=float("nan"))))
    [answer] = player.server.post(text.encode())

    assert answer.json()["refused"] == [{"seq": 1, "reason": "too-fast"}]


def test_too_much_at_once_is_refused(player: Player) -> None:
    beats = [player.beat(0, 15_000) for _ in range(201)]
    answers = player.server.post(
        player.body(*beats[:200]), player.body(*beats), b" " * 65_537, b" " * 10_000_000
    )

    assert [answer.status_code for answer in answers] == [200, 413, 413, 413]


def test_only_post_and_only_from_this_site(player: Player) -> None:
    server, body = player.server, player.body(player.beat(0, 15_000))
    [own] = server.post(body, origin="http://school")
    [secure] = server.post(body, origin="https://school")
    [foreign] = server.post(body, origin="https://elsewhere.example")
    [opaque] = server.post(body, origin="null")

    assert [answer.status_code for answer in (own, secure, foreign, opaque)] == [200, 200, 403, 403]


def test_a_session_that_is_gone_asks_to_start_again(player: Player) -> None:
    WatchSession.objects.all().delete()
    [answer] = player.server.post(player.body(player.beat(0, 15_000)))

    assert answer.status_code == 401


def test_many_messages_of_one_session_at_once_all_count_once(player: Player) -> None:
    player.wait(10 * MINUTE)
    bodies = [player.body(player.beat(at, at + STEP_MS)) for at in range(0, 10 * MINUTE, STEP_MS)]
    answers = player.server.post(*bodies, *bodies)

    assert [answer.status_code for answer in answers] == [200] * 80
    assert (stored(player).beats, stored(player).covered) == (40, ((0, 10 * MINUTE),))


# --- When something breaks ----------------------------------------------------------------------


def test_the_database_goes_away_and_comes_back(player: Player) -> None:
    """The connection is cut between two beats: the next beat finds a new one by itself."""
    player.wait(15_000)
    player.send(player.beat(0, 15_000))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query LIKE '%%courses_watchsession AS s%%'"
        )
        [cut] = cursor.fetchall()
    player.wait(15_000)
    said = player.send(player.beat(15_000, 30_000))

    assert cut == (1,)
    assert said["coveredMs"] == 30_000


def test_without_a_database_the_player_is_told_to_keep_its_beats(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = player.server
    monkeypatch.setitem(connections["default"].settings_dict, "PORT", "1")
    body = player.body(player.beat(0, 15_000))
    answers = server.post(body, body)
    monkeypatch.undo()

    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[0].headers["retry-after"] == "5"
    assert stored(player).beats == 0


def test_more_than_can_be_written_is_refused_at_once(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING", 10)
    bodies = [player.body(player.beat(0, 15_000)) for _ in range(30)]
    answers = [answer.status_code for answer in player.server.post(*bodies)]
    accepted = answers.count(200)

    assert answers.count(503) == 30 - accepted
    assert 10 <= accepted < 30
    assert stored(player).beats == accepted


def test_a_row_somebody_holds_does_not_keep_the_others_waiting(
    player: Player, player_for: Callable[..., Player]
) -> None:
    other = player_for(make_member(password=None), player.lesson)
    with transaction.atomic():
        WatchSession.objects.select_for_update().get(pk=player.sitting.session.pk)
        held, free = player.server.post(
            player.body(player.beat(0, 15_000)), other.body(other.beat(0, 15_000))
        )
    [again] = player.server.post(player.body(player.beat(0, 15_000, seq=1)))

    assert (held.status_code, free.status_code, again.status_code) == (503, 200, 200)
    assert (stored(player).beats, stored(other).beats) == (1, 1)


def test_two_web_processes_may_take_beats_of_one_session_at_once(player: Player) -> None:
    """The row is changed under its own lock, by what stands in it then."""
    player.wait(10 * MINUTE)
    beats = [player.beat(at, at + STEP_MS) for at in range(0, 10 * MINUTE, STEP_MS)]
    bodies = [player.body(beat) for beat in beats]
    with BeatServer() as second:
        threads = [
            threading.Thread(target=lambda: player.server.post(*bodies)),
            threading.Thread(target=lambda: second.post(*bodies)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (stored(player).beats, stored(player).covered) == (40, ((0, 10 * MINUTE),))
