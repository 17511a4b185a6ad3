"""Filters of the pages about marks and results."""

from decimal import Decimal
from typing import Any

import nh3
from django import template
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def question_html(words: str) -> SafeString:
    """The words of a question, kept as sanitised HTML; cleaned once more on the way out."""
    return mark_safe(nh3.clean(words))  # noqa: S308


@register.filter
def question_text(words: str) -> str:
    """The words of a question in one line."""
    return " ".join(strip_tags(words).split())


@register.filter
def percent(share: float | Decimal | None) -> str:
    """0.625 → 62.5 %; nothing → —."""
    return "—" if share is None else f"{float(share) * 100:.1f}%"


@register.filter
def points(value: Any) -> str:
    """12.50 → 12.5; nothing → —."""
    if value is None:
        return "—"
    return f"{Decimal(value).normalize():f}"


@register.filter
def index(value: float | None) -> str:
    """A coefficient with two places; nothing → —."""
    return "—" if value is None else f"{value:.2f}"
