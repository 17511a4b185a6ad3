"""What the exams of a class listen to."""

from typing import Any
from uuid import UUID

from exams.papers.queries import class_and_member_of
from exams.passing.services import send_class


def attempt_is_released(*, attempt_id: UUID, **_kwargs: Any) -> None:
    asked = class_and_member_of(attempt_id)
    if asked is not None:
        send_class(class_id=asked[0], member_id=asked[1])
