"""Starts, saves and finishes a second at sixteen learners, over real HTTP.

A start is one request: it begins the attempt and brings the whole paper. A save is one answer,
committed before the reply; a finish hands in and brings the receipt. The same school is measured
with a thousand stored attempts and with a million, in turn, round after round.

Moodle, in the same order on the reference machine: start and first page, autosave, finish.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import uvloop
from psycopg import sql

from bench.exam_school import QUESTIONS, Learner, Server, prepare, quantile, store_attempts
from bench.schools import EMPTY, connect, drop, manage, row
from lms import embedded

ROUNDS = 3
LEARNERS = 16
MEMBERS = 1_000
A_ROUND = 250  # starts and finishes
SAVE_SECONDS = 4.0
SMALL, LARGE = 1_000, 1_000_000
MOODLE = {"start": 22.0, "save": 60.0, "finish": 24.0}
AIMS = {"start": 10, "save": 15, "finish": 10}


async def _everybody(
    everybody: list[Learner], act: Callable[[Learner], Awaitable[float]]
) -> tuple[float, list[float]]:
    """Each learner once, sixteen at a time: how many a second, and how long each took."""
    waiting = iter(everybody)
    seconds: list[float] = []

    async def one_after_the_other() -> None:
        for learner in waiting:
            seconds.append(await act(learner))

    began = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(LEARNERS)))
    return len(seconds) / (time.perf_counter() - began), seconds


async def _round(
    server: Server, school: dict[str, Any], turn: int
) -> dict[str, tuple[float, list[float]]]:
    first = turn * A_ROUND
    everybody = [
        Learner(server.port, school["exam"], session)
        for session in school["sessions"][first : first + A_ROUND]
    ]
    results = {"start": await _everybody(everybody, Learner.start)}
    writers = everybody[:LEARNERS]
    seconds: list[float] = []
    until = time.perf_counter() + SAVE_SECONDS

    async def write(learner: Learner) -> None:
        for number in count():
            if time.perf_counter() > until:
                return
            seconds.append(await learner.save(number % QUESTIONS + 1))

    await asyncio.gather(*(write(learner) for learner in writers))
    results["save"] = (len(seconds) / SAVE_SECONDS, seconds)
    results["finish"] = await _everybody(everybody, Learner.submit)
    for learner in everybody:
        learner.close()
    return results


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    names = {"bench_exam_small": SMALL, "bench_exam_large": LARGE}
    hold = embedded.ensure_services()
    servers: dict[str, Server] = {}
    try:
        drop(EMPTY, *names)
        with connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(EMPTY)))
            manage(EMPTY, "migrate", "--verbosity=0")
            school = prepare(EMPTY, members=MEMBERS)
            for name, stored in names.items():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(name), sql.Identifier(EMPTY)
                    )
                )
                store_attempts(name, school, members=MEMBERS, stored=stored)
        for name in names:
            servers[name] = Server(name)
            servers[name].start()
            servers[name].await_answers()
        results: dict[tuple[str, str], list[tuple[float, list[float]]]] = {}
        for turn in range(ROUNDS):
            for name, server in servers.items():
                measured = uvloop.run(_round(server, school, turn))
                for operation, result in measured.items():
                    results.setdefault((name, operation), []).append(result)
        return _rows(results, school["statements"])
    finally:
        for server in servers.values():
            server.stop()
        drop(EMPTY, *names)
        hold.close()


def _rows(
    results: dict[tuple[str, str], list[tuple[float, list[float]]]], statements: dict[str, int]
) -> list[dict[str, Any]]:
    rows = []
    for operation, moodle in MOODLE.items():
        small = results["bench_exam_small", operation]
        large = results["bench_exam_large", operation]
        rate = statistics.median(rate for rate, _seconds in small)
        aim = AIMS[operation]
        rows.append(
            row(
                f"{operation}, {LEARNERS} learners",
                rate,
                "1/s",
                reference=moodle,
                aim=f">= {aim} x Moodle",
                holds=rate >= aim * moodle,
            )
        )
        for share, label in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
            value = statistics.median(quantile(seconds, share) for _rate, seconds in small)
            is_aim = label == "p95" and operation != "save"
            rows.append(
                row(
                    f"{operation} {label}",
                    value,
                    "ms",
                    aim="<= 100 ms" if is_aim else "",
                    holds=value <= 100 if is_aim else None,
                )
            )
        growth = statistics.median(
            few / many for (few, _), (many, _) in zip(small, large, strict=True)
        )
        rows.append(
            row(
                f"{operation}: cost with {LARGE:,} stored attempts",
                1000 / statistics.median(rate for rate, _ in large),
                "ms",
                reference=1000 / rate,
                ratio=growth,
                aim="<= 1.1 x",
                holds=growth <= 1.1,
            )
        )
        name = "submit" if operation == "finish" else operation
        rows.append(row(f"{operation}: SQL statements", statements[name], ""))
    return rows
