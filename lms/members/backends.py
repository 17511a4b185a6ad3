"""Signing in by member number or phone."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest

from lms.members.models import Member


class NumberOrPhoneBackend(ModelBackend):
    """Accepts the member number or the phone as the name, and always spends one hash."""

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
        name = name.strip()
        member = Member.objects.filter(Q(number=name) | Q(phone=name)).order_by("pk").first()
        if member is None:
            Member().set_password(password)  # equal time whether the name exists or not
            return None
        if member.check_password(password) and self.user_can_authenticate(member):
            return member
        return None
