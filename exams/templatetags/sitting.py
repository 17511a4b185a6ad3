"""Words for the questions of a sitting: `{% load sitting %}`."""

from typing import Any

from django import template

from exams.questions.models import QuestionKind

register = template.Library()


@register.filter
def kind_name(kind: str) -> Any:
    """single → 单选题."""
    return QuestionKind(kind).label
