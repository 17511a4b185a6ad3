"""What credit listens to: one line for each."""

from typing import Any

from exams.credit.services import credit_lesson


def lesson_is_completed(*, progress_id: int, **_kwargs: Any) -> None:
    credit_lesson(progress_id=progress_id)
