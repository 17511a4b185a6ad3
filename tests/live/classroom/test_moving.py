"""Classes move with the lectures of their school, except what is still to become one."""

from pathlib import Path
from typing import Any

import pytest

from live.classroom import folders, services
from live.classroom.models import LiveTake
from lms.core import clock
from media_pipeline import files, moving
from media_pipeline.storage import Storage, local_storage, storage_at
from tests.factories.live import make_closed, make_live_class
from tests.factories.live_slides import make_deck
from tests.factories.media import make_asset
from tests.factories.members import make_branch_tree, make_instructor
from tests.support.bucket import keys_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(bucket: str) -> Storage:
    return storage_at(bucket)


def keep(room: Any, *names: str) -> list[str]:
    for name in names:
        path: Path = folders.class_folder(room) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return [f"live/{room}/{name}" for name in names]


def test_slides_and_replays_are_carried_and_who_is_not_finished_is_named(target: Storage) -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.general)
    coming = make_live_class(tree.general, by=by)
    make_deck(coming, by, "一")
    over = make_closed(tree.general, by=by)
    LiveTake.objects.create(
        live_class=over, number=1, key="a1", mime="video/webm", by=by,
        begun_at=clock.now(), ended_at=clock.now(),
    )  # fmt: skip
    slides = keep(coming.room, "slides/a-s.webp")
    replay = keep(over.room, "1/00001.m4s", "1/part.txt", "index.m3u8")
    nobodys = keep("11111111-2222-3333-4444-555555555555", "index.m3u8")

    moved = moving.move_media(source=local_storage(), target=target)
    assert (moved.faults, keys_in(target)) == ([], sorted([*slides, *replay]))

    # What a recorder sent lies otherwise there: it has to be a lecture first.
    raw = keep(over.room, "1/raw")
    services.go_on_air(by=by, live_class=coming)
    again = moving.move_media(source=local_storage(), target=target, removes=True)
    assert (again.removed, sorted(again.faults)) == (
        0,
        sorted(
            [
                f"live/{coming.room}/: the class is on the air; move again when it is over",
                f"live/{over.room}/: no lecture is made of the class yet; move again then",
            ]
        ),
    )
    services.close_class(by=by, live_class=coming)
    over.recording = make_asset(branch=tree.general, by=by)
    over.save(update_fields=["recording"])
    original = files.original_key(over.recording.pk)
    local_storage().put_bytes(b"it", original)
    last = moving.move_media(source=local_storage(), target=target, removes=True)
    assert (last.faults, last.removed) == ([], 6)
    assert keys_in(target) == sorted([*slides, *replay, *raw, original])
    assert [key for key in keys_in(local_storage()) if key in nobodys] == nobodys
