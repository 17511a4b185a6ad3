"""Who may do what with people and branches."""

from typing import Any

from lms.core.access import Access


def can_enter_back_office(by: Any) -> bool:
    """Instructors and administrators work in the back office; secretaries work on the site."""
    return bool(by.is_authenticated and by.has_perm("wagtailadmin.access_admin"))


BACK_OFFICE = Access("back-office", can_enter_back_office)
