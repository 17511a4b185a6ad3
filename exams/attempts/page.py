"""The sitting as it is drawn: what is the same for all once, and in it what is one member's.

A thousand people begin in the same minute. A question is drawn once for all attempts that show it
alike, in whatever order its options stand, and so is the page around the questions.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape, format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from exams.attempts.services import Question, Sitting
from exams.questions.media import shown_stem
from exams.questions.types import question_type
from lms.core.design.kept import drawn, filled, form, sign
from lms.core.design.texts import figure
from lms.core.presentation import presentation


def sitting_page(
    request: HttpRequest, sitting: Sitting, config: Mapping[str, Any], address: str
) -> SafeString:
    """The whole page; `config` is what its script is told, `address` where its form goes."""
    saved_at = max((one.saved_at for one in sitting.questions if one.saved_at), default=None)
    messages = get_messages(request)
    attempt = sitting.attempt
    filling = {
        "title": escape(sitting.exam.title),
        "count": sitting.count,
        "minutes": sitting.minutes,
        "points": figure(attempt.out_of),
        "deadline": f"{timezone.localtime(attempt.deadline_at):%H:%M:%S}",
        "saved_at": f"{timezone.localtime(saved_at):%H:%M:%S}" if saved_at else "",
        "unanswered": sum(not one.is_answered for one in sitting.questions),
        "address": address,
        "path": escape(request.get_full_path()),
        "csrf_token": get_token(request),
        "config": json_script(config, "exam-config"),
        "notices": render_to_string("components/messages.html", {"messages": messages})
        if messages
        else "",
        "questions": question_blocks(sitting, request.user.pk),
        "numbers": _numbers(sitting),
    }
    choices = presentation(request)["presentation"]
    return filled(
        "exams/sitting.html",
        filling,
        _around,
        config["forward"],
        saved_at is not None,
        *(value for choice in choices.items() for value in choice),
    )


def _around(is_forward: bool, is_saved: bool, *choices: str) -> dict[str, Any]:
    return {
        "is_forward": is_forward,
        "is_saved": is_saved,
        "presentation": dict(zip(choices[::2], choices[1::2], strict=True)),
        "user": {"is_authenticated": True},
        "request": {"get_full_path": sign("path")},
    }


def _numbers(sitting: Sitting) -> str:
    """The card of answers: one number a question, and how it stands."""
    marks = tuple(
        (one.asked.position, one.is_answered, one.is_flagged) for one in sitting.questions
    )
    if any(is_answered or is_flagged for _position, is_answered, is_flagged in marks):
        return _numbered(marks)
    return _untouched(marks, get_language())


@lru_cache(maxsize=64)
def _untouched(marks: tuple[tuple[int, bool, bool], ...], language: str | None) -> str:
    """What all who begin are shown alike."""
    return _numbered(marks)


def _numbered(marks: Iterable[tuple[int, bool, bool]]) -> str:
    return "".join(
        drawn(
            "exams/parts/number.html",
            position=position,
            is_answered=is_answered,
            is_flagged=is_flagged,
        )
        for position, is_answered, is_flagged in marks
    )


def question_blocks(sitting: Sitting, member_id: Any) -> str:
    """The questions under their sections, with their fields."""
    language = get_language()
    blocks: list[str] = []
    section = ""
    for question in sitting.questions:
        item = question.asked.item
        if item.section != section:
            section = item.section
            if section:
                blocks.append(format_html('<h2 class="exam__section">{}</h2>', section))
        blocks.append(_block(question, sitting, member_id, language))
    return "".join(blocks)


_OF_QUESTION = ("position", "before", "after", "count", "revision", "stem")


@cache
def _names(texts: int) -> tuple[str, ...]:
    return (*_OF_QUESTION, *(f"text{place}" for place in range(texts)))


def _block(question: Question, sitting: Sitting, member_id: Any, language: str | None) -> str:
    asked = question.asked
    item, position = asked.item, asked.position
    filling: dict[str, Any] = {
        "position": position,
        "before": position - 1,
        "after": position + 1,
        "count": sitting.count,
        "revision": question.revision,
        # Sanitised when it was written; its pictures are linked for this member alone.
        "stem": shown_stem(item.stem, member_id),
    }
    # A text that is shuffled is put in afterwards too, so that one drawing serves all orders; of
    # what consists of parts each order is drawn.
    order = asked.arrangement
    if item.texts:
        for place, index in enumerate(order or range(len(item.texts))):
            filling[f"text{place}"] = item.texts[index]
        order = ()
    found = form(
        "exams/parts/question.html",
        language,
        _names(len(item.texts)),
        _described,
        item.kind,
        item.shape,
        order,
        json.dumps(question.written) if question.written else "{}",
        item.points,
        question.is_flagged,
        sitting.is_forward,
        position == 1,
        position == sitting.count,
    )
    return found % filling


def _described(
    kind: str,
    shape: str,
    order: tuple[int, ...],
    written: str,
    points: Decimal,
    is_flagged: bool,
    is_forward: bool,
    is_first: bool,
    is_last: bool,
) -> dict[str, Any]:
    return {
        "prefix": f"q{sign('position')}-",
        "content": question_type(kind).arranged(json.loads(shape), order),
        "written": json.loads(written),
        "kind": kind,
        "points": figure(points),
        "is_flagged": is_flagged,
        "is_forward": is_forward,
        "is_first": is_first,
        "is_last": is_last,
    }
