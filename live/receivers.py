"""What live classes listen to: one line for each."""

from typing import Any
from uuid import UUID

from live.replay.services import lecture_is_ready
from lms.core.tasks import enqueue


def recording_is_ready(*, asset_id: UUID, **_kwargs: Any) -> None:
    lecture_is_ready(asset_id=asset_id)


def class_is_over(*, live_class_id: int, **_kwargs: Any) -> None:
    enqueue("live.place_replay", live_class_id=live_class_id)
