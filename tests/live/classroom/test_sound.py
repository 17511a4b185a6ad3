"""A class by sound alone: on the air, as segments, as a lecture."""

import asyncio
import io
from collections.abc import Callable

import av
import pytest

from live.classroom import folders, services
from live.classroom.models import LiveClass
from live.classroom.picture import HEAD
from lms.core.rooms.threads import in_thread
from media_pipeline.models import AssetState
from tests.factories.live import make_live_class, recorded, slices
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.support.live_sockets import Teacher, Watcher
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MIME = "audio/webm;codecs=opus"


def test_sound_alone_is_heard_kept_and_made_a_lecture_of_sound(
    air: str, run_queued: Callable[..., list[str]]
) -> None:
    tree = make_branch_tree()
    teacher = make_instructor(tree.general, name="李教授")
    live_class: LiveClass = make_live_class(tree.general, by=teacher)
    teaches, listens = cookie_of(teacher), cookie_of(make_member(tree.first))

    async def play() -> None:
        hears = await Watcher.open(air, live_class.pk, listens)
        desk = await Teacher.open(air, live_class.pk, teaches)
        began = await desk.begin("a1", mime=MIME)
        assert began == {"take": 1, "key": "a1", "ack": 0, "through": True}
        await desk.send(slices(recorded(picture=""), 700))
        await hears.until(lambda: len(hears.frames) > 20)
        content = hears.frames[0][HEAD.size :]
        # The same tracks as any other take has: players go on when the picture comes.
        assert content[2 : 2 + content[1]].startswith(b"avc1.")
        assert content[2 : 2 + content[1]].endswith(b",mp4a.40.2")
        with av.open(io.BytesIO(hears.stream)) as container:
            assert [(each.width, each.height) for each in container.streams.video] == [(16, 16)]
        with av.open(io.BytesIO(hears.stream)) as container:
            heard = list(container.decode(audio=0))
        assert heard[-1].time > 1
        await in_thread(lambda: services.close_class(by=teacher, live_class=live_class))
        await desk.until(lambda: desk.close_code)
        await hears.close()

    asyncio.run(play())
    part = folders.parts_of(live_class.room, [1])[0]
    assert sum(segment.seconds for segment in part.segments) == pytest.approx(4.0, abs=0.2)
    run_queued()
    live_class.refresh_from_db()
    asset = live_class.recording
    assert asset is not None
    assert asset.state == AssetState.READY
    assert asset.duration_ms == pytest.approx(4_000, abs=250)
    assert asset.facts["video_index"] is None
