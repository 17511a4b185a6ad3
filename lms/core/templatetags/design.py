"""Component tags: `{% load design %}`. Their vocabulary is in docs/design-system.md."""

import functools
from collections.abc import Callable
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_vite.core.asset_loader import DjangoViteAssetLoader  # type: ignore[import-untyped]

from lms.core.design import islands, shapes, texts
from lms.core.design.kept import described, drawn
from lms.core.design.navigation import places_for, width_of

register = template.Library()

Description = Callable[..., dict[str, Any]]


def component(template_name: str) -> Callable[[Description], Description]:
    """An inclusion tag of plain arguments alone, drawn once for the same ones."""

    def declare(describe: Description) -> Description:
        @functools.wraps(describe)
        def draw(*args: Any, **kwargs: Any) -> SafeString:
            return described(template_name, describe, *args, **kwargs)

        register.simple_tag(draw)
        return describe

    return declare


for _filter in (texts.figure, texts.clock, texts.minutes):
    register.filter(_filter)
for _shape in (shapes.progress_ring, shapes.bar, shapes.cover):
    component(f"components/{_shape.__name__}.html")(_shape)
for _strip in (shapes.watched_map, shapes.heat_strip):
    register.inclusion_tag(f"components/{_strip.__name__}.html")(_strip)
for _island in (islands.player, islands.upload_box):
    register.inclusion_tag(f"components/{_island.__name__}.html", takes_context=True)(_island)


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
        width=sum(width_of(str(item["place"].label)) for item in places if item["place"].in_header),
        mode=choice.get("mode", ""),
        size=choice.get("size", ""),
        theme=choice.get("theme", ""),
    )


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
