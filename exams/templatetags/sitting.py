"""The questions of a sitting: `{% load sitting %}`."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from exams.attempts.services import Question
from exams.questions.models import QuestionKind
from exams.templatetags.questions import question_inputs, question_stem

register = template.Library()


@register.simple_tag(takes_context=True)
def asked_stem(context: template.Context, question: Question) -> SafeString:
    """What one question asks; it names the group of its fields."""
    return question_stem(context, question.asked.stem, _prefix(question))


@register.simple_tag
def question_fields(question: Question) -> SafeString:
    """The fields of one question: their names begin with q and its position."""
    asked = question.asked
    return question_inputs(asked.kind, asked.content, question.written, _prefix(question))


def _prefix(question: Question) -> str:
    return f"q{question.asked.position}-"


@register.filter
def kind_name(kind: str) -> Any:
    """single → 单选题."""
    return QuestionKind(kind).label
