"""`python -m lms up`: PostgreSQL, Redis, migrations, the demo school, web, workers, beat."""

import contextlib
import fcntl
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence

from lms import embedded, env
from lms.demo.people import BRANCHES, MEMBERS, PASSWORD, Duty
from lms.supervisor.prepare import DEMO_MARK
from lms.supervisor.tree import Child, Tree, say

OPENING_SECONDS = 120
QUEUES_OF_WORKERS = {
    "worker": "exam,ledger,default,mail",
    # The small sizes of a new lecture do not wait behind the large ones of others.
    "first": "first",
    "media": "media",
}


def up(arguments: Sequence[str] = ()) -> None:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    started_at = time.monotonic()
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_only_one())
            listener = stack.enter_context(_listener())
            say("starting PostgreSQL and Redis …")
            stack.callback(embedded.await_stop)
            stack.enter_context(embedded.held())
            # Loading the code takes the doors as long as the database takes to be prepared: they
            # load meanwhile, and open when this pipe is closed.
            held_back, let_go = os.pipe()
            tree = Tree(_doors(listener.fileno(), held_back), _behind())
            stack.callback(tree.stop)
            tree.start()
            if not _prepare(stop):
                return
            os.close(let_go)
        except (embedded.ServiceStartError, NotOpenedError) as error:
            say(str(error))
            sys.exit(1)
        say("opening the doors …")
        opened = threading.Event()
        threading.Thread(
            target=_announce_when_open, args=[stop, opened, started_at], daemon=True
        ).start()
        tree.tend(stop, opened=opened, every=embedded.revive)
        say("closing …")
    say("closed")


class NotOpenedError(Exception):
    """The school cannot be opened; the message says why and what to do."""


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """One tree per checkout: two would run two schedulers on one database."""
    env.VAR_DIR.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(env.VAR_DIR / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            process = os.pread(descriptor, 20, 0).decode()
            raise NotOpenedError(
                f"This school is open already (process {process}); end it first."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _listener() -> socket.socket:
    """The one address, bound before anything else is started, shared by the web processes."""
    family = socket.AF_INET6 if ":" in env.HOST else socket.AF_INET
    try:
        return socket.create_server((env.HOST, env.PORT), family=family, backlog=2048)
    except OSError as error:
        raise NotOpenedError(
            f"{env.HOST} port {env.PORT} cannot be listened on ({os.strerror(error.errno or 0)}); "
            "choose another one: PORT=8001 make run"
        ) from None


def _prepare(stop: threading.Event) -> bool:
    """Migrate, and build the demo school on the first start; False if told to stop meanwhile."""
    preparation = Child("prepare", ["prepare"])
    preparation.start()
    assert preparation.process is not None
    while preparation.running:
        if stop.wait(0.05):
            preparation.stop()
            return False
    if preparation.process.wait():
        raise NotOpenedError("The database could not be prepared; the lines above say why.")
    return True


def _doors(listener: int, held_back: int) -> list[Child]:
    return [
        Child(
            f"web {number}",
            ["web", "--fd", str(listener), "--after", str(held_back)],
            descriptors=[listener, held_back],
        )
        for number in range(1, env.WEB_PROCESSES + 1)
    ]


def _behind() -> list[Child]:
    workers = [
        Child(name, ["worker", "--queues", queues]) for name, queues in QUEUES_OF_WORKERS.items()
    ]
    return [*workers, Child("beat", ["beat"])]


def _announce_when_open(stop: threading.Event, opened: threading.Event, started_at: float) -> None:
    """Say that the school is open once it answers. A door that stays shut holds up nothing else:
    `opened` is set after OPENING_SECONDS too.
    """
    deadline = time.monotonic() + OPENING_SECONDS
    while not _answers():
        if stop.wait(0.1):
            return
        if time.monotonic() > deadline:
            say(f"no answer from {_address()} yet; the lines above may say why")
            opened.set()
            deadline = time.monotonic() + OPENING_SECONDS
    if stop.is_set():
        return
    opened.set()
    say(f"open after {time.monotonic() - started_at:.0f} s")
    for line in _announcement():
        say(line)


def _address() -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(env.HOST, env.HOST)  # noqa: S104
    return f"http://[{host}]:{env.PORT}" if ":" in host else f"http://{host}:{env.PORT}"


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"{_address()}/healthz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _announcement() -> list[str]:
    lines = ["", f"The school is open:  {_address()}", ""]
    if DEMO_MARK.exists():
        lines += [f"Demo accounts (password of all: {PASSWORD})", *_demo_accounts(), ""]
    return [*lines, "Ctrl-C ends it.", ""]


def _demo_accounts() -> list[str]:
    """Everyone with a duty, and the first two of those without."""
    names = {branch.key: branch.name for branch in BRANCHES}
    duties = [member for member in MEMBERS if member.duty is not Duty.MEMBER]
    others = [member for member in MEMBERS if member.duty is Duty.MEMBER][:2]
    return [
        f"  {member.number}  {member.duty:<14}{names[member.branch]}  {member.name}"
        for member in [*duties, *others]
    ]
