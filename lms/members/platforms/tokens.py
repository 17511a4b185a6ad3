"""What a platform's token looks like and what of it is kept (pure).

`lms_` + eight characters to know it by + `_` + 43 characters of secret (256 random bits).

Kept is the SHA-256 of the whole. A slow hash such as the passwords' would protect nothing more:
it makes guessing a *person's* choice dear, while 2^256 equally likely secrets cannot be guessed
at any speed; and it would cost each request of a platform what a sign-in costs.
"""

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass

_ALPHABET = string.ascii_lowercase + string.digits
_SHAPE = re.compile(r"(lms_[a-z0-9]{8})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once, and the two things that are kept of it."""

    shown: str
    prefix: str
    digest: str


def new_token() -> NewToken:
    prefix = "lms_" + "".join(secrets.choice(_ALPHABET) for _ in range(8))
    shown = f"{prefix}_{secrets.token_urlsafe(32)}"
    return NewToken(shown, prefix, digest_of(shown))


def prefix_of(shown: str) -> str | None:
    """By what to look the token up; None for what cannot be one of ours."""
    match = _SHAPE.fullmatch(shown)
    return match[1] if match else None


def digest_of(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()


def is_token(shown: str, digest: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(digest_of(shown), digest)
