"""What the pages of results ask about answer sheets."""

from typing import Any

from django import template

from exams.attempts.models import Attempt, FinishedBy
from exams.on_paper.queries import shown_pages

register = template.Library()


@register.simple_tag(takes_context=True)
def shows_sheet(context: Any, attempt: Attempt) -> bool:
    """Whether the member may look at the sheet this attempt came from."""
    if attempt.finished_by != FinishedBy.SHEET:
        return False
    return bool(shown_pages(context["request"].user, attempt.pk))
