"""Signing in by member number or phone."""

import unicodedata
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from lms.members.codes import is_standing_code
from lms.members.models import Member
from lms.members.queries import member_named, person


def folded_name(name: str) -> str:
    """What was typed as a name, without the blanks and wide digits of an input method."""
    return unicodedata.normalize("NFKC", name).replace("\0", "").strip()


def throttled_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The name attempts are counted under: all numbers and phones of one person are one name."""
    typed = credentials.get("username") if credentials else None
    if typed is None and request is not None:
        typed = request.POST.get("login")
    name = folded_name(typed or "")
    member = member_named(name)
    return (member.merged_into or member).number if member else name[:255]


def merged_record(name: str, password: str) -> Member | None:
    """The record merged into another whose own name and password these are, if any is."""
    record = member_named(folded_name(name))
    if record is None or record.merged_into is None:
        return None
    return record if record.check_password(password) else None


class NumberOrPhoneBackend(ModelBackend):
    """Accepts the member number or the phone as the name, and always spends one hash.

    The number of a merged record is another name of the record it was merged into; `came_by` then
    says so to who has signed in.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Member | None:
        name = username or kwargs.get("number")
        if not name or password is None:
            return None
        record = member_named(folded_name(name))
        if record is None:
            Member().set_password(password)  # equal time whether the name exists or not
            return None
        member: Any = record.merged_into or record
        member.came_by = record.number if member is not record else ""
        # Where there is no password yet, Django spends the time of one all the same.
        known = member.check_password(password) or is_standing_code(member, password)
        return member if known and self.user_can_authenticate(member) else None

    def get_user(self, user_id: int) -> Member | None:
        """The person of a request, with the roles of the day."""
        member = person(user_id)
        return member if member and self.user_can_authenticate(member) else None
