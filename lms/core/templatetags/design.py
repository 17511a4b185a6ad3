"""Component tags: `{% load design %}`. Their vocabulary is in docs/design-system.md."""

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_vite.core.asset_loader import DjangoViteAssetLoader  # type: ignore[import-untyped]

from lms.core.design import drawing
from lms.core.design.kept import described, drawn
from lms.core.design.navigation import places_for
from lms.core.design.words import player_words, upload_words

register = template.Library()

Description = Callable[..., dict[str, Any]]

BEAT_SECONDS = 15
CELLS_A_ROW = 6


def component(template_name: str) -> Callable[[Description], Description]:
    """An inclusion tag of plain arguments alone, drawn once for the same ones."""

    def declare(describe: Description) -> Description:
        @functools.wraps(describe)
        def draw(*args: Any, **kwargs: Any) -> SafeString:
            return described(template_name, describe, *args, **kwargs)

        register.simple_tag(draw)
        return describe

    return declare


@functools.cache
def sprite_url() -> str:
    """Where the icons are; the bundles of a running school do not change."""
    loader = DjangoViteAssetLoader.instance()
    return str(loader.generate_vite_asset_url("src/generated/icons.svg"))


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """One icon of the sprite; decorative unless it is given a label."""
    css = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}" width="24" height="24" viewBox="0 0 24 24">'
            '<use href="{}#{}"></use></svg>',
            css, label, sprite_url(), name,
        )  # fmt: skip
    return _decoration(name, css)


@functools.lru_cache(maxsize=256)
def _decoration(name: str, css: str) -> SafeString:
    """A page has some twenty of them, the same ones every time."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false" width="24" height="24"'
        ' viewBox="0 0 24 24">'
        '<use href="{}#{}"></use></svg>',
        css, sprite_url(), name,
    )  # fmt: skip


@component("components/icon_text.html")
def icon_text(name: str, text: Any) -> dict[str, Any]:
    """An icon and words beside it."""
    return {"name": name, "text": text}


def navigation(context: template.Context) -> list[dict[str, Any]]:
    """The places this person may go to, each with whether it is the current one."""
    request = context.get("request")
    if request is None or not hasattr(request, "user"):
        return []
    known = getattr(request, "places", None)
    if known is None:  # asked once a request: head and foot show the same
        elder = (context.get("presentation") or {}).get("mode") == "elder"
        known = request.places = [
            {"place": place, "current": place.is_current(request.path)}
            for place in places_for(request.user)
            if place.in_elder or not elder
        ]
    return known


@register.simple_tag
def piece(template_name: str, **values: Any) -> SafeString:
    """A template over plain values alone, drawn once for the same ones."""
    return drawn(template_name, **values)


@register.simple_tag(takes_context=True)
def frame(context: template.Context, template_name: str) -> SafeString:
    """A part of the frame of every page, as this person sees it in the chosen way.

    Its forms are `#preferences` and `#sign-out` of the document: they hold a token of the request.
    """
    choice = context.get("presentation") or {}
    user = context.get("user")
    known = user if user is not None and user.is_authenticated else None
    places = navigation(context)
    return drawn(
        template_name,
        name=str(known) if known else "",
        number=known.get_username() if known else "",
        places=tuple((item["place"], item["current"]) for item in places),
        mode=choice.get("mode", ""),
        size=choice.get("size", ""),
        theme=choice.get("theme", ""),
    )


@register.filter
def figure(value: Any) -> str:
    """24.50 → 24.5; 7.0 → 7."""
    return drawing.plain(value or 0)


@register.filter
def clock(milliseconds: Any) -> str:
    """A length or place in a recording: 754000 → 12:34, 3723000 → 1:02:03."""
    seconds = int(milliseconds or 0) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


@register.filter
def minutes(milliseconds: Any) -> str:
    """A length in words: 1 分钟, 38 分钟, 不到 1 分钟."""
    whole = round(int(milliseconds or 0) / 60_000)
    if whole < 1:
        return _("不到 1 分钟")
    return ngettext("%(count)d 分钟", "%(count)d 分钟", whole) % {"count": whole}


@component("components/progress_ring.html")
def progress_ring(
    value: Any, of: Any, unit: str = "", label: str = "", size: str = ""
) -> dict[str, Any]:
    """A ring for `value` of `of`. `size="small"` for lists."""
    filled = drawing.share(float(value or 0), float(of or 0))
    return {
        "value": drawing.plain(value or 0),
        "of": drawing.plain(of or 0),
        "unit": unit,
        "label": label,
        "size": size,
        "done": filled >= 1,
        "percent": int(filled * 100),
        "dash": drawing.ring_dash(filled),
        "radius": drawing.RING_RADIUS,
    }


@component("components/bar.html")
def bar(
    value: Any, of: Any = 100, label: str = "", text: str = "", tone: str = "", thin: bool = False
) -> dict[str, Any]:
    """A horizontal bar for `value` of `of`; `text` replaces the words "value/of" at its end."""
    filled = drawing.share(float(value or 0), float(of or 0))
    return {
        "label": label,
        "text": text or f"{drawing.plain(value or 0)}/{drawing.plain(of or 0)}",
        "tone": tone,
        "thin": thin,
        "percent": int(filled * 100),
        "width": f"{filled * 100:.1f}",
    }


@register.inclusion_tag("components/watched_map.html")
def watched_map(
    covered: Iterable[Sequence[float]], duration_ms: int, position_ms: int | None = None,
    legend: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The parts of a recording that were watched: `covered` is [[from, to), …] in milliseconds."""
    spans = [tuple(span) for span in covered]
    seen = sum(max(0, end - start) for start, end in spans)
    return {
        "parts": drawing.strip_parts(spans, duration_ms),
        "percent": int(drawing.share(seen, duration_ms) * 100),
        "edge": None
        if position_ms is None
        else round(drawing.share(position_ms, duration_ms) * 1000, 1),
        "legend": legend,
    }


