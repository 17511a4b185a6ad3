"""The browser fixtures, for the pages of practice and of the bank."""

from tests.support.browser import assert_accessible, base_url, open_page, page_watch, shoot

__all__ = ["assert_accessible", "base_url", "open_page", "page_watch", "shoot"]
