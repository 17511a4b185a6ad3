"""The questions of a sitting: `{% load sitting %}`."""

import string
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from exams.attempts.services import Question
from exams.questions.models import QuestionKind

register = template.Library()


@register.simple_tag
def question_fields(question: Question) -> SafeString:
    """The fields of one question: their names begin with q and its position.

    One template a type: exams/questions/<type>.html, over `prefix`, `content` and `written`.
    """
    asked = question.asked
    # Rendered and escaped by the template of the type.
    return mark_safe(  # noqa: S308
        get_template(f"exams/questions/{asked.kind}.html").render(
            {
                "prefix": f"q{asked.position}-",
                "content": asked.content,
                "written": question.written,
            }
        )
    )


@register.filter
def kind_name(kind: str) -> Any:
    """single → 单选题."""
    return QuestionKind(kind).label


@register.filter
def letter(place: int) -> str:
    """0 → A."""
    return string.ascii_uppercase[place]
