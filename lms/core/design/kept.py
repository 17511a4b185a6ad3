"""Pieces of pages, drawn once for the same values and kept in each process.

Everything a piece shows is in its key, the language included, so the same key always draws the
same piece: nothing has to be thrown away when a course, a person or a choice changes, and nobody
can be shown what was drawn for other values. Hence a piece has no request and no model instance
(two of those are equal when their ids are), and nothing that changes with every page, such as the
token of a form.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Some kilobytes at most, each.
KEPT = 4096
PLAIN = (str, int, float, Decimal, type(None))


def drawn(template_name: str, **values: Any) -> SafeString:
    """The template over `values`, which must be equal only if they are drawn alike."""
    return _drawn(template_name, get_language(), **values)


def described(
    template_name: str, describe: Callable[..., dict[str, Any]], *args: Any, **kwargs: Any
) -> SafeString:
    """The template over what `describe` makes of plain arguments; of others it is not kept."""
    args = tuple(_spoken(value) for value in args)
    kwargs = {name: _spoken(value) for name, value in kwargs.items()}
    if all(isinstance(value, PLAIN) for value in (*args, *kwargs.values())):
        return _described(template_name, get_language(), describe, *args, **kwargs)
    return render_to_string(template_name, describe(*args, **kwargs))


def _spoken(value: Any) -> Any:
    return str(value) if isinstance(value, Promise) else value


def sign(name: str) -> str:
    """The sign that stands for this filling while a form is drawn: one that nobody writes."""
    return _signs.setdefault(name, chr(0xE000 + len(_signs)))


_signs: dict[str, str] = {}


def filled(
    template_name: str,
    filling: Mapping[str, Any],
    describe: Callable[..., dict[str, Any]],
    *args: Any,
) -> SafeString:
    """As `described`, with what differs on every page put in afterwards.

    The template is drawn over what `describe` makes of plain arguments and a sign for each name
    of `filling`, so nothing of a filling can be kept. A filling is HTML, or a number; no tag of
    the template can ask what it is.
    """
    found = form(template_name, get_language(), tuple(filling), describe, *args)
    return mark_safe(found % filling)  # noqa: S308  (drawn by the template; the rest is HTML)


@lru_cache(maxsize=KEPT, typed=True)
def form(
    template_name: str,
    language: str | None,
    names: tuple[str, ...],
    describe: Callable[..., dict[str, Any]],
    *args: Any,
) -> str:
    """The template with a place for `%` at each of `names`, in the present language.

    For who fills many forms on one page and asks but once which language that is; see `filled`.
    """
    signs = {name: mark_safe(sign(name)) for name in names}  # noqa: S308  (one sign)
    page = str(render_to_string(template_name, {**describe(*args), **signs})).replace("%", "%%")
    for name, each in signs.items():
        page = page.replace(each, f"%({name})s")
    return page


# `typed`: 1 and True are equal, and so are a string and the same one marked safe.
@lru_cache(maxsize=KEPT, typed=True)
def _drawn(template_name: str, language: str | None, **values: Any) -> SafeString:
    return render_to_string(template_name, values)


@lru_cache(maxsize=KEPT, typed=True)
def _described(
    template_name: str,
    language: str | None,
    describe: Callable[..., dict[str, Any]],
    *args: Any,
    **kwargs: Any,
) -> SafeString:
    return render_to_string(template_name, describe(*args, **kwargs))
