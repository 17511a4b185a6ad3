"""/healthz and /readyz: alive, ready, degraded, not ready; and nothing secret."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from lms.core import clock
from lms.core.health import queries
from lms.core.health.services import report_worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    queries._migrated.clear()


def test_a_live_process_says_so(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.slow
def test_a_school_with_a_worker_is_ready(client: Client) -> None:
    report_worker()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert {name for name, check in answer.json()["checks"].items() if check["ok"]} == {
        "database",
        "migrations",
        "redis",
        "disk",
        "worker",
        "ledger_years",
        "sums",
    }


@pytest.mark.slow
def test_a_worker_not_seen_for_a_minute_degrades_it(client: Client) -> None:
    report_worker()
    with time_machine.travel(clock.now() + dt.timedelta(seconds=61)):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["worker"]["ok"] is False


def test_pending_migrations_close_the_door(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="members").order_by("id").last().delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")


def test_a_lost_redis_only_degrades_it(client: Client) -> None:
    nowhere = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent.sock"}}
    with override_settings(CACHES=nowhere):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["redis"] == {"ok": False, "detail": "does not answer"}


def test_it_tells_nothing_secret(client: Client) -> None:
    said = client.get("/readyz").content.decode()
    secrets = [settings.SECRET_KEY, settings.DATABASES["default"]["HOST"], str(settings.BASE_DIR)]
    assert [secret for secret in secrets if secret in said] == []
