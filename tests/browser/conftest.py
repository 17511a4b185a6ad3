"""Fixtures for pages; another folder of browser tests imports the same names in its conftest."""

from tests.support.browser import (
    assert_accessible,
    base_url,
    open_page,
    page_watch,
    pc_page,
    phone_page,
    shoot,
)

__all__ = [
    "assert_accessible",
    "base_url",
    "open_page",
    "page_watch",
    "pc_page",
    "phone_page",
    "shoot",
]
