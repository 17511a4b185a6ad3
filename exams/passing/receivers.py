"""What passing listens to: one line for each."""

from typing import Any

from exams.passing.services import send_class, send_completion


def lesson_is_completed(*, progress_id: int, **_kwargs: Any) -> None:
    send_completion(progress_id=progress_id)


def class_has_changed(*, class_id: int, member_id: int | None, **_kwargs: Any) -> None:
    send_class(class_id=class_id, member_id=member_id)
