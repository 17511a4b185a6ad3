"""Questions on a page: `{% load questions %}`. Who asks one gives its fields a prefix."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from exams.questions.media import shown_stem
from exams.questions.showing import Asked, Settled, asked, settled

register = template.Library()


@register.simple_tag(takes_context=True)
def question_stem(context: template.Context, stem: str, prefix: str = "") -> SafeString:
    """What is asked, with its pictures and recordings; it names the fields of `prefix`."""
    shown = shown_stem(stem, context["request"].user.pk)  # sanitised when it was kept
    values = {"stem": mark_safe(shown), "prefix": prefix}  # noqa: S308
    return mark_safe(render_to_string("exams/questions/stem.html", values))  # noqa: S308


@register.simple_tag
def question_inputs(
    kind: str, content: Mapping[str, Any], sent: Mapping[str, Any] | None = None, prefix: str = ""
) -> SafeString:
    """The fields of one question. `content` is arranged; `sent` is what `written` gave.

    A stem with the id `<prefix>stem` names the group; what the fields send is read back with
    `sent_from(post, prefix)`.
    """
    return fields_of(asked(kind, content, sent or {}, prefix))


@register.simple_tag
def fields_of(question: Asked) -> SafeString:
    return mark_safe(  # noqa: S308  (rendered and escaped by the template engine)
        render_to_string(f"exams/questions/{question.kind}.html", {"asked": question})
    )


@register.simple_tag
def question_settled(
    kind: str,
    content: Mapping[str, Any],
    key: Mapping[str, Any],
    answer: Mapping[str, Any],
    arrangement: Sequence[int] = (),
) -> SafeString:
    """An answer for reading, with what is right: only where the key may be seen."""
    return reading_of(settled(kind, content, key, answer, arrangement))


@register.simple_tag
def reading_of(answer: Settled) -> SafeString:
    return mark_safe(  # noqa: S308  (rendered and escaped by the template engine)
        render_to_string("exams/questions/settled.html", {"settled": answer})
    )
