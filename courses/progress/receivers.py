"""What watching listens to: one line for each."""

from typing import Any

from courses.progress.services import close_sessions


def member_has_left(*, member_id: int, **_kwargs: Any) -> None:
    close_sessions(member_id=member_id)
