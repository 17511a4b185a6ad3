"""Rules for templates: strict CSP, nothing from elsewhere, buttons that say what they do."""

import re
from pathlib import Path

import pytest

from tests.architecture.test_sources import name, tracked

TEMPLATES = [path for path in tracked(".html") if "templates" in path.parts]
# The back office is Wagtail's own page, under Wagtail's policy for it.
PUBLIC = [path for path in TEMPLATES if "wagtailadmin" not in path.parts]

# 500.html is shown when nothing else may be relied on.
WHOLE_PAGES = {"base.html", "document.html", "500.html"}

RULES = {
    "an inline script (use an island)": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.I
    ),
    "an inline style (use a class)": re.compile(r"<style\b|\sstyle=", re.I),
    "an inline handler (use an island)": re.compile(r"\son[a-z]+=\"", re.I),
    "something of another host": re.compile(
        r"<(?:script|link|img|video|source|iframe|audio)\b[^>]*(?:src|href)=[\"'](?:https?:)?//",
        re.I,
    ),
    "a button without a type": re.compile(r"<button\b(?![^>]*\btype=)[^>]*>", re.I),
    "unescaped output": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
    "a link to javascript": re.compile(r"javascript:", re.I),
}


@pytest.mark.parametrize("fault", RULES)
def test_no_template_has(fault: str) -> None:
    found = [
        f"{name(path)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0][:80]}"
        for path in PUBLIC
        for text in [without_comments(path)]
        for match in RULES[fault].finditer(text)
    ]
    assert found == []


def without_comments(path: Path) -> str:
    """The template with comments blanked, lines kept."""
    return re.sub(
        r"{#.*?#}|{%\s*comment.*?endcomment\s*%}",
        lambda match: "\n" * match[0].count("\n"),
        path.read_text(),
        flags=re.S,
    )


def test_every_page_of_ours_extends_a_base() -> None:
    pages = [
        path
        for path in PUBLIC
        if "<html" in path.read_text().lower() and path.name not in WHOLE_PAGES
    ]
    assert [name(path) for path in pages] == []
