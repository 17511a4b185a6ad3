"""What a class from a time of one machine has left is found where machines share a bucket."""

from pathlib import Path
from typing import Any

import pytest

from live.classroom import folders, queries, shared
from live.classroom.models import LiveClass
from lms.core import clock
from media_pipeline.storage import local_storage, media_storage
from tests.factories.live import make_closed
from tests.factories.members import BranchTree, make_branch_tree, make_member
from tests.live.classroom.test_pages import of
from tests.support.replays import send_segments

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def closed(tree: BranchTree, settings: Any, tmp_path: Path) -> LiveClass:
    settings.MEDIA_ROOT = tmp_path / "old"
    made = make_closed(tree.general)
    send_segments(made, made.teacher, since=clock.now(), seconds=4)
    return made


def replayed(tree: BranchTree, live_class: LiveClass) -> bytes:
    """The first segment, by the address a member is told."""
    client = of(make_member(tree.first))
    address = client.get(f"/live/{live_class.pk}/address/").json()["replay"]
    playlist = client.get(address)
    assert b"".join(playlist).decode().endswith("#EXT-X-ENDLIST\n")
    segment = client.get(address.replace(folders.REPLAY_NAME, "1/00001.m4s"))
    return b"".join(segment)


def test_the_machine_that_held_it_still_shows_it(
    closed: LiveClass, tree: BranchTree, bucket: str
) -> None:
    kept = (folders.take_folder(closed.room, 1) / "00001.m4s").read_bytes()
    assert replayed(tree, closed) == kept
    assert [len(part.segments) for part in queries.parts_of(closed.room, [1])] == [2]


def test_copied_to_the_bucket_all_machines_show_it(
    closed: LiveClass, tree: BranchTree, settings: Any, tmp_path: Path, bucket: str
) -> None:
    kept = (folders.take_folder(closed.room, 1) / "00001.m4s").read_bytes()
    here = local_storage()
    for one in list(here.listed(shared.class_prefix(closed.room))):
        media_storage().put(here.path(one.key), one.key)
    settings.MEDIA_ROOT = tmp_path / "another"
    assert replayed(tree, closed) == kept
    assert [len(part.segments) for part in queries.parts_of(closed.room, [1])] == [2]


def test_what_was_never_copied_is_not_offered_by_another_machine(
    closed: LiveClass, tree: BranchTree, settings: Any, tmp_path: Path, bucket: str
) -> None:
    settings.MEDIA_ROOT = tmp_path / "another"
    client = of(make_member(tree.first))
    assert client.get(f"/live/{closed.pk}/address/").json()["replay"] == ""
    assert queries.parts_of(closed.room, [1])[0].segments == ()
