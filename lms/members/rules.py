"""Who may do what with people and branches."""

from typing import Any

from lms.core.access import Access
from lms.members.models import Branch, Member, Role
from lms.members.queries import (
    OVERSEEING,
    administered_members,
    has_role,
    managed_accounts,
    standing_today,
    visible_members,
)


def can_enter_back_office(by: Any) -> bool:
    """Instructors and administrators work in the back office; secretaries work on the site."""
    return has_role(by, (Role.INSTRUCTOR, Role.ADMINISTRATOR))


def can_oversee(by: Any) -> bool:
    """Has some branch to look after."""
    return has_role(by, OVERSEEING)


def can_see_board(by: Any, branch: Branch) -> bool:
    """Secretaries and administrators see the boards of their own subtree."""
    return has_role(by, OVERSEEING, branch)


def can_see_member(by: Any, member: Member) -> bool:
    """Everybody sees themselves; a branch's secretary and administrators see its members."""
    return visible_members(by).filter(pk=member.pk).exists()


def can_administer(by: Any) -> bool:
    """Has some branch whose people they keep the records of."""
    return has_role(by, Role.ADMINISTRATOR)


def can_administer_branch(by: Any, branch: Branch) -> bool:
    """Keeps the records of this branch."""
    return has_role(by, Role.ADMINISTRATOR, branch)


def can_administer_member(by: Any, member: Member) -> bool:
    """Keeps the records of this member."""
    return administered_members(by).filter(pk=member.pk).exists()


def can_change_standing(by: Any, member: Member) -> bool:
    """Roles and duties of those one keeps the records of; nobody raises or eases themselves."""
    return bool(by.is_superuser) or (by.pk != member.pk and can_administer_member(by, member))


def can_manage_account(by: Any, member: Member) -> bool:
    """May put the member out and give a new first sign-in code; never to who outranks `by`."""
    return managed_accounts(by).filter(pk=member.pk).exists()


def can_upload_lectures(by: Any) -> bool:
    """Instructors and administrators bring lectures in."""
    return has_role(by, (Role.INSTRUCTOR, Role.ADMINISTRATOR))


def can_administer_school(by: Any) -> bool:
    """Administers a whole school: a branch with nobody above it."""
    if not by.is_authenticated or not by.is_active:
        return False
    _path, roles = standing_today(by)
    return any(role == Role.ADMINISTRATOR and len(path) == Branch.steplen for role, path in roles)


def is_superuser(by: Any) -> bool:
    """Made at the console; the only one who may edit accounts and groups as such."""
    return bool(by.is_authenticated and by.is_active and by.is_superuser)


BOARD = Access("board", can_oversee)
BACK_OFFICE = Access("back-office", can_enter_back_office)
ADMINISTRATION = Access("administration", can_administer)
SCHOOL = Access("school", can_administer_school)
SUPERUSER = Access("superuser", is_superuser)
