"""The questions of a sitting: `{% load sitting %}`."""

import json
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from exams.attempts.services import Question
from exams.questions.media import shown_stem
from exams.questions.models import QuestionKind
from lms.core.design.texts import figure

register = template.Library()

# A paper of fifty questions in all orders of its options, answered or not.
KEPT_BLOCKS = 16_384
# What differs between attempts that show the same question: signs nobody writes stand for it.
POSITION, BEFORE, AFTER, COUNT, STEM = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"


@register.simple_tag(takes_context=True)
def question_block(
    context: template.Context, question: Question, count: int, is_forward: bool
) -> SafeString:
    """One question with its fields, drawn once for all attempts that show it alike.

    A thousand people begin in the same minute: the template is not gone through for each.
    """
    asked = question.asked
    drawn = _drawn(
        get_language(),
        asked.kind,
        json.dumps(asked.content),
        json.dumps(question.written),
        figure(asked.points),
        question.revision,
        question.is_flagged,
        is_forward,
        asked.position == 1,
        asked.position == count,
    )
    for sign, said in (
        (POSITION, str(asked.position)),
        (BEFORE, str(asked.position - 1)),
        (AFTER, str(asked.position + 1)),
        (COUNT, str(count)),
        # Sanitised when it was written; its pictures are linked for this member alone.
        (STEM, shown_stem(asked.stem, context["request"].user.pk)),
    ):
        drawn = drawn.replace(sign, said)
    return mark_safe(drawn)  # noqa: S308  (drawn and escaped by the template)


@lru_cache(maxsize=KEPT_BLOCKS)
def _drawn(
    language: str | None,
    kind: str,
    content: str,
    written: str,
    points: str,
    revision: int,
    is_flagged: bool,
    is_forward: bool,
    is_first: bool,
    is_last: bool,
) -> str:
    return render_to_string(
        "exams/parts/question.html",
        {
            "prefix": f"q{POSITION}-",
            "content": json.loads(content),
            "written": json.loads(written),
            "kind": kind,
            "points": points,
            "revision": revision,
            "is_flagged": is_flagged,
            "is_forward": is_forward,
            "is_first": is_first,
            "is_last": is_last,
            "position": POSITION,
            "before": BEFORE,
            "after": AFTER,
            "count": COUNT,
            "stem": STEM,
        },
    )


@register.filter
def kind_name(kind: str) -> Any:
    """single → 单选题."""
    return QuestionKind(kind).label
