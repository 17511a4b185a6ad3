"""Figures and lengths as people write them; filters of `{% load design %}`."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.core.design import drawing


def figure(value: Any) -> str:
    """24.50 → 24.5; 7.0 → 7."""
    return drawing.plain(value or 0)


def clock(milliseconds: Any) -> str:
    """A length or place in a recording: 754000 → 12:34, 3723000 → 1:02:03."""
    seconds = int(milliseconds or 0) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def minutes(milliseconds: Any) -> str:
    """A length in words: 1 分钟, 38 分钟, 不到 1 分钟."""
    whole = round(int(milliseconds or 0) / 60_000)
    if whole < 1:
        return _("不到 1 分钟")
    return ngettext("%(count)d 分钟", "%(count)d 分钟", whole) % {"count": whole}
