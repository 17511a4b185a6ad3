"""Template tags of course and lesson pages: `{% load courses %}`."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from courses.catalogue.standing import CourseStanding

register = template.Library()

# Rendered outlines kept in each process, some kilobytes each.
KEPT_OUTLINES = 1024


@lru_cache(maxsize=KEPT_OUTLINES)
def _outline(standing: CourseStanding, current: int | None, language: str | None) -> SafeString:
    # Everything the template shows is in the arguments, so the same arguments draw the same list:
    # nothing has to be thrown away when a course or a member's progress changes.
    context = {"standing": standing, "current": current}
    return render_to_string("catalogue/parts/outline.html", context)


@register.simple_tag
def outline(standing: CourseStanding, current: int | None = None) -> SafeString:
    """Chapters and lessons as one member stands to them; `current` is the lesson being shown."""
    return _outline(standing, current, get_language())
