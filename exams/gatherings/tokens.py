"""What the screen shows to sign in by: a link that changes every few seconds, and a code; pure.

Both are HMACs of the gathering and of the period of time they belong to, so nothing is stored and
nothing can be computed without the school's key. Each is valid in its own period and the next:
who scans at the last moment is let in, who was sent a picture a minute later is not.
"""

import hashlib
import hmac

PERIOD_SECONDS = 25
# A person needs longer to type six digits than a camera to read a code.
CODE_PERIOD_SECONDS = 100
CODE_DIGITS = 6
_TOKEN_BYTES = 10  # 80 bits for less than a minute; short enough for a QR code seen from afar


def token_for(key: bytes, gathering_id: int, now_seconds: float) -> str:
    """The token the screen shows now: twenty hexadecimal digits."""
    return _token(key, gathering_id, _period(now_seconds, PERIOD_SECONDS))


def is_token(key: bytes, gathering_id: int, token: str, now_seconds: float) -> bool:
    """`token` is what the screen of this gathering shows now or showed in the period before."""
    period = _period(now_seconds, PERIOD_SECONDS)
    shown = [_token(key, gathering_id, at) for at in (period, period - 1)]
    return any(hmac.compare_digest(one.encode(), token.encode()) for one in shown)


def code_for(key: bytes, gathering_id: int, now_seconds: float) -> str:
    """The six digits the screen shows now."""
    return _code(key, gathering_id, _period(now_seconds, CODE_PERIOD_SECONDS))


def is_code(key: bytes, gathering_id: int, code: str, now_seconds: float) -> bool:
    """`code` is what the screen of this gathering shows now or showed in the period before."""
    period = _period(now_seconds, CODE_PERIOD_SECONDS)
    shown = [_code(key, gathering_id, at) for at in (period, period - 1)]
    return any(hmac.compare_digest(one.encode(), code.encode()) for one in shown)


def _period(now_seconds: float, length: int) -> int:
    return int(now_seconds // length)


def _token(key: bytes, gathering_id: int, period: int) -> str:
    return _digest(key, f"link/{gathering_id}/{period}")[:_TOKEN_BYTES].hex()


def _code(key: bytes, gathering_id: int, period: int) -> str:
    number = int.from_bytes(_digest(key, f"code/{gathering_id}/{period}")[:8], "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def _digest(key: bytes, said: str) -> bytes:
    return hmac.digest(key, said.encode(), hashlib.sha256)
