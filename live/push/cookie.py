"""By what the school knows a browser that asked for push again after its session is over.

A session lasts a day and a browser is told for a year: signing out next week, or somebody else
signing in, has to find the row. The cookie is signed, holds a number and opens nothing.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NAME = "push-browser"
SECONDS = 365 * 24 * 3600
_SALT = "live.push.browser"


def browser_of(request: HttpRequest) -> int | None:
    """The number of the browser this request comes from, as we once wrote it down."""
    said = request.get_signed_cookie(NAME, default="", salt=_SALT, max_age=SECONDS) or ""
    return int(said) if said.isascii() and said.isdecimal() else None


def mark(response: HttpResponse, browser_id: int) -> None:
    response.set_signed_cookie(
        NAME,
        str(browser_id),
        salt=_SALT,
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def unmark(response: HttpResponse) -> None:
    response.delete_cookie(NAME, samesite="Lax")
