"""Posting to a learning record store: in order, from where it stopped, and never by default."""

import base64
import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine

from lms.core import clock
from lms.reports.xapi import services
from lms.reports.xapi.models import LrsProgress
from lms.reports.xapi.services import LrsRefusedError, push_statements
from lms.reports.xapi.tasks import push_statements as push_task
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import make_branch_tree, make_member

pytestmark = pytest.mark.django_db


class Store(HTTPServer):
    """A learning record store that keeps what it takes, and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[int] = []
        self.taken: list[list[dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/xapi"


class _Handler(BaseHTTPRequestHandler):
    server: Store

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.headers.append(
            {"path": self.path, **{name.lower(): value for name, value in self.headers.items()}}
        )
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == 200:
            self.server.taken.append(said)
        body = b"[]" if status == 200 else b"database is locked"
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"{self.server.endpoint}/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def store(settings: Any) -> Iterator[Store]:
    served = Store()
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.LRS_ENDPOINT = served.endpoint + "/"
    settings.LRS_KEY, settings.LRS_SECRET = "key", "secret"
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def make_entries(count: int) -> None:
    member = make_member(make_branch_tree().first)
    for _ in range(count):
        make_entry(member)


def ids(batches: list[list[dict[str, Any]]]) -> list[str]:
    return [statement["id"] for batch in batches for statement in batch]


def test_nothing_is_posted_unless_a_store_is_set(settings: Any) -> None:
    make_entries(1)
    assert settings.LRS_ENDPOINT == ""
    assert push_statements() == 0
    assert LrsProgress.objects.count() == 0


def test_batches_arrive_in_order_and_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "ENTRIES_A_BATCH", 2)
    make_entries(3)
    assert push_statements() == 15
    assert [len(batch) for batch in store.taken] == [10, 5]
    assert len(set(ids(store.taken))) == 15
    assert "stored" not in store.taken[0][0]
    assert push_statements() == 0
    assert len(store.taken) == 2
    said = store.headers[0]
    key = base64.b64encode(b"key:secret").decode()
    assert (said["path"], said["authorization"]) == ("/xapi/statements", f"Basic {key}")
    assert (said["x-experience-api-version"], said["content-type"]) == ("1.0.3", "application/json")


def test_new_entries_and_reversals_follow(store: Store) -> None:
    member = make_member(make_branch_tree().first)
    entry = make_entry(member)
    make_entry(member, category="individual", said={})
    assert push_statements() == 5
    make_reversal(entry, by=member)
    assert push_statements() == 1
    assert store.taken[1][0]["object"]["id"] == store.taken[0][-1]["id"]


def test_a_refused_batch_is_posted_again_later_and_nothing_behind_it_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ENTRIES_A_BATCH", 1)
    make_entries(2)
    store.answers = [200, 503, 500]
    noon = dt.datetime(2027, 1, 4, 4, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False) as now:
        with pytest.raises(LrsRefusedError, match="503 database is locked"):
            push_statements()
        progress = LrsProgress.objects.get()
        assert (progress.position, progress.failures) == (1, 1)
        assert (progress.reason, progress.try_again_at) == (
            "503 database is locked", noon + dt.timedelta(minutes=1),
        )  # fmt: skip
        assert push_statements() == 0
        now.shift(60)
        push_task()  # refused once more, which is no bug of ours
        progress.refresh_from_db()
        assert progress.try_again_at == clock.now() + dt.timedelta(minutes=2)
        now.shift(120)
        assert push_statements() == 5
    progress.refresh_from_db()
    assert (progress.position, progress.failures, progress.reason) == (2, 0, "")
    assert len(store.headers) == 4
    assert len(set(ids(store.taken))) == 10


def test_who_was_killed_after_posting_posts_the_same_again(store: Store) -> None:
    make_entries(1)
    push_statements()
    LrsProgress.objects.update(position=0)
    push_statements()
    assert store.taken[0] == store.taken[1]


def test_the_key_does_not_follow_a_redirect(store: Store) -> None:
    make_entries(1)
    store.answers = [302]
    with pytest.raises(LrsRefusedError, match="302"):
        push_statements()
    assert [said["path"] for said in store.headers] == ["/xapi/statements"]


def test_a_store_that_is_not_there_is_waited_for(settings: Any) -> None:
    make_entries(1)
    settings.LRS_ENDPOINT = "http://127.0.0.1:1"
    with pytest.raises(LrsRefusedError, match="refused"):
        push_statements()
    assert LrsProgress.objects.get().failures == 1
