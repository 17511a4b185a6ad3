"""How long the one throttle, which counts every way of signing in, holds somebody off."""

import datetime as dt
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.db.models import Max
from django.http import HttpRequest

from lms.core import clock


def locked_until(request: HttpRequest, credentials: dict[str, Any] | None) -> dt.datetime:
    """When this name may be tried again from this address."""
    AxesProxyHandler.update_request(request)
    attempts = AxesProxyHandler.get_implementation().get_user_attempts(request, credentials)
    last = max(
        (when for rows in attempts if (when := rows.aggregate(at=Max("attempt_time"))["at"])),
        default=clock.now(),
    )
    return last + (get_cool_off(request) or dt.timedelta(0))
