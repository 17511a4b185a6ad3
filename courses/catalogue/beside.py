"""What packages above us show on the pages of courses and lessons: a slot they fill at start."""

from collections.abc import Callable, Iterator
from typing import Any

# Given a course's or a lesson's id by name, the values of the template.
Describe = Callable[..., dict[str, Any]]

_shown: dict[str, Describe] = {}


def show(template_name: str, describe: Describe) -> None:
    """Show this template, with what `describe(course_id=…)` or `(lesson_id=…)` returns."""
    _shown[template_name] = describe


def shown(**page: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """(template, its values) for one page of a course or lesson."""
    for template_name, describe in _shown.items():
        yield template_name, describe(**page)
