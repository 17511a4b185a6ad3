"""Who carries a class among several machines: one at a time, and the newest by right."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine

from live.classroom import air_services, at_hand, queries, services
from live.classroom.errors import HeldError
from live.classroom.models import LiveClass, LiveSegment, LiveTake
from live.classroom.segments import Part, Segment
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import MIME, make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db

ONE, OTHER = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    return make_live_class(tree.general, by=teacher)


def segment(number: int) -> Segment:
    return Segment(number, 1.0, clock.now())


def begin(
    live_class: LiveClass, by: Member, key: str, carrier: uuid.UUID, *, takes_over: bool = False
) -> int:
    return air_services.begin_take(live_class.pk, by.pk, key, MIME, carrier, takes_over)


def served(live_class: LiveClass) -> list[tuple[int, int]]:
    rows = LiveSegment.objects.filter(take__live_class=live_class).order_by("pk")
    return list(rows.values_list("take__number", "number"))


def test_what_a_succeeded_machine_still_finishes_counts_nowhere(
    live_class: LiveClass, teacher: Member
) -> None:
    assert begin(live_class, teacher, "a1", ONE) == 1
    assert air_services.keep_segment(live_class.pk, 1, ONE, segment(1)) is True
    # Said twice, as after a lost answer of the database, it is there once.
    assert air_services.keep_segment(live_class.pk, 1, ONE, segment(1)) is True
    # Who did not begin the take cannot add to it.
    assert air_services.keep_segment(live_class.pk, 1, OTHER, segment(2)) is False
    # The recorder's browser is at another machine now.
    assert air_services.take_known(live_class.pk, "a1", OTHER) == 1
    assert air_services.hold_take(live_class.pk, 1, ONE, True) is False
    assert air_services.keep_segment(live_class.pk, 1, ONE, segment(2)) is False
    assert begin(live_class, teacher, "a2", OTHER) == 2
    assert air_services.keep_segment(live_class.pk, 2, OTHER, segment(1)) is True
    assert served(live_class) == [(1, 1), (2, 1)]
    assert air_services.carried_by(live_class.pk) == (teacher.pk, "李教授")


def test_who_only_has_something_left_to_send_succeeds_nobody(
    live_class: LiveClass, teacher: Member, tree: BranchTree
) -> None:
    second = make_instructor(tree.general)
    begin(live_class, teacher, "a1", ONE)
    begin(live_class, second, "b1", OTHER, takes_over=True)
    assert air_services.take_known(live_class.pk, "a1", ONE) == 1
    assert air_services.hold_take(live_class.pk, 2, OTHER, True) is True


def test_another_machines_teacher_is_succeeded_only_when_asked_or_gone(
    live_class: LiveClass, teacher: Member, tree: BranchTree
) -> None:
    second = make_instructor(tree.general, name="陈主任")
    with time_machine.travel(clock.now(), tick=False) as moment:
        begin(live_class, teacher, "a1", ONE)
        with pytest.raises(HeldError) as held:
            begin(live_class, second, "b1", OTHER)
        assert held.value.by == "李教授"
        assert begin(live_class, second, "b1", OTHER, takes_over=True) == 2
        # The machine is dead: nothing was heard of it for a while.
        moment.shift(air_services.BELIEVED)
        assert begin(live_class, teacher, "a2", ONE) == 3
        # The teacher's line is gone, and the machine says so.
        assert air_services.hold_take(live_class.pk, 3, ONE, False) is True
        assert begin(live_class, second, "b2", OTHER) == 4
    ended = LiveTake.objects.filter(live_class=live_class).values_list("number", "ended_at")
    assert [number for number, at in ended if at is None] == [4]


def test_a_refused_succession_leaves_everything_as_it_was(
    live_class: LiveClass, teacher: Member, tree: BranchTree
) -> None:
    begin(live_class, teacher, "a1", ONE)
    with pytest.raises(HeldError):
        begin(live_class, make_instructor(tree.general), "b1", OTHER)
    assert list(LiveTake.objects.values_list("number", "ended_at")) == [(1, None)]


def test_a_class_whose_machine_died_is_told_so_once(live_class: LiveClass, teacher: Member) -> None:
    with time_machine.travel(clock.now(), tick=False) as moment:
        begin(live_class, teacher, "a1", ONE)
        moment.shift(air_services.SILENT)
        air_services.note_silent()
        assert list(live_class.events.values_list("kind", flat=True)) == ["on_air"]
        moment.shift(dt.timedelta(seconds=1))
        air_services.note_silent()
        air_services.note_silent()
    kinds = live_class.events.order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["on_air", "lost"]


def test_every_machine_makes_the_same_playlist_and_the_replay_is_whole_at_the_end(
    live_class: LiveClass, teacher: Member, settings: Any
) -> None:
    settings.MEDIA_SHARED = True
    key = f"live/{live_class.room}/"
    assert at_hand.read(f"{key}live.m3u8") is None
    begin(live_class, teacher, "a1", ONE)
    for number in range(1, 15):
        air_services.keep_segment(live_class.pk, 1, ONE, segment(number))
    begin(live_class, teacher, "a2", OTHER, takes_over=True)
    air_services.keep_segment(live_class.pk, 2, OTHER, segment(1))
    at_hand._classes.clear()  # as at another machine
    text = at_hand.read(f"{key}live.m3u8")
    assert text is not None
    lines = text.decode().splitlines()
    assert "#EXT-X-MEDIA-SEQUENCE:3" in lines
    assert [line for line in lines if not line.startswith("#")] == [
        *(f"1/{number:05}.m4s" for number in range(4, 15)), "2/00001.m4s",
    ]  # fmt: skip
    assert lines.count("#EXT-X-DISCONTINUITY") == 1
    assert at_hand.read(f"{key}index.m3u8") is None
    services.close_class(by=teacher, live_class=live_class)
    # Its carrier may still finish what was sent last.
    assert queries.is_replay_there(live_class.room) is False
    air_services.end_take(live_class.pk, 2)
    assert queries.is_replay_there(live_class.room) is True
    replay = at_hand.read(f"{key}index.m3u8")
    assert replay is not None
    assert replay.decode().count(".m4s") == 15
    assert replay.decode().endswith("#EXT-X-ENDLIST\n")
    parts = queries.parts_of(live_class.room, [1, 2, 3])
    assert [(part.take, len(part.segments)) for part in parts] == [(1, 14), (2, 1), (3, 0)]
    assert parts[2] == Part(3, ())