@register.inclusion_tag("components/heat_strip.html")
def heat_strip(values: Iterable[tuple[str, float]], label: str, unit: str = "") -> dict[str, Any]:
    """One square a `(name, value)`, darker for more; rows of six, beside each other on a PC."""
    named = list(values)
    top = max((value for _name, value in named), default=0)
    cells = [
        {
            "x": place % CELLS_A_ROW * 40 + 2,
            "middle": place % CELLS_A_ROW * 40 + 20,
            "name": name,
            "value": drawing.plain(value),
            "level": drawing.heat_level(value, top),
        }
        for place, (name, value) in enumerate(named)
    ]
    return {
        "label": label,
        "unit": unit,
        "cells": cells,
        "rows": [cells[start : start + CELLS_A_ROW] for start in range(0, len(cells), CELLS_A_ROW)],
        "width": CELLS_A_ROW * 40,
    }


@component("components/cover.html")
def cover(title: str) -> dict[str, Any]:
    """A drawn cover for a course without a picture; the same title always has the same colour."""
    digest = hashlib.sha256(title.encode()).digest()
    return {
        "lines": drawing.title_lines(title),
        "tone": digest[0] % 5 + 1,
        "pattern": digest[1] % 3 + 1,
    }


@component("components/badge.html")
def badge(text: str, tone: str = "", icon: str = "") -> dict[str, Any]:
    """A small state: tone ok, attention, red, info or none."""
    return {"text": text, "tone": tone, "icon": icon}


@component("components/stat.html")
def stat(
    label: str, value: Any, unit: str = "", note: str = "", tone: str = ""
) -> dict[str, Any]:  # fmt: skip
    """A figure with its name."""
    return {"label": label, "value": value, "unit": unit, "note": note, "tone": tone}


@component("components/button.html")
def button(
    label: str,
    href: str = "",
    kind: str = "primary",
    icon: str = "",
    type: str = "submit",
    name: str = "",
    value: str = "",
    main: bool = False,
    wide: bool = False,
    opens: str = "",
    download: bool = False,
) -> dict[str, Any]:
    """A button, or a link that looks like one when it has an `href`."""
    return {
        "label": label, "href": href, "kind": kind, "icon": icon, "type": type, "name": name,
        "value": value, "main": main, "wide": wide, "opens": opens, "download": download,
    }  # fmt: skip


