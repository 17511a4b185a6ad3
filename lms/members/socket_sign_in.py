"""Who is at the other end of a websocket: the person of the session cookie, asked again and again.

A socket outlives the request that opened it, so signing out, a new password and leaving the school
have to reach it: whoever keeps one open asks `still_signed_in`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from lms.core import clock
from lms.members.models import Member
from lms.members.queries import members_with_roles, person
from lms.members.sessions import SessionStore


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the session they came by."""

    member_id: int
    session_key: str


def signed_in(headers: Iterable[tuple[bytes, bytes]]) -> tuple[SignedIn, Member] | None:
    """Who sent a handshake with these headers; None for nobody, or who may not enter yet."""
    key = session_key(headers)
    return None if key is None else of_sessions([key]).get(key)


def still_signed_in(people: Iterable[SignedIn]) -> Mapping[SignedIn, Member]:
    """Those whose session still is theirs, with their standing of today; two statements."""
    asked = set(people)
    now = of_sessions(each.session_key for each in asked)
    return {
        each: now[each.session_key][1]
        for each in asked
        if each.session_key in now and now[each.session_key][0] == each
    }


def of_sessions(keys: Iterable[str]) -> dict[str, tuple[SignedIn, Member]]:
    """The people of these sessions as they stand today; what is over is left out."""
    asked = set(keys)
    found = {}
    for key, (member, data) in (_one(*asked) if len(asked) == 1 else _many(asked)).items():
        if _is_theirs(member, data):
            found[key] = (SignedIn(member.pk, key), member)
    return found


def _one(key: str) -> dict[str, tuple[Member, Mapping[str, Any]]]:
    """With the statements every page begins with, which are put together already."""
    data = SessionStore(key).load()
    member_id = _member_id(data)
    member = None if member_id is None else person(member_id)
    return {} if member is None else {key: (member, data)}


def _many(keys: Iterable[str]) -> dict[str, tuple[Member, Mapping[str, Any]]]:
    running = Session.objects.filter(session_key__in=list(keys), expire_date__gt=clock.now())
    said = {row.session_key: SessionStore().decode(row.session_data) for row in running}
    whose = {key: _member_id(data) for key, data in said.items()}
    people = members_with_roles().in_bulk([pk for pk in whose.values() if pk is not None])
    return {
        key: (people[member_id], said[key])
        for key, member_id in whose.items()
        if member_id is not None and member_id in people
    }


def _member_id(data: Mapping[str, Any]) -> int | None:
    said = str(data.get(SESSION_KEY, ""))
    return int(said) if said.isascii() and said.isdecimal() else None


def _is_theirs(member: Member, data: Mapping[str, Any]) -> bool:
    """As Django asks at every request: a new password ends all sessions before it."""
    if not member.is_active or not member.has_usable_password():
        return False
    if data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    kept = data.get(HASH_SESSION_KEY, "")
    return bool(kept) and constant_time_compare(kept, member.get_session_auth_hash())


def session_key(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The session's key as the cookie has it; None without one."""
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
