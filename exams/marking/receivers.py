"""What marking listens to."""

from typing import Any
from uuid import UUID

from lms.core.tasks import enqueue


def attempt_is_finished(*, attempt_id: UUID, **_kwargs: Any) -> None:
    enqueue("exams.machine_mark_attempt", attempt_id=str(attempt_id))
