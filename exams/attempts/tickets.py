"""The ticket that lets a sitting save answers: whose attempt, on which device, signed.

The route of answers asks no session store and no permission: who may write was decided when the
questions were handed out. Whether the attempt is still open is asked of the database every time.
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache

from django.conf import settings

# Longer than any sitting; a page whose ticket ran out gets another with its state.
TICKET_SECONDS = 12 * 3600

_SIGNATURE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a signed ticket says. `attempt` is its id in hexadecimal, `device` may be empty."""

    attempt: str
    member_id: int
    device: str
    expires: int


@cache
def _key() -> bytes:
    return hashlib.sha256(b"exams.attempts.ticket" + settings.SECRET_KEY.encode()).digest()


def _sign(said: str) -> str:
    return hmac.digest(_key(), said.encode(), "sha256").hex()


def issue_ticket(ticket: Ticket) -> str:
    said = f"{ticket.attempt}.{ticket.member_id}.{ticket.device}.{ticket.expires}"
    return f"{said}.{_sign(said)}"


def read_ticket(text: str, now_seconds: float) -> Ticket | None:
    """What the ticket says, or None if it was not issued here or has run out."""
    said, _, signature = text.rpartition(".")
    if len(signature) != _SIGNATURE_LENGTH or not text.isascii():
        return None
    if not hmac.compare_digest(_sign(said), signature):
        return None
    attempt, member, device, expires = said.split(".")
    if int(expires) <= now_seconds:
        return None
    return Ticket(attempt, int(member), device, int(expires))
