"""A lecture that is cut: exactly the kept stretches, sound and picture in step, by real ffmpeg."""

from pathlib import Path

import numpy as np
import pytest

from lms.core.models import Job
from lms.members.models import Member
from media_pipeline import edit_services, files, planning, services
from media_pipeline.ladder import SOUND_NAME
from media_pipeline.models import Asset, AssetState
from media_pipeline.transcoding import Source
from tests.factories.media import run_ffmpeg
from tests.factories.members import BranchTree, make_branch_tree, make_instructor
from tests.media_pipeline.test_pieces import BEEP, FLASH
from tests.support.hls import faults_of
from tests.support.takes import decoded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


def ready(path: Path, by: Member, tree: BranchTree) -> Asset:
    asset = services.ingest_file(path=path, title="长课", by=by, branch=tree.first)
    services.probe_asset(job_id=Job.objects.get().pk)
    return services.process_now(asset=asset)


@pytest.mark.parametrize(("rate", "frames"), [("25", 19 * 25), ("30000/1001", 569)])
def test_what_is_cut_is_gone_and_nothing_else(
    tmp_path: Path,
    by: Member,
    tree: BranchTree,
    rate: str,
    frames: int,
) -> None:
    source = tmp_path / "lecture.mp4"
    flash = FLASH.replace("1280x720", "640x360")
    run_ffmpeg(
        *("-f", "lavfi", "-i", flash.format(rate=rate), "-f", "lavfi", "-i", BEEP),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "77", "-c:a", "aac", source),
    )
    asset = ready(source, by, tree)
    cuts = [(0, 4_000), (11_000, 14_000), (21_000, 24_000), (29_000, 30_000)]
    if rate != "25":
        cuts[-1] = (29_000, asset.duration_ms)
    replacement = edit_services.begin_edit(asset=asset, by=by, cuts=cuts)
    made = replacement.successor
    assert made is not None
    services.process_now(asset=made)
    assert made.state == AssetState.READY
    # However long, it is made in one run.
    assert not planning.is_cut(7200, Source(made).format_name)
    take = files.take_folder(made.pk, made.take)
    assert faults_of(take) == []
    folders = {r.name: r.folder for r in made.renditions.all()}
    assert set(folders) == {"240p", "360p", SOUND_NAME}
    for name in ("240p", "360p"):
        read = decoded(take, folders[name])
        assert len(read.times) == frames
        steps = np.diff(read.times)
        assert steps.max() - steps.min() < 0.002
        # 5, 10 | 15, 20 | 25 of the file: 1, 6 | 8, 13 | 15 once the stretches are joined.
        assert [round(at) for at in read.flashes()] == [1, 6, 8, 13, 15]
        assert [round(at) for at in read.beeps()] == [1, 6, 8, 13, 15]
        apart = zip(read.flashes(), read.beeps(), strict=True)
        assert max(abs(one - other) for one, other in apart) < 0.04
    assert abs(made.duration_ms - frames * 1000 * made_rate(rate)) < 2
    assert abs(decoded(take, folders[SOUND_NAME]).sound_seconds * 1000 - made.duration_ms) < 50
    # The file is there once, under two names.
    assert files.original_path(made.pk).samefile(files.original_path(asset.pk))


def made_rate(rate: str) -> float:
    """Seconds a picture is shown."""
    over, _slash, under = rate.partition("/")
    return int(under or 1) / int(over)


def test_a_sound_without_a_picture_is_cut_too(tmp_path: Path, by: Member, tree: BranchTree) -> None:
    source = tmp_path / "lecture.m4a"
    run_ffmpeg("-f", "lavfi", "-i", BEEP, "-c:a", "aac", source)
    asset = ready(source, by, tree)
    replacement = edit_services.begin_edit(
        asset=asset, by=by, cuts=[(0, 4_000), (11_000, 14_000), (21_000, 30_000)]
    )
    assert replacement.successor is not None
    made = services.process_now(asset=replacement.successor)
    assert made.state == AssetState.READY
    [sound] = made.renditions.all()
    read = decoded(files.take_folder(made.pk, made.take), sound.folder)
    assert [round(at, 1) for at in read.beeps()] == [1.0, 6.0, 8.0, 13.0]
    assert abs(read.sound_seconds - 14) < 0.05
