"""Fixtures every test may use. Real PostgreSQL, Redis, Chromium; nothing is mocked."""

from tests.support import environment  # isort: skip  (before anything reads the settings)

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from hypothesis import HealthCheck, settings

from lms import embedded

# How long anything takes never fails a test; it is for `make bench`.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")
# For the minutes in between: `make test-fast` asks each property a few times, `make test` often.
settings.register_profile("fast", settings.get_profile("default"), max_examples=15)

django.setup()
# Inherited by a worker of pytest-xdist, it would have the settings read before that worker has
# taken a slot of its own.
del os.environ["DJANGO_SETTINGS_MODULE"]

CHROMIUM = "/usr/bin/chromium"
ARTEFACTS = environment.BASE_DIR / "var" / "artefacts"

_hold: list[embedded.Hold] = []


def pytest_sessionstart(session: pytest.Session) -> None:
    if not session.config.option.collectonly:
        _hold.append(embedded.ensure_services())


def pytest_sessionfinish() -> None:
    from tests.support.databases import close_connections

    close_connections()
    while _hold:
        _hold.pop().close()
    shutil.rmtree(environment.MEDIA_ROOT, ignore_errors=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Whatever opens a browser, commits or speaks to a bucket is marked, early enough for `-m`."""
    names = set(getattr(item, "fixturenames", ()))
    if {"page", "context", "browser"} & names:
        item.add_marker("browser")
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if "bucket" in names or parameters.get("any_storage") == "bucket":
        item.add_marker("slow")
    django_db = item.get_closest_marker("django_db")
    commits = django_db is not None and django_db.kwargs.get("transaction")
    if commits or "transactional_db" in names:
        item.add_marker("slow")  # a database of its own is made for it


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers come last.

    Playwright keeps an event loop running in the main thread from the first page to the end of
    the session: what needs a loop of its own, or a thread without one, has to come before.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


# --- Database and Redis -------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A copy of the migrated template, put back after each test that commits."""
    from django.core.cache import cache
    from django.test import TransactionTestCase

    from tests.support import databases

    with django_db_blocker.unblock():
        databases.copy_template()
        cache.clear()
    again = databases.copy_template_and_another
    TransactionTestCase._fixture_teardown = lambda case: again()  # type: ignore[method-assign,misc]
    yield
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop may still be there
    with django_db_blocker.unblock():
        databases.drop()


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    """Cache and queues are empty at the start of each test that has the database."""
    names = set(request.fixturenames)
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & names:
        import redis
        from django.conf import settings

        address = settings.CACHES["default"]["LOCATION"]
        with redis.Redis.from_url(address) as client:
            client.flushdb()


@pytest.fixture
def run_queued() -> Callable[..., list[str]]:
    """`run_queued()` runs here what was put on the queues; returns the tasks' names in order."""
    from tests.support.queues import run_queued as run

    return run


# --- The school, served ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _server_thread(django_db_setup: None) -> Iterator[Any]:
    from tests.support.processes import ServerThread

    server = ServerThread()
    yield server
    server.stop()


@pytest.fixture
def school_server(transactional_db: None, _server_thread: Any) -> str:
    """The address of the school, served over real HTTP against the test database."""
    return str(_server_thread.url)


@pytest.fixture
def web_process(transactional_db: None, tmp_path: Path) -> Iterator[Any]:
    """The school in a process of its own, to be killed."""
    from tests.support.processes import WebProcess

    web = WebProcess(log=tmp_path / "web.log")
    yield web
    web.stop()


@pytest.fixture
def start_worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`start_worker(NAME="value")` starts a Celery worker on all queues; stopped afterwards."""
    from tests.support.processes import WorkerProcess

    workers = []

    def start(**environment_variables: str) -> Any:
        worker = WorkerProcess(log=tmp_path / f"worker-{len(workers)}.log", **environment_variables)
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.stop()


# --- Where lectures are kept ----------------------------------------------------------------------


@pytest.fixture(scope="session")
def _buckets() -> Iterator[Any]:
    from tests.support.bucket import Buckets

    buckets = Buckets()
    buckets.start()
    yield buckets
    buckets.stop()


@pytest.fixture
def bucket(request: pytest.FixtureRequest, settings: Any) -> str:
    """Lectures are kept in a new bucket; its MEDIA_STORAGE_URL."""
    url: str = request.getfixturevalue("_buckets").make()
    settings.MEDIA_STORAGE_URL = url
    return url


@pytest.fixture(params=["folder", "bucket"])
def any_storage(request: pytest.FixtureRequest) -> str:
    """The same test twice: with lectures in a folder, and in a bucket."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return str(request.param)


# --- The browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if not Path(CHROMIUM).exists():
        pytest.exit(
            "Browser tests need Debian's packages chromium and fonts-noto-cjk: "
            "apt-get install chromium fonts-noto-cjk",
            returncode=1,
        )
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--autoplay-policy=no-user-gesture-required",
            # A camera and a microphone that are not there, and nobody to ask for them.
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(autouse=True)
def _database_beside_playwright(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Playwright keeps an event loop in this thread, which Django takes for async code."""
    if "browser" in request.fixturenames:
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept to be looked at."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    os.utime(ARTEFACTS)
    return ARTEFACTS
