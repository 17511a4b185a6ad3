"""How often one stranger may ask: a count in the cache for each span of time."""

from django.core.cache import cache
from django.http import HttpRequest

from lms.core import clock


def is_within(name: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more by `who`; False once there are more than `most` in this span of `seconds`."""
    span = int(clock.now().timestamp()) // seconds
    key = f"rate:{name}:{who}:{span}"
    cache.add(key, 0, seconds * 2)
    return bool(cache.incr(key) <= most)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as the server in front of us says it."""
    return str(request.META.get("REMOTE_ADDR", ""))
