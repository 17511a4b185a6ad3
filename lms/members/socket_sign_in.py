"""Who is at the other end of a websocket: the person of the session cookie, asked again and again.

A socket outlives the request that opened it, so signing out, a new password and leaving the school
have to reach it: whoever keeps one open asks `still_signed_in`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from types import SimpleNamespace
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user

from lms.members.models import Member
from lms.members.queries import person
from lms.members.sessions import SessionStore


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the session they came by."""

    member_id: int
    session_key: str


def signed_in(headers: Iterable[tuple[bytes, bytes]]) -> tuple[SignedIn, Member] | None:
    """Who sent a handshake with these headers; None for nobody, or who may not enter yet."""
    key = _session_key(headers)
    return None if key is None else of_session(key)


def of_session(key: str) -> tuple[SignedIn, Member] | None:
    """The person of a session as they stand today; None if it is over."""
    session = SessionStore(key)
    user: Any = get_user(cast(Any, SimpleNamespace(session=session)))
    if not user.is_authenticated or not user.is_active or not user.has_usable_password():
        return None
    member = person(user.pk)
    return None if member is None else (SignedIn(member.pk, key), member)


def still_signed_in(people: Iterable[SignedIn]) -> Mapping[SignedIn, Member]:
    """Those whose session still is theirs, with their standing of today."""
    found: dict[SignedIn, Member] = {}
    for each in set(people):
        now = of_session(each.session_key)
        if now is not None and now[0] == each:
            found[each] = now[1]
    return found


def _session_key(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    cookie: SimpleCookie = SimpleCookie()
    for name, value in headers:
        if name == b"cookie":
            try:
                cookie.load(value.decode("latin-1"))
            except CookieError:
                return None
    morsel = cookie.get(settings.SESSION_COOKIE_NAME)
    key = morsel.value if morsel is not None else ""
    return key if key.isalnum() and key.isascii() else None
