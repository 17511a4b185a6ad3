"""Which machines carry a live class at this moment, for work that can wait until it is over.

A key in Redis for each machine, which goes by itself when whoever carries the class dies. It only
asks heavy work to make way: without Redis nobody is on the air, and the work goes on.
"""

import logging
import socket
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30
AWAY = (redis.RedisError, OSError)


def this_host() -> str:
    """The name the machine has among those that serve the school."""
    return socket.gethostname()


def hold(host: str = "") -> None:
    """A class is carried by this machine for the next LEASE_SECONDS; said again while it lasts."""
    try:
        _client().set(_key(host), "1", ex=LEASE_SECONDS)
    except AWAY as error:
        logger.warning("on air: the lease was not taken: %s", error)


def release(host: str = "") -> None:
    """The last class this machine carried is over."""
    try:
        _client().delete(_key(host))
    except AWAY as error:
        logger.warning("on air: the lease was not given back: %s", error)


def is_on_air(host: str = "") -> bool:
    """Whether the machine (this one, unless named) carries a live class."""
    try:
        return bool(_client().exists(_key(host)))
    except AWAY as error:
        logger.warning("on air: nobody could be asked: %s", error)
        return False


def _key(host: str) -> str:
    return f"lms:{settings.DATABASES['default']['NAME']}:on-air:{host or this_host()}"


@cache
def _client() -> "redis.Redis":
    address = str(settings.CACHES["default"]["LOCATION"])
    return redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2)
