"""The browser fixtures, for the back office's pages of papers and exams."""

from tests.support.browser import assert_accessible, base_url, open_page, page_watch, shoot

__all__ = ["assert_accessible", "base_url", "open_page", "page_watch", "shoot"]
