"""A recording becomes a lecture: the whole line with the real ffmpeg."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from media_pipeline import files, services
from media_pipeline.models import Asset, AssetState
from media_pipeline.signals import asset_ready
from tests.factories.media import make_recording
from tests.factories.members import make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db(transaction=True)


def test_ingested_recording_becomes_ready(
    tmp_path: Path, run_queued: Callable[..., list[str]]
) -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    announced: list[uuid.UUID] = []

    def hear(asset_id: uuid.UUID, **_: object) -> None:
        announced.append(asset_id)

    asset_ready.connect(hear)
    source = make_recording(tmp_path / "第一讲.mp4", seconds=9, size="1280x720")
    try:
        asset = services.ingest_file(path=source, title="第一讲", by=by, branch=tree.first)
        ran = run_queued()
    finally:
        asset_ready.disconnect(hear)

    asset.refresh_from_db()
    assert ran == ["media_pipeline.probe_asset", "media_pipeline.encode_piece"]
    assert (asset.state, asset.percent, asset.reason) == (AssetState.READY, 100, "")
    assert announced == [asset.pk]
    assert (asset.width, asset.height, asset.duration_ms) == (1280, 720, 9000)
    assert [(r.name, r.width, r.height, r.segments, r.codecs) for r in asset.renditions.all()] == [
        ("sound", 0, 0, 3, "mp4a.40.2"),
        ("240p", 426, 240, 3, "avc1.4d401e,mp4a.40.2"),
        ("360p", 640, 360, 3, "avc1.4d401e,mp4a.40.2"),
        ("720p", 1280, 720, 3, "avc1.64001f,mp4a.40.2"),
    ]
    assert [take.name for take in files.lecture_folder(asset.pk).iterdir()] == [asset.take]
    assert source.exists()
    assert Asset.objects.count() == 1
