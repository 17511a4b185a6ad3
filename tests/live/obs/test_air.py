"""A class from OBS by a real nginx-rtmp and a real ffmpeg: on the air, cut, taken over, closed."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from live.classroom import folders, services
from live.classroom.models import ClassState, LiveClass, LiveEvent, LiveTake
from live.obs import services as obs_services
from live.obs import words
from live.obs.calls import rtmp_calls
from live.obs.models import StreamKey
from lms.core.rooms.threads import in_thread
from lms.members.models import Member
from tests.factories.live import make_live_class, recorded, slices
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.live.classroom.test_air import seconds_in
from tests.support.live_sockets import Room, Teacher, Watcher
from tests.support.processes import wait_until
from tests.support.rtmp import Rtmp, obs
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def rtmp(air: str, tmp_path: Path, settings: Any) -> Iterator[Rtmp]:
    made = Rtmp(tmp_path, air)
    settings.LIVE_RTMP_URL = settings.LIVE_RTMP_PULL = made.address
    yield made
    made.stop()
    StreamKey.objects.all().delete()
    wait_until(
        lambda: not any(pulls.fetchers for pulls in rtmp_calls._pulls.values()),
        what="the end of all fetching",
    )


@pytest.fixture
def tree(air: str) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    return make_live_class(tree.general, by=teacher)


@pytest.fixture
def key(rtmp: Rtmp, teacher: Member, live_class: LiveClass) -> str:
    return obs_services.make_key(by=teacher, live_class_id=live_class.pk)


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def kinds(live_class: LiveClass) -> list[str]:
    rows = LiveEvent.objects.filter(live_class=live_class).order_by("seq")
    return list(rows.values_list("kind", flat=True))


def stand(live_class: LiveClass) -> StreamKey:
    return StreamKey.objects.get(live_class=live_class)


def takes(live_class: LiveClass) -> list[int]:
    rows = LiveTake.objects.filter(live_class=live_class).order_by("number")
    return list(rows.values_list("number", flat=True))


def kill_fetching() -> None:
    for pulls in rtmp_calls._pulls.values():
        for fetcher in pulls.fetchers.values():
            assert fetcher.pull is not None
            fetcher.pull.kill()


def test_while_it_is_sent_it_is_one_take(
    school_server: str, rtmp: Rtmp, key: str, tree: BranchTree, live_class: LiveClass
) -> None:
    """nginx asks about who sends and about who fetches, again and again."""
    listens = cookie_of(make_member(tree.first))
    reports: set[Any] = set()

    def is_reported_often() -> bool:
        reports.add(stand(live_class).seen_at)
        return len(reports) > 5

    async def play() -> None:
        watches = await Watcher.open(school_server, live_class.pk, listens)
        with obs(rtmp.address, key):
            await watches.until(lambda: len(watches.frames) > 25)
            await in_thread(lambda: wait_until(is_reported_often, what="nginx's reports"))
        await watches.close()

    run(play)
    assert takes(live_class) == [1]


def test_what_obs_sends_is_seen_cut_seen_again_and_kept(
    school_server: str,
    rtmp: Rtmp,
    key: str,
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    run_queued: Callable[..., list[str]],
) -> None:
    listens = cookie_of(make_member(tree.first))

    async def play() -> None:
        watches = await Watcher.open(school_server, live_class.pk, listens)
        room = await Room.open(school_server, live_class.pk, listens)
        with obs(rtmp.address, key) as sender:
            await watches.until(lambda: len(watches.frames) > 25)
            await room.until(lambda: room.view.get("source") == "obs")
            assert room.view["state"] == ClassState.ON_AIR
            assert seconds_in(watches.stream) > 2
            sender.end()
            await room.until(lambda: room.view["lost"] is True)
        with obs(rtmp.address, key) as again:
            await room.until(lambda: room.view["lost"] is False)
            await watches.until(
                lambda: watches.heads[-1][2] == 2 and watches.heads[-1][3] > 25, seconds=30
            )
            assert seconds_in(watches.stream) > 2
            # The fetching dies: it is begun again, OBS goes on without a word.
            kill_fetching()
            await watches.until(
                lambda: watches.heads[-1][2] == 3 and watches.heads[-1][3] > 15, seconds=30
            )
            assert again.process.poll() is None
            await in_thread(lambda: services.close_class(by=teacher, live_class=live_class))
            await room.until(lambda: room.view["state"] == ClassState.CLOSED)
            await asyncio.to_thread(
                wait_until,
                lambda: folders.is_replay_there(live_class.room),
                what="the replay",
            )
        await watches.close()
        await room.close()

    run(play)
    assert takes(live_class) == [1, 2, 3]
    assert kinds(live_class)[:4] == ["on_air", "source", "lost", "back"]
    playlist = (folders.class_folder(live_class.room) / folders.REPLAY_NAME).read_text()
    assert playlist.count("#EXT-X-DISCONTINUITY\n") == 2
    assert playlist.endswith("#EXT-X-ENDLIST\n")
    parts = folders.parts_of(live_class.room, [1, 2, 3])
    served = [sum(segment.seconds for segment in part.segments) for part in parts]
    assert min(served) > 1
    # The lecture is made of the same.
    run_queued(limit=10)
    live_class.refresh_from_db()
    assert live_class.recording is not None
    assert live_class.recording.duration_ms == pytest.approx(1000 * sum(served), abs=1500)


def test_a_wrong_key_a_renewed_one_and_one_of_a_closed_class_are_refused(
    school_server: str,
    rtmp: Rtmp,
    key: str,
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
) -> None:
    with obs(rtmp.address, "0" * 40) as wrong:
        wait_until(lambda: wrong.is_refused, what="the wrong key refused")
    assert kinds(live_class) == []
    with obs(rtmp.address, key) as old:
        wait_until(lambda: takes(live_class) == [1], what="the class on the air")
        renewed = obs_services.make_key(by=teacher, live_class_id=live_class.pk)
        # Nothing more of it is taken, and nginx ends its line when it asks next.
        wait_until(lambda: old.is_refused, what="the line of the old key ended")
    with obs(rtmp.address, key) as again:
        wait_until(lambda: again.is_refused, what="the old key refused")
    assert takes(live_class) == [1]
    with obs(rtmp.address, renewed):
        wait_until(lambda: takes(live_class) == [1, 2], what="the new key let in")
        services.close_class(by=teacher, live_class=live_class)
    with obs(rtmp.address, renewed) as late:
        wait_until(lambda: late.is_refused, what="the key refused after the class")


def test_who_sends_newest_has_the_class(
    school_server: str,
    rtmp: Rtmp,
    key: str,
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
) -> None:
    teaches = cookie_of(teacher)
    pieces = slices(recorded())

    async def play() -> None:
        desk = await Teacher.open(school_server, live_class.pk, teaches)
        room = await Room.open(school_server, live_class.pk, teaches)
        await desk.begin("a1")
        await desk.send(pieces)
        with obs(rtmp.address, key):
            await desk.until(lambda: desk.close_code)
            assert desk.last("over") == {"over": "self", "by": "李教授（OBS）", "source": "obs"}
            await room.until(lambda: room.view.get("source") == "obs")
            again = await Teacher.open(school_server, live_class.pk, teaches)
            assert await again.begin("b1") == {"no": "held", "by": "李教授（OBS）"}
            assert (await again.begin("b1", takeOver=True))["take"] == 3
            await again.send(pieces)
            await room.until(lambda: room.view.get("source") == "")
            await asyncio.to_thread(
                wait_until, lambda: stand(live_class).gave_way_at is not None, what="OBS aside"
            )
            # OBS still sends, and has the class again when it is asked for.
            assert "ok" in await room.say("obs.take")
            await again.until(lambda: again.close_code)
            await room.until(lambda: room.view.get("source") == "obs")
        for line in (desk, again, room):
            await line.close()

    run(play)
    assert takes(live_class) == [1, 2, 3, 4]


def test_a_pause_holds_obs_too_and_nobody_is_told_of_a_cut(
    school_server: str,
    rtmp: Rtmp,
    key: str,
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
) -> None:
    with obs(rtmp.address, key):
        wait_until(lambda: takes(live_class) == [1], what="the class on the air")
        services.pause_class(by=teacher, live_class=live_class)
        first = LiveTake.objects.filter(live_class=live_class, ended_at=None)
        wait_until(lambda: not first.exists(), what="the end of the take")
        services.resume_class(by=teacher, live_class=live_class)
        wait_until(lambda: takes(live_class) == [1, 2], what="the next take")
    assert kinds(live_class)[:4] == ["on_air", "source", "paused", "resumed"]


@pytest.mark.parametrize(
    ("how", "why"),
    [({"picture": "flv1"}, words.not_understood), ({"sound": ""}, words.no_sound)],
)
def test_what_players_could_not_play_is_refused_in_words(
    school_server: str,
    rtmp: Rtmp,
    key: str,
    live_class: LiveClass,
    how: dict[str, str],
    why: Callable[[], str],
) -> None:
    with obs(rtmp.address, key, **how):
        wait_until(lambda: stand(live_class).trouble, what="the refusal in words")
        assert stand(live_class).trouble == why()
    assert kinds(live_class) == []


def test_nobody_outside_the_server_knows_a_name_to_watch_by(
    school_server: str, rtmp: Rtmp, key: str, live_class: LiveClass
) -> None:
    from media_pipeline.remuxing import start_pull

    with obs(rtmp.address, key):
        wait_until(lambda: takes(live_class) == [1], what="the class on the air")
        watching = start_pull(f"{rtmp.address}/{key}")
        assert watching.communicate(timeout=30)[0] == b""
