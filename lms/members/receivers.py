"""What people listen to."""

from typing import Any

from lms.members.back_office import settle_groups


def after_migrate(**_kwargs: Any) -> None:
    settle_groups()
