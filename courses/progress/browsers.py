"""Which browser a sitting was opened in: a random number in a cookie of our own, and no more.

Nothing of the device is read. What is kept with a sitting is not the number but its hash under a
key that changes every year, so that no browser can be followed from one year into the next.
"""

import hashlib
import hmac
import secrets
import string

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "browser"
ONE_YEAR_SECONDS = 365 * 24 * 3600
_LENGTH = 32


def number_of(request: HttpRequest) -> str:
    """The browser's number; a new one if it has none, or something that is not ours."""
    kept = request.COOKIES.get(COOKIE, "")
    if len(kept) == _LENGTH and set(kept) <= set(string.hexdigits):
        return kept
    return secrets.token_hex(_LENGTH // 2)


def remember(request: HttpRequest, response: HttpResponse, number: str) -> None:
    """Give the browser its number, if it has not got it."""
    if request.COOKIES.get(COOKIE) != number:
        response.set_cookie(
            COOKIE,
            number,
            max_age=ONE_YEAR_SECONDS,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )


def mark(number: str, year: int) -> str:
    """What is written down of the browser in that year."""
    key = hashlib.sha256(f"courses.progress.browser.{year}.{settings.SECRET_KEY}".encode()).digest()
    return hmac.digest(key, number.encode(), "sha256").hex()[:_LENGTH]
