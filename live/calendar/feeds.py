"""A calendar of classes in the format of RFC 5545, and what an address of one looks like; pure."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event

# Calendar programs look again by themselves; they are asked to within this.
LOOK_AGAIN = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One class as a calendar has it."""

    uid: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    title: str
    about: str
    address: str
    is_cancelled: bool = False


def calendar_of(entries: Iterable[Entry], *, name: str, now: dt.datetime) -> bytes:
    """The whole feed, as it is sent."""
    calendar = Calendar()
    calendar.add("prodid", "-//party school//live classes//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now)
        event.add("dtstart", entry.starts_at.astimezone(dt.UTC))
        event.add("dtend", entry.ends_at.astimezone(dt.UTC))
        event.add("summary", entry.title)
        event.add("description", entry.about)
        event.add("url", entry.address)
        event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def new_secret() -> str:
    """What an address ends with: 256 random bits nobody can guess."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(secret.encode()).hexdigest()
