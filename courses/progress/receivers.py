"""What watching listens to: one line for each."""

from typing import Any
from uuid import UUID

from courses.progress.replacing import follow_replacement
from courses.progress.services import close_sessions
from media_pipeline.editing import Mapping


def member_has_left(*, member_id: int, **_kwargs: Any) -> None:
    close_sessions(member_id=member_id)


def lecture_is_replaced(
    *,
    asset_id: UUID,
    replacement_id: int,
    mapping: Mapping,
    duration_ms: int,
    is_undo: bool,
    **_kwargs: Any,
) -> None:
    follow_replacement(
        asset_id=asset_id,
        replacement_id=replacement_id,
        mapping=mapping,
        duration_ms=duration_ms,
        is_undo=is_undo,
    )
