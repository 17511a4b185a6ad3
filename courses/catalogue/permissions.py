"""What the back office shows of courses, pictures and documents, and to whom.

Wagtail's groups say what a role may do anywhere in the tree. Two things are taken away here:
a course for an audience the editor does not teach does not exist for that editor, and pictures
and documents belong to who uploaded them until they are on a page.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.models import Page, PagePermissionTester
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.catalogue.models import COURSE_PATH
from courses.catalogue.queries import hidden_course_paths
from lms.members.models import Role
from lms.members.queries import has_role

# What Wagtail's routes call a page's id.
PAGE_ID_NAMES = frozenset(
    {"page_id", "parent_page_id", "page_to_move_id", "destination_id", "parent_id"}
)


def is_hidden_from(by: Any, page: Page) -> bool:
    """The page is, or is part of, a course for an audience `by` does not teach."""
    return page.path[:COURSE_PATH] in hidden_course_paths(by)


def without_hidden(pages: QuerySet[Page], by: Any) -> QuerySet[Page]:
    """`pages` without the courses that are hidden from `by` and all below them."""
    hidden = Q()
    for path in hidden_course_paths(by):
        hidden |= Q(path__startswith=path)
    return pages.exclude(hidden) if hidden else pages


def names_hidden_page(by: Any, values: Mapping[str, Any]) -> bool:
    """One of a back-office address's parts is the id of a page hidden from `by`."""
    hidden = hidden_course_paths(by)
    ids = [value for name, value in values.items() if name in PAGE_ID_NAMES]
    if not hidden or not ids:
        return False
    paths = Page.objects.filter(pk__in=ids).values_list("path", flat=True)
    return any(path[:COURSE_PATH] in hidden for path in paths)


class CoursePermissionTester(PagePermissionTester):
    """Wagtail's tester, which has no permission at all on what is hidden."""

    def __init__(self, user: Any, page: Page) -> None:
        super().__init__(user, page)
        if user.is_active and not user.is_superuser and is_hidden_from(user, page):
            self.permissions: set[str] = set()


class CourseTreePolicy(PagePermissionPolicy):
    """Wagtail's page policy over the tree without what is hidden."""

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Page) -> bool:
        if is_hidden_from(user, instance):
            return False
        return bool(super().user_has_any_permission_for_instance(user, actions, instance))

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        return without_hidden(super().instances_user_has_any_permission_for(user, actions), user)

    def explorable_instances(self, user: Any) -> Any:
        return without_hidden(super().explorable_instances(user), user)


class OwnUploadsPolicy(CollectionOwnershipPermissionPolicy):
    """Pictures and documents: one's own, and for administrators those of everybody."""

    def _sees_all(self, user: Any) -> bool:
        return has_role(user, Role.ADMINISTRATOR)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        own = instance.uploaded_by_user_id == user.pk
        if not own and not self._sees_all(user):
            return False
        return bool(super().user_has_any_permission_for_instance(user, actions, instance))

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_any_permission_for_instance(user, [action], instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        found = super().instances_user_has_any_permission_for(user, actions)
        return found if self._sees_all(user) else found.filter(uploaded_by_user=user)
