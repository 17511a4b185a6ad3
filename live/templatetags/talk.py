"""Filters of discussion pages: `{% load talk %}`."""

from django import template

register = template.Library()


@register.filter
def talk_time(seconds: int) -> str:
    """A second of a video as its player shows it: 2:05, 1:02:05."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"
