"""What packages above us show on the pages of courses and lessons: slots they fill at start."""

from collections.abc import Callable, Iterator
from typing import Any

from lms.members.models import Member

# Given who looks and a course's or a lesson's id by name, the values of the template; None: nothing
# to show.
Describe = Callable[..., dict[str, Any] | None]

_shown: dict[tuple[str, str], Describe] = {}


def show(template_name: str, describe: Describe, *, at: str = "end") -> None:
    """Show this template, with what `describe(by, course_id=…)` or `(by, lesson_id=…)` returns.

    `at`: "player", right below the picture of a lesson, or "end", below all there is to study.
    """
    _shown[at, template_name] = describe


def shown(by: Member, at: str, **page: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """(template, its values) for one place of one page of a course or lesson, as `by` sees it."""
    for (place, template_name), describe in _shown.items():
        values = describe(by, **page) if place == at else None
        if values is not None:
            yield template_name, values
