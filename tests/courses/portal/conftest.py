"""The browser fixtures, shared with the tests of single pages."""

from tests.support.browser import assert_accessible, base_url, open_page, page_watch, shoot

__all__ = ["assert_accessible", "base_url", "open_page", "page_watch", "shoot"]
