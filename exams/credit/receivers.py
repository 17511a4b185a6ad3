"""What credit listens to: one line for each."""

from typing import Any

from exams.credit.services import credit_lesson
from exams.credit.targets import settle_targets
from lms.core.tasks import enqueue


def lesson_is_completed(*, progress_id: int, **_kwargs: Any) -> None:
    credit_lesson(progress_id=progress_id)


def standing_has_changed(*, member_ids: list[int], **_kwargs: Any) -> None:
    settle_targets(member_ids=member_ids)


def asked_has_changed(*, member_ids: list[int] | None, **_kwargs: Any) -> None:
    if member_ids is None:  # a node's rules: too many to settle while somebody waits
        enqueue("exams.settle_targets")
    else:
        settle_targets(member_ids=member_ids)
