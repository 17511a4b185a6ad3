"""The lease that says a machine carries a live class."""

import pytest
import redis
from django.conf import settings

from lms.core import on_air


@pytest.fixture
def host():
    name = "test-host"
    yield name
    on_air.release(name)


def test_held_until_released(host):
    assert on_air.is_on_air(host) is False
    on_air.hold(host)
    on_air.hold(host)
    assert on_air.is_on_air(host) is True
    assert on_air.is_on_air("another-host") is False
    on_air.release(host)
    assert on_air.is_on_air(host) is False


def test_without_a_name_this_machine_is_meant():
    on_air.hold()
    assert on_air.is_on_air() is True
    assert on_air.is_on_air(on_air.this_host()) is True
    on_air.release()
    assert on_air.is_on_air() is False


def test_goes_by_itself_when_nobody_says_it_again(host):
    on_air.hold(host)
    client = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
    left = client.ttl(on_air._key(host))
    assert 0 < left <= on_air.LEASE_SECONDS


def test_without_redis_nobody_is_on_the_air(settings, host):
    settings.CACHES = {"default": {"LOCATION": "unix:///nowhere/redis.sock"}}
    on_air._client.cache_clear()
    try:
        on_air.hold(host)
        assert on_air.is_on_air(host) is False
        on_air.release(host)
    finally:
        on_air._client.cache_clear()
