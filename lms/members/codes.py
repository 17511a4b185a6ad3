"""First sign-in codes of members: issued for a month, good until a password is chosen."""

import datetime as dt

from django.conf import settings
from django.utils.crypto import get_random_string

from lms.core import clock
from lms.members.first_code import code_for, same_code
from lms.members.models import Member

FIRST_CODE_LASTS = dt.timedelta(days=30)


def new_salt() -> str:
    return get_random_string(32)


def has_standing_code(member: Member) -> bool:
    """The member has chosen no password and still may, by code."""
    return bool(
        not member.has_usable_password()
        and member.first_code_salt
        and member.first_code_until is not None
        and member.first_code_until > clock.now()
    )


def standing_code(member: Member) -> str:
    """The member's code as it is printed; meaningful while `has_standing_code`."""
    return code_for(secret=settings.SECRET_KEY, salt=member.first_code_salt, number=member.number)


def is_standing_code(member: Member, typed: str) -> bool:
    """`typed` is the code the member may sign in with now."""
    return has_standing_code(member) and same_code(typed, standing_code(member))
