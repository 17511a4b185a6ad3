"""The ticket that lets a player report beats: what a session was opened with, signed.

The beat route asks no session store and no permission: who may watch was decided when the
session was opened, and the signature says so until it runs out.
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from courses.progress.intervals import Policy

# One sitting; a player whose ticket ran out opens a new session and goes on.
TICKET_SECONDS = 12 * 3600

_SIGNATURE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a signed ticket says. `session` is the session's id in hexadecimal."""

    session: str
    member_id: int
    lesson_id: int
    policy: Policy
    expires: int


@cache
def _key() -> bytes:
    return hashlib.sha256(b"courses.progress.ticket" + settings.SECRET_KEY.encode()).digest()


def _sign(said: str) -> str:
    return hmac.digest(_key(), said.encode(), "sha256").hex()


def issue_ticket(ticket: Ticket) -> str:
    policy = ticket.policy
    said = (
        f"{ticket.session}.{ticket.member_id}.{ticket.lesson_id}."
        f"{policy.duration_ms}.{policy.allowed_percent}.{ticket.expires}"
    )
    return f"{said}.{_sign(said)}"


def read_ticket(text: str, now_seconds: float) -> Ticket | None:
    """What the ticket says, or None if it was not issued here or has run out."""
    said, _, signature = text.rpartition(".")
    if len(signature) != _SIGNATURE_LENGTH or not text.isascii():
        return None
    if not hmac.compare_digest(_sign(said), signature):
        return None
    session, member, lesson, duration, percent, expires = said.split(".")
    if int(expires) <= now_seconds:
        return None
    return Ticket(
        session, int(member), int(lesson), Policy(int(duration), int(percent)), int(expires)
    )
