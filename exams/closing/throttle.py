"""How often one address may ask the public page: enough for a person, too little for guessing."""

from django.core.cache import cache
from django.http import HttpRequest

A_MINUTE = 20
_SECONDS = 60


def is_too_often(request: HttpRequest) -> bool:
    """Counts this request of its address; whether there were too many within the minute."""
    key = f"verify-year:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=_SECONDS)
    try:
        return int(cache.incr(key)) > A_MINUTE
    except ValueError:  # the minute ended in between
        return False
