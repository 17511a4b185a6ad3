"""What no row names goes after a day; what one names stays, and what is just being made."""

import datetime as dt
import os
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
import time_machine

from lms.core import clock, jobs
from lms.members.models import Member
from media_pipeline import files, queries, sweeping
from media_pipeline.models import AssetState, Upload, UploadState
from media_pipeline.storage import media_storage
from media_pipeline.sweeping import Swept
from tests.factories.media import make_asset
from tests.factories.members import BranchTree, make_branch_tree, make_instructor
from tests.support.bucket import keys_in

pytestmark = pytest.mark.django_db

A_DAY_LATER = dt.timedelta(hours=25)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


def test_what_no_row_names_goes(any_storage: str, by: Member, tree: BranchTree) -> None:
    storage = media_storage()
    shown = make_asset(branch=tree.first, by=by)
    running = make_asset(branch=tree.first, by=by, state=AssetState.RUNNING, making="a" * 32)
    packaged = jobs.open_job(kind=queries.REPACKAGE_JOB, subject_id=str(shown.pk))
    lease = jobs.claim(job_id=packaged.pk)
    assert lease is not None
    stranger = uuid.uuid4()
    kept = [
        f"lectures/{running.pk}/{running.making}/0123abcd/240p/00000.m4s",
        f"lectures/{shown.pk}/{lease.token.hex}/0123abcd/240p/00000.m4s",
        f"lectures/{shown.pk}/{shown.take}/master.m3u8",
        f"originals/{shown.pk}",
    ]
    garbage = [
        f"lectures/{shown.pk}/{uuid.uuid4().hex}/master.m3u8",
        f"lectures/{running.pk}/{uuid.uuid4().hex}/240p/00000.m4s",
        f"lectures/{stranger}/{uuid.uuid4().hex}/master.m3u8",
        f"originals/{stranger}",
    ]
    foreign = ["originals/README", "lectures/notes/x/y"]
    for key in (*kept, *garbage, *foreign):
        storage.put_bytes(b"x", key)
    assert sweeping.orphans() == Swept(0, 0, 0, 0)
    with time_machine.travel(clock.now() + A_DAY_LATER, tick=False):
        assert sweeping.orphans() == Swept(recordings=1, takes=3, halves=0, here=0)
        assert sweeping.orphans() == Swept(0, 0, 0, 0)
    assert keys_in(storage) == sorted(kept + foreign)


def test_a_take_somebody_still_writes_to_stays(
    any_storage: str, by: Member, tree: BranchTree
) -> None:
    asset = make_asset(branch=tree.first, by=by)
    prefix = files.take_prefix(asset.pk, uuid.uuid4().hex)
    media_storage().put_bytes(b"x", f"{prefix}master.m3u8")
    with time_machine.travel(clock.now() + dt.timedelta(hours=23), tick=False):
        assert sweeping.orphans() == Swept(0, 0, 0, 0)
    assert keys_in(media_storage()) == [f"{prefix}master.m3u8"]


def make_upload(by: Member, tree: BranchTree, state: str) -> Upload:
    now = clock.now()
    return Upload.objects.create(
        by=by,
        branch=tree.first,
        title="第一讲",
        original_name="第一讲.mp4",
        state=state,
        length=1,
        created_at=now,
        expires_at=now + dt.timedelta(days=3),
    )


def test_this_machines_own_leftovers_go(
    bucket: str, root: Path, by: Member, tree: BranchTree
) -> None:
    going_on, over = (make_upload(by, tree, state) for state in (UploadState.OPEN, "finished"))
    # its recording is stored already, its row not yet written
    media_storage().put_bytes(b"x", files.original_key(going_on.pk))
    shown = make_asset(branch=tree.first, by=by)
    made = {
        f"scratch/{shown.pk}/{uuid.uuid4().hex}/240p/00000.m4s": True,
        f"scratch/{shown.pk}/{shown.take}/240p/00000.m4s": False,
        f"uploads/{going_on.pk}": False,
        f"uploads/{over.pk}": True,
        f"cache/{shown.pk}": False,
        f"cache/{shown.pk}.part": True,
    }
    old = time.time() - A_DAY_LATER.total_seconds()
    for name in made:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    for path in root.rglob("*"):
        os.utime(path, (old, old))
    assert sweeping.orphans() == Swept(recordings=0, takes=0, halves=0, here=3)
    assert {name: not (root / name).exists() for name in made} == made
    with time_machine.travel(clock.now() + A_DAY_LATER, tick=False):
        assert sweeping.orphans() == Swept(0, 0, 0, 0)
