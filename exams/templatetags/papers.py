"""Looking up names while a blueprint is shown."""

from collections.abc import Mapping
from typing import Any

from django import template

from exams.papers.words import DIFFICULTIES

register = template.Library()


@register.filter
def named(key: Any, names: Mapping[Any, str]) -> str:
    """The name of `key` among `names`."""
    return str(names[key])


@register.filter
def hard(difficulty: int) -> str:
    return str(DIFFICULTIES[difficulty])