@register.inclusion_tag("components/field.html")
def field(bound: Any, help: str = "", reveal: bool = False) -> dict[str, Any]:
    """A form field with its label, help and errors, all tied together for a screen reader."""
    hint = help or str(bound.help_text or "")
    attributes: dict[str, str] = {}
    described = []
    if hint:
        described.append(f"{bound.auto_id}-help")
    if bound.errors:
        described.append(f"{bound.auto_id}-error")
        attributes["aria-invalid"] = "true"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    widget = bound.field.widget
    checkbox = getattr(widget, "input_type", "") == "checkbox" and not hasattr(widget, "choices")
    group = getattr(widget, "input_type", "") in {"radio", "checkbox"} and not checkbox
    if bound.field.required and not group:
        attributes["required"] = "required"
    if "aria-describedby" in widget.attrs or group:
        attributes.pop("aria-describedby", None)
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attributes),
        "help": hint,
        "checkbox": checkbox,
        "group": group,
        "reveal": reveal,
    }


@component("components/breadcrumb.html")
def breadcrumb(*steps: str) -> dict[str, Any]:
    """`{% breadcrumb "首页" "/" "课程" "/courses/" title %}`: name, address, …, the page itself."""
    pairs = [(steps[place], steps[place + 1]) for place in range(0, len(steps) - 1, 2)]
    return {"steps": pairs, "here": steps[-1] if len(steps) % 2 else ""}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Links to the pages of a Paginator page; the other query parameters are kept."""
    request = context.get("request")

    def address(number: int) -> str:
        query = request.GET.copy() if request else None
        if query is None:
            return f"?{name}={number}"
        query[name] = str(number)
        return f"?{query.urlencode()}"

    window = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "numbers": [
            {"number": number, "url": address(number) if isinstance(number, int) else ""}
            for number in window
        ],
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


def _attributes(content: str, template_name: str, **values: Any) -> SafeString:
    # The block's content has been rendered (and escaped) by the template engine already.
    return mark_safe(  # noqa: S308
        render_to_string(template_name, {"content": mark_safe(content), **values})  # noqa: S308
    )


@register.simple_block_tag
def card(content: str, title: str = "", level: int = 2, accent: bool = False) -> SafeString:
    """A sheet of paper with a title: `{% card title=… %}…{% endcard %}`."""
    return _attributes(content, "components/card.html", title=title, level=level, accent=accent)


@register.simple_block_tag
def banner(content: str, tone: str = "info", id: str = "") -> SafeString:
    """A notice in the page: tone info, ok, attention or error."""
    icons = {"ok": "check-circle", "attention": "warning", "error": "error"}
    return _attributes(
        content, "components/banner.html", tone=tone, icon=icons.get(tone, "info"), id=id
    )


@register.simple_block_tag
def empty(content: str, title: str, level: int = 2) -> SafeString:
    """What a list says when it has nothing: a sentence, and what to do next."""
    return _attributes(content, "components/empty.html", title=title, level=level)


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:
    """A dialog opened by `{% button … opens="its id" %}`."""
    return _attributes(content, "components/dialog.html", id=id, title=title)


@register.inclusion_tag("components/player.html", takes_context=True)
def player(
    context: template.Context, config: Mapping[str, Any], poster: str = "", title: str = ""
) -> dict[str, Any]:
    """The lesson's video with its controls; `config` is what docs/design-system.md lists."""
    words = player_words(config.get("beatSeconds", BEAT_SECONDS))
    return {
        "config": {
            "rates": [0.75, 1, 1.25, 1.5],
            "maxRate": 1.5,
            "beatSeconds": BEAT_SECONDS,
            "captions": [],
            "covered": [],
            "resumeMs": 0,
            "completed": False,
            **config,
            "strings": {**words, **config.get("strings", {})},
        },
        "poster": poster or config.get("poster", ""),
        "title": title,
        "captions": config.get("captions", []),
        "verified": sum(end - start for start, end in config.get("covered", [])),
        "presentation": context.get("presentation", {}),
    }


@register.inclusion_tag("components/upload_box.html", takes_context=True)
def upload_box(
    context: template.Context,
    endpoint: str,
    status_url: str = "",
    accept: str = "video/*",
    upload_id: str = "",
    help: str = "",
) -> dict[str, Any]:
    """A resumable upload; `status_url` is asked with `{id}` replaced by the upload's id."""
    return {
        "endpoint": endpoint,
        "status_url": status_url,
        "accept": accept,
        "upload_id": upload_id,
        "help": help,
        "words": upload_words(),
        "csrf_token": context.get("csrf_token", ""),
    }
