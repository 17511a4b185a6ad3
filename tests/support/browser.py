"""Browser fixtures for every test that opens a page: two widths, axe, screenshots, no surprises.

A page that asks another host for anything, writes an error to the console or breaks the content
security policy fails its test at the end, unless the test said beforehand what it expects.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.support.environment import BASE_DIR

AXE = BASE_DIR / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LOCAL_SCHEMES = {"data", "blob", "about"}
PHONE = {"width": 390, "height": 844}
PC = {"width": 1280, "height": 800}


class Watch:
    """Collects what should not happen on the pages of one test."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """A problem that this test brings about on purpose."""
        self._expected.append(re.compile(pattern))

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("request", self._request)

    def unexpected(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(pattern.search(problem) for pattern in self._expected)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in LOCAL_SCHEMES and address.hostname not in LOOPBACK:
            self.problems.append(f"foreign host: {request.url}")


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each context is given the served school's address; no option on the command line."""


@pytest.fixture
def page_watch() -> Iterator[Watch]:
    """What the pages of this test must not do; `page_watch.expect(regex)` allows one thing."""
    watch = Watch()
    yield watch
    problems = watch.unexpected()
    assert problems == [], problems


@pytest.fixture
def open_page(
    new_context: Callable[..., BrowserContext], page_watch: Watch, school_server: str
) -> Callable[..., Page]:
    """`open_page(width=390, height=844, …)`: a page of its own context, watched."""

    def make(*, width: int = PC["width"], height: int = PC["height"], **options: Any) -> Page:
        context = new_context(
            viewport={"width": width, "height": height}, base_url=school_server, **options
        )
        page = context.new_page()
        page_watch.follow(page)
        return page

    return make


@pytest.fixture
def phone_page(open_page: Callable[..., Page]) -> Page:
    """A phone of 390 by 844 with touch."""
    return open_page(**PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def pc_page(open_page: Callable[..., Page]) -> Page:
    """A desktop browser of 1280 by 800."""
    return open_page(**PC)


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """`assert_accessible(page)`: axe finds nothing, and nothing sticks out sideways."""
    script = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        page.evaluate(script)
        found = page.evaluate(
            """async (tags) => (await axe.run(document, {runOnly: tags})).violations.map(
                (rule) => [rule.id, ...rule.nodes.map((node) => node.target.join(' '))].join(' | ')
            )""",
            AXE_TAGS,
        )
        assert found == [], found
        sideways = page.evaluate(
            """() => [...document.querySelectorAll('body *')]
                .filter((one) => document.documentElement.scrollWidth > window.innerWidth
                    && one.getBoundingClientRect().right > window.innerWidth + 1)
                .map((one) => `${one.tagName} ${one.getAttribute('class')}`)"""
        )
        assert sideways == [], sideways

    return check


@pytest.fixture
def shoot(artefacts: Path) -> Callable[[Page, str], Path]:
    """`shoot(page, "lesson")` keeps `lesson-390.png`, the whole page, to be looked at."""

    def keep(page: Page, name: str) -> Path:
        size = page.viewport_size
        path = artefacts / f"{name}-{size['width'] if size else 'page'}.png"
        page.evaluate("document.fonts.ready")
        if size:  # a screen as tall as the page: what is fixed to its foot stands at the foot
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size["width"], "height": height})
        page.screenshot(path=path, full_page=True, animations="disabled")
        if size:
            page.set_viewport_size(size)
        return path

    return keep
