"""The part of the notice settings that is about this browser: `{% load push %}`."""

from typing import Any

from django import template
from django.urls import reverse

from live.push import queries, words
from live.push.cookie import browser_of

register = template.Library()


@register.inclusion_tag("push/section.html", takes_context=True)
def push_section(context: template.Context) -> dict[str, Any]:
    """Turning push on in this browser, and the list of one's browsers."""
    request = context["request"]
    key = queries.school_key()
    browsers = list(queries.browsers_of(request.user)) if key else []
    here = browser_of(request)
    return {
        "key": key,
        "no_push": words.no_push(),
        "browsers": browsers,
        "here": next((each.pk for each in browsers if each.pk == here), None),
        "is_out_of_reach": bool(key) and queries.is_out_of_reach(),
        "config": {
            "key": key,
            "worker": reverse("push:worker"),
            "scope": reverse("notices:list"),
            "ask": reverse("push:ask"),
            "texts": words.island(),
        },
        "csrf_token": context.get("csrf_token"),
    }
