"""The slot where a package above lists the live finals of a contest on the contest's page.

Whoever holds finals calls `install` from `AppConfig.ready()`; without it a contest has none.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from exams.contests.models import Contest


@dataclass(frozen=True, slots=True)
class FinalLine:
    """One final as the contest's page lists it; without a `url` there is nothing to open yet."""

    title: str
    starts_at: dt.datetime
    words: str = ""  # where it stands: 未开始, 进行中, …
    tone: str = ""  # of the badge with these words
    url: str = ""


# The finals of a contest that this person may see, in the order of the page.
FinalsOf = Callable[[Any, Contest], Sequence[FinalLine]]


def _no_finals(by: Any, contest: Contest) -> Sequence[FinalLine]:
    return ()


_finals_of: FinalsOf = _no_finals


def install(finals_of: FinalsOf | None) -> None:
    """Ask `finals_of` from now on; None: there are no finals."""
    global _finals_of
    _finals_of = finals_of or _no_finals


def finals_of(by: Any, contest: Contest) -> Sequence[FinalLine]:
    """What the contest's page lists as its finals for this person."""
    return _finals_of(by, contest)
