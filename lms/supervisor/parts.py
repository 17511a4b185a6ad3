"""The parts of the tree, each a command of its own, so many machines can run them apart."""

import argparse
import os
import socket
import warnings
from collections.abc import Sequence
from typing import Any

import uvicorn

from lms import embedded, env

THREADS = {"first": 1, "media": max(1, (os.cpu_count() or 1) // 2)}  # ffmpeg uses two cores a job
DEFAULT_THREADS = 4


def web(arguments: Sequence[str]) -> None:
    """`python -m lms web`: pages, beats and sockets on HOST:PORT, or on a listening socket."""
    parser = argparse.ArgumentParser(prog="python -m lms web")
    parser.add_argument("--fd", type=int, help="a listening socket inherited from the parent")
    parser.add_argument("--after", type=int, help="a pipe: open when its other end is closed")
    options = parser.parse_args(arguments)
    config = serving(host=env.HOST, port=env.PORT)
    sockets = None if options.fd is None else [socket.socket(fileno=options.fd)]
    if options.after is not None:
        config.load()
        os.read(options.after, 1)
    with embedded.held():
        uvicorn.Server(config).run(sockets=sockets)


def serving(*, host: str = "127.0.0.1", port: int) -> uvicorn.Config:
    """How a web process serves, on whatever address."""
    return uvicorn.Config(
        "lms.asgi:application",
        host=host,
        port=port,
        lifespan="auto",
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="lms.core.rooms.wire:RoomProtocol",
        ws_max_size=65_536,
        # One frame goes to a thousand sockets: compressing it for each costs more than it saves.
        ws_per_message_deflate=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=8,
        forwarded_allow_ips=env.TRUSTED_PROXIES,
    )


def worker(arguments: Sequence[str]) -> None:
    """`python -m lms worker`: a Celery worker on the queues named, all of them by default."""
    from celery.exceptions import SecurityWarning

    from lms.celery import app
    from lms.core.tasks import QUEUES

    parser = argparse.ArgumentParser(prog="python -m lms worker")
    parser.add_argument("--queues", default=",".join(QUEUES))
    parser.add_argument("--threads", type=int)
    options = parser.parse_args(arguments)
    threads = options.threads or THREADS.get(options.queues, DEFAULT_THREADS)
    words = ["worker", "--pool=threads", f"--concurrency={threads}", f"--queues={options.queues}"]
    words += ["--loglevel=INFO", "--without-gossip", "--without-mingle"]
    # As root Celery warns of pickled tasks; ours are JSON, and ffmpeg is confined by its own part.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    words += [f"--hostname={options.queues.split(',')[0]}-{os.getpid()}@%h"]
    _run(app, words)


def beat(arguments: Sequence[str]) -> None:
    """`python -m lms beat`: the scheduler. Two of them do no harm, none is what must not be."""
    from lms.celery import app

    argparse.ArgumentParser(prog="python -m lms beat").parse_args(arguments)
    schedule = env.VAR_DIR / "beat-schedule"
    _run(app, ["beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=WARNING"])


def _run(app: Any, words: list[str]) -> None:
    with embedded.held():
        app.start(argv=words)
