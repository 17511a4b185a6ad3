"""What a board was asked to show of its members (pure)."""

from collections.abc import Mapping
from enum import StrEnum

LONGEST_NAME = 60


class Show(StrEnum):
    """Which of the members."""

    ALL = ""
    BEHIND = "behind"
    UNLIKELY = "unlikely"  # will miss what is asked at the present pace


def asked_filters(asked: Mapping[str, str]) -> tuple[Show, str]:
    """(which members, part of a name) of what came with a request; all of them if it is neither."""
    show = asked.get("show", "")
    known = Show(show) if show in set(Show) else Show.ALL
    return known, asked.get("name", "").strip()[:LONGEST_NAME]
