"""Slides handed in at one machine are drawn at another and shown by all that share a bucket."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live.classroom import shared
from live.slides import services
from live.slides.models import DeckState, Slide, SlideDeck
from media_pipeline.storage import StorageUnavailableError, media_storage, storage_at
from tests.factories.live import make_live_class
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.live.classroom.test_pages import of
from tests.live.slides.test_services import uploaded
from tests.support import slide_files
from tests.support.bucket import keys_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_deck_needs_nothing_of_the_machine_it_was_handed_in_at(
    bucket: str, settings: Any, tmp_path: Path, run_queued: Callable[..., list[str]]
) -> None:
    settings.MEDIA_ROOT = tmp_path / "web"
    tree = make_branch_tree()
    teacher = make_instructor(tree.general)
    live_class = make_live_class(tree.general, by=teacher)
    files = [uploaded("党章.pdf", slide_files.pdf("One", "Two"))]
    services.add_deck(by=teacher, live_class=live_class, files=files)
    shutil.rmtree(tmp_path / "web")
    settings.MEDIA_ROOT = tmp_path / "worker"
    run_queued()
    assert SlideDeck.objects.get().state == DeckState.READY
    shutil.rmtree(tmp_path / "worker")
    settings.MEDIA_ROOT = tmp_path / "another"
    prefix = f"{shared.class_prefix(live_class.room)}slides/"
    assert keys_in(media_storage(), prefix) == sorted(
        f"{prefix}{slide.key}-{size}.webp" for slide in Slide.objects.all() for size in "sl"
    )
    client = of(make_member(tree.first))
    base = client.get(f"/live/{live_class.pk}/slides/").json()["base"]
    found = client.get(f"{base}/{Slide.objects.all()[0].key}-s.webp")
    assert (found.status_code, found["Content-Type"]) == (200, "image/webp")
    assert found.content[:4] == b"RIFF"
    assert client.get(f"{base}/{'0' * 32}-s.webp").status_code == 404


def test_a_storage_that_is_away_is_tried_again_and_then_said(
    bucket: str,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run_queued: Callable[..., list[str]],
) -> None:
    settings.MEDIA_ROOT = tmp_path
    tree = make_branch_tree()
    teacher = make_instructor(tree.general)
    live_class = make_live_class(tree.general, by=teacher)
    files = [uploaded("党章.pdf", slide_files.pdf("One"))]
    services.add_deck(by=teacher, live_class=live_class, files=files)

    class Away:
        is_here = False

        def __init__(self) -> None:
            self.storage = storage_at(bucket)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.storage, name)

        def put(self, *_about: Any, **_how: Any) -> None:
            raise StorageUnavailableError

    monkeypatch.setattr("live.slides.keeping.media_storage", Away)
    names = run_queued()
    assert names.count("live.make_slides") == 3
    deck = SlideDeck.objects.get()
    assert (deck.state, deck.reason) == (DeckState.FAILED, StorageUnavailableError().message)
    assert list(tmp_path.rglob("*.webp")) == []
