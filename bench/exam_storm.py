"""A thousand members begin within ten seconds, save every fifteen, hand in in the last thirty.

Over real HTTP, each member with a connection of their own. In the middle all web processes are
killed (`kill -9`) and started again; learners go on as the page does, by sending once more. At the
end every acknowledged answer has to be in the database with at least the revision acknowledged.
"""

import asyncio
import random
import time
from typing import Any

import uvloop
from psycopg import sql

from bench.exam_school import QUESTIONS, BrokenError, Learner, Server, prepare, quantile
from bench.schools import connect, drop, manage, row
from lms import embedded

MEMBERS = 1_000
FETCH_SECONDS = 10.0
SAVE_EVERY = 15.0
SAVE_ROUNDS = 4
KILL_AFTER = FETCH_SECONDS + SAVE_EVERY * SAVE_ROUNDS / 2
SUBMIT_SECONDS = 30.0
DATABASE = "bench_exam_storm"


class Storm:
    """What the learners measured."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {"start": [], "save": [], "submit": []}
        self.errors: list[str] = []
        self.last_start = 0.0


async def _sit(learner: Learner, storm: Storm, began: float) -> None:
    chance = random.Random(learner.session)
    try:
        # All come in the first nine tenths: the last ones have to be served in time too.
        await asyncio.sleep(chance.uniform(0, FETCH_SECONDS * 0.9))
        storm.seconds["start"].append(await learner.start())
        storm.last_start = max(storm.last_start, time.monotonic() - began)
        offset = chance.uniform(0, SAVE_EVERY)
        for turn in range(SAVE_ROUNDS):
            due = began + FETCH_SECONDS + turn * SAVE_EVERY + offset
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            storm.seconds["save"].append(await learner.save(chance.randrange(QUESTIONS) + 1))
        due = began + FETCH_SECONDS + SAVE_ROUNDS * SAVE_EVERY
        await asyncio.sleep(max(0.0, due + chance.uniform(0, SUBMIT_SECONDS) - time.monotonic()))
        storm.seconds["submit"].append(await learner.submit())
    except BrokenError as error:
        storm.errors.append(str(error))


async def _all(server: Server, everybody: list[Learner]) -> tuple[Storm, float]:
    storm = Storm()
    began = time.monotonic()
    down = 0.0

    async def kill() -> None:
        nonlocal down
        await asyncio.sleep(KILL_AFTER)
        server.kill()
        killed = time.monotonic()
        server.start()
        await asyncio.to_thread(server.await_answers)
        down = time.monotonic() - killed

    await asyncio.gather(kill(), *(_sit(learner, storm, began) for learner in everybody))
    return storm, down


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    hold = embedded.ensure_services()
    server = Server(DATABASE)
    try:
        drop(DATABASE)
        with connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        manage(DATABASE, "migrate", "--verbosity=0")
        school = prepare(DATABASE, members=MEMBERS)
        server.start()
        server.await_answers()
        everybody = [
            Learner(server.port, school["exam"], session) for session in school["sessions"]
        ]
        storm, down = uvloop.run(_all(server, everybody))
        return _rows(storm, down, everybody, *_kept(everybody))
    finally:
        server.stop()
        drop(DATABASE)
        hold.close()


def _kept(everybody: list[Learner]) -> tuple[int, int]:
    """Acknowledged answers that are not there, and receipts that are not."""
    with connect(DATABASE) as connection:
        items = dict(connection.execute("SELECT id::text, items FROM exams_attempt").fetchall())
        answers = {
            (attempt, item): revision
            for attempt, item, revision in connection.execute(
                "SELECT attempt_id::text, item_id, revision FROM exams_answer"
            ).fetchall()
        }
        receipts = {
            receipt
            for (receipt,) in connection.execute(
                "SELECT receipt FROM exams_attempt WHERE state = 'finished'"
            ).fetchall()
        }
    missing = sum(
        answers.get((learner.attempt, items[learner.attempt][place - 1][0]), 0) < revision
        for learner in everybody
        for place, revision in learner.acknowledged.items()
    )
    return missing, sum(learner.receipt not in receipts for learner in everybody)


def _rows(
    storm: Storm, down: float, everybody: list[Learner], missing: int, unreceipted: int
) -> list[dict[str, Any]]:
    acknowledged = sum(len(learner.acknowledged) for learner in everybody)
    rows = [
        row("members served their paper", len(storm.seconds["start"]), "", reference=MEMBERS),
        row(
            "the last of them after",
            storm.last_start,
            "s",
            aim="<= 10 s",
            holds=storm.last_start <= FETCH_SECONDS,
        ),
        row("errors", len(storm.errors), "", aim="none", holds=not storm.errors),
        row("web down after kill -9", down, "s"),
        row("sent again meanwhile", sum(learner.retries for learner in everybody), ""),
        row(
            "acknowledged answers missing",
            missing,
            f"of {acknowledged}",
            aim="none",
            holds=missing == 0,
        ),
        row("receipts missing", unreceipted, f"of {MEMBERS}", aim="none", holds=unreceipted == 0),
    ]
    for operation, seconds in storm.seconds.items():
        for share, label in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
            rows.append(row(f"{operation} {label}", quantile(seconds, share), "ms"))
    for error in storm.errors[:3]:
        print(error)
    return rows
