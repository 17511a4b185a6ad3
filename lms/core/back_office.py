"""The frame of the back office: whose it is, and a menu without doors that do not open."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from lms.core.access import declared


def is_open_to(user: Any, address: str) -> bool:
    """The address is one of ours and its declared access lets `user` in."""
    parts = urlsplit(address)
    if parts.netloc:
        return False
    try:
        match = resolve(parts.path)
    except Resolver404:
        return not parts.path  # an entry that only opens something of the page itself
    policy = declared(match.func, match.route)
    return policy is not None and policy.allows(user)


def keep_open(user: Any, entries: Iterable[Any]) -> list[Any]:
    """Those of a menu's entries that lead somewhere for `user`; entries that hold others stay."""
    return [
        entry for entry in entries if hasattr(entry, "menu") or is_open_to(user, str(entry.url))
    ]
