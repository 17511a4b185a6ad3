"""Sessions in the database: Django's own, read in one statement."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from lms.members.sessions import SessionStore

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def kept(**said: Any) -> str:
    """A saved session with this in it; its key."""
    store = SessionStore()
    store.update(said)
    store.save()
    assert store.session_key is not None
    return str(store.session_key)


def test_it_is_the_store_of_the_school_and_reads_what_djangos_own_reads() -> None:
    assert f"{settings.SESSION_ENGINE}.SessionStore" == (
        f"{SessionStore.__module__}.{SessionStore.__qualname__}"
    )
    key = kept(place="课程", count=3)
    assert SessionStore(key).load() == {"place": "课程", "count": 3}
    assert SessionStore(key).load() == db.SessionStore(key).load()


def test_each_key_has_its_own_and_is_read_in_one_statement(django_assert_num_queries: Any) -> None:
    first, second = kept(name="张三"), kept(name="李四")
    SessionStore(first).load()
    with django_assert_num_queries(2):
        assert SessionStore(first)["name"] == "张三"
        assert SessionStore(second)["name"] == "李四"


def test_what_is_over_or_unknown_is_empty_and_forgets_its_key(now: Any) -> None:
    key = kept(name="张三")
    expires = Session.objects.get(pk=key).expire_date
    for moment, found in ((expires - dt.timedelta(seconds=1), "张三"), (expires, None)):
        now.move_to(moment)
        store = SessionStore(key)
        assert (store.get("name"), store.session_key) == (found, key if found else None)
    unknown = SessionStore("a" * 32)
    assert (unknown.load(), unknown.session_key) == ({}, None)


def test_what_was_tampered_with_is_empty() -> None:
    key = kept(name="张三")
    Session.objects.filter(pk=key).update(session_data="x" * 80)
    assert SessionStore(key).load() == {}


def test_what_is_saved_flushed_or_cycled_is_seen_at_once() -> None:
    store = SessionStore(kept(name="张三"))
    store["name"] = "李四"
    store.save()
    before = store.session_key
    assert SessionStore(before)["name"] == "李四"
    store.cycle_key()
    assert (SessionStore(before).load(), SessionStore(store.session_key)["name"]) == ({}, "李四")
    after = store.session_key
    store.flush()
    assert SessionStore(after).load() == {}
