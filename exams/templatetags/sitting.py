"""The questions of a sitting: `{% load sitting %}`."""

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from exams.attempts.services import Question, Sitting
from exams.attempts.serving import text_sign
from exams.questions.media import shown_stem
from exams.questions.models import QuestionKind
from exams.questions.types import question_type
from lms.core.design.texts import figure

register = template.Library()

KEPT_BLOCKS = KEPT_NUMBERS = 4_096
MOST_TEXTS = 26
# What differs between attempts that show the same question: signs nobody writes stand for it.
SIGNS = {
    name: chr(0xE000 + place)
    for place, name in enumerate(("position", "before", "after", "count", "revision", "stem"))
}


@register.simple_tag(takes_context=True)
def question_blocks(context: template.Context, sitting: Sitting, is_forward: bool) -> SafeString:
    """The questions under their sections, with their fields.

    A thousand people begin in the same minute: each question is drawn once for all attempts that
    show it alike, and no template is gone through for each.
    """
    language, member_id, count = get_language(), context["request"].user.pk, sitting.count
    blocks: list[str] = []
    section = ""
    for question in sitting.questions:
        item = question.asked.item
        if item.section != section:
            section = item.section
            if section:
                blocks.append(format_html('<h2 class="exam__section">{}</h2>', section))
        blocks.append(_block(question, language, member_id, count, is_forward))
    return mark_safe("".join(blocks))  # noqa: S308  (drawn and escaped by templates)


def _block(
    question: Question, language: str | None, member_id: Any, count: int, is_forward: bool
) -> str:
    asked = question.asked
    item, position = asked.item, asked.position
    # A text that is shuffled is put in afterwards, so that one drawing serves all orders; of what
    # consists of parts each order is drawn.
    order = asked.arrangement or range(len(item.texts))
    drawn = _drawn(
        language,
        item.kind,
        item.shape,
        () if item.texts else asked.arrangement,
        json.dumps(question.written) if question.written else "{}",
        item.points,
        question.is_flagged,
        is_forward,
        position == 1,
        position == count,
    )
    return drawn % {
        "position": position,
        "before": position - 1,
        "after": position + 1,
        "count": count,
        "revision": question.revision,
        # Sanitised when it was written; its pictures are linked for this member alone.
        "stem": shown_stem(item.stem, member_id),
        **{str(place): item.texts[index] for place, index in enumerate(order) if item.texts},
    }


@lru_cache(maxsize=KEPT_BLOCKS)
def _drawn(
    language: str | None,
    kind: str,
    shape: str,
    arrangement: tuple[int, ...],
    written: str,
    points: Decimal,
    is_flagged: bool,
    is_forward: bool,
    is_first: bool,
    is_last: bool,
) -> str:
    """A question to be completed with `%`: what differs between attempts is left out."""
    content = question_type(kind).arranged(json.loads(shape), arrangement)
    values = {
        "prefix": f"q{SIGNS['position']}-",
        "content": content,
        "written": json.loads(written),
        "kind": kind,
        "points": figure(points),
        "is_flagged": is_flagged,
        "is_forward": is_forward,
        "is_first": is_first,
        "is_last": is_last,
        **SIGNS,
    }
    drawn = render_to_string("exams/parts/question.html", values).replace("%", "%%")
    texts = {str(place): text_sign(place) for place in range(MOST_TEXTS)}
    for name, sign in {**SIGNS, **texts}.items():
        drawn = drawn.replace(sign, f"%({name})s")
    return drawn


@register.simple_tag
def question_numbers(sitting: Sitting) -> SafeString:
    """The answer card: a link to each question, which says whether it is answered."""
    language = get_language()
    return mark_safe(  # noqa: S308  (drawn and escaped by the template)
        "".join(
            _number(language, question.asked.position, question.is_answered, question.is_flagged)
            for question in sitting.questions
        )
    )


@lru_cache(maxsize=KEPT_NUMBERS)
def _number(language: str | None, position: int, is_answered: bool, is_flagged: bool) -> str:
    return render_to_string(
        "exams/parts/number.html",
        {"position": position, "is_answered": is_answered, "is_flagged": is_flagged},
    )


@register.filter
def kind_name(kind: str) -> Any:
    """single → 单选题."""
    return QuestionKind(kind).label
