"""Signing in and out reaches the browser's push."""

from typing import Any

from django.http import HttpRequest

from live.push import services
from live.push.cookie import browser_of


def signed_out(*, request: HttpRequest, **_kwargs: Any) -> None:
    key = request.session.session_key
    browser_id = browser_of(request)
    if key or browser_id:
        services.signed_out(session_key=key or "", browser_id=browser_id)


def signed_in(*, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    browser_id = browser_of(request)
    if browser_id is not None:
        services.signed_in(
            member=user, session_key=request.session.session_key or "", browser_id=browser_id
        )
