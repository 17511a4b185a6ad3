"""The secretary's board and its export with a hundred members and with a hundred thousand.

Two schools stand side by side, each in a database of its own and served by a process of its own
(Django in process, no HTTP server between). Both have ten branches below the committee, so that
both pages draw the same; in the large one each of them has hundreds below it. Every member has
twenty entries. The schools are asked in turn, round after round, and the ratio is taken within
the round.
"""

import contextlib
import datetime as dt
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from lms import embedded, env

SMALL, LARGE = 100, 100_000
ENTRIES_EACH = 20
BRANCHES_ABOVE = 10
MEMBERS_A_BRANCH = 30
ROUNDS = 15
ROOT = Path(__file__).resolve().parent.parent

PAGES = {
    "board": "",
    "board, only who is behind": "?show=behind",
    "board, a name looked for": "?name=党员99",
    "board, the last page": "?page=last",
}

# --- The school, in SQL -------------------------------------------------------------------------

_PEOPLE = """
INSERT INTO members_branch (path, depth, numchild, name, code, kind)
VALUES ('0001', 1, %(above)s, '机关党委', 'B-0', 'committee');
INSERT INTO members_branch (path, depth, numchild, name, code, kind)
SELECT '0001' || lpad(n::text, 4, '0'), 2, 0, '第' || n || '党总支', 'B-' || n, 'general_branch'
FROM generate_series(1, %(above)s) n;
INSERT INTO members_branch (path, depth, numchild, name, code, kind)
SELECT '0001' || lpad((1 + n %% %(above)s)::text, 4, '0')
              || lpad((1 + n / %(above)s)::text, 4, '0'),
       3, 0, '第' || n || '党支部', 'B-' || (%(above)s + 1 + n), 'branch'
FROM generate_series(0, %(branches)s - 1) n WHERE %(branches)s > %(above)s;
INSERT INTO members_membership (member_id, branch_id, joined_on)
SELECT m.id, b.id, make_date(2020, 1, 1)
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM members_member) m
JOIN (SELECT id, row_number() OVER (ORDER BY path) - 1 AS n, count(*) OVER () AS many
      FROM members_branch b
      WHERE NOT EXISTS (SELECT FROM members_branch c WHERE c.path LIKE b.path || '____')) b
  ON b.n = m.n %% b.many;
INSERT INTO members_roleassignment (member_id, branch_id, role, from_on)
SELECT (SELECT min(id) FROM members_member), (SELECT id FROM members_branch WHERE path = '0001'),
       'administrator', make_date(2020, 1, 1);
"""

# Hours differ from member to member, so that some reach the target and most do not.
_ENTRIES = """
INSERT INTO exams_studyhourentry (
    member_id, branch_id, category, hours, earned_on, source_kind, source_id, source_title,
    rule_version, evidence, created_at, member_seq, previous_hash, hash)
SELECT m.member_id, m.branch_id,
       (ARRAY['concentrated', 'group', 'online', 'individual'])[1 + (n + m.member_id) %% 4],
       (1 + hashint8(m.member_id * 31 + n) & 7) * 0.25 + (m.member_id %% 3) * 0.75,
       %(first)s::date + (n * %(days)s / %(each)s)::int,
       'lesson', n::text, '第' || n || '讲', 'bench', '{}', now(), n,
       repeat('0', 64), repeat('0', 64)
FROM members_membership m CROSS JOIN generate_series(1, %(each)s) n;
INSERT INTO exams_ledgerhead (member_id, seq, hash)
SELECT member_id, %(each)s, repeat('0', 64) FROM members_membership;
"""


def _connect(name: str) -> psycopg.Connection[Any]:
    given = {
        "host": env.DATABASE.get("HOST"),
        "port": env.DATABASE.get("PORT"),
        "user": env.DATABASE.get("USER"),
        "password": env.DATABASE.get("PASSWORD"),
    }
    return psycopg.connect(
        **{key: value for key, value in given.items() if value}, dbname=name, autocommit=True
    )


def _drop(*names: str) -> None:
    with _connect("postgres") as connection:
        for name in names:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _make_databases(names: dict[str, int]) -> None:
    _drop(*names)
    first, *others = names
    with _connect("postgres") as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(first)))
        subprocess.run(
            [sys.executable, "-m", "lms", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_NAME": first, "LOG_LEVEL": "WARNING"},
            check=True,
        )
        for other in others:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(other), sql.Identifier(first)
                )
            )
    for name, members in names.items():
        subprocess.run(
            [sys.executable, "-m", "bench.board", "people", str(members)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_NAME": name, "LOG_LEVEL": "WARNING"},
            check=True,
        )
        with _connect(name) as connection:
            _seed(connection, members)


def make_people(count: int) -> None:
    """Members alone; in a process of its own, on the database it names."""
    env.point_django_at_settings()
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password

    from lms.members.models import Member

    password = make_password("study-2026")
    Member.objects.bulk_create(
        (
            Member(number=f"bench-{n}", name=f"党员{n}", password=password)
            for n in range(1, count + 1)
        ),
        batch_size=5000,
    )


def _seed(connection: psycopg.Connection[Any], members: int) -> None:
    today = dt.datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
    first = dt.date(today.year, 1, 1)
    values = {
        "above": BRANCHES_ABOVE,
        "branches": max(BRANCHES_ABOVE, members // MEMBERS_A_BRANCH),
        "each": ENTRIES_EACH,
        "first": first,
        "days": (today - first).days,
    }
    # Two million rows at once need no looking up of each one's member and branch.
    keys = connection.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'f'"
        " AND conrelid = 'exams_studyhourentry'::regclass"
    ).fetchall()
    for (name,) in keys:
        connection.execute(
            sql.SQL("ALTER TABLE exams_studyhourentry DROP CONSTRAINT {}").format(
                sql.Identifier(name)
            )
        )
    connection.execute("ALTER TABLE exams_studyhourentry DISABLE TRIGGER USER")
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_PEOPLE, values)
        cursor.execute(_ENTRIES, values)
    connection.execute("ALTER TABLE exams_studyhourentry ENABLE TRIGGER USER")
    connection.execute("VACUUM (ANALYZE)")


# --- One school's process -----------------------------------------------------------------------


def serve() -> None:
    """Answer commands on standard input, one JSON a line, until it ends."""
    env.point_django_at_settings()
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.db.models import Max
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from exams.credit.services import post_entry
    from exams.credit.totals import open_year, rebuild_years
    from lms.core import clock
    from lms.members.models import Branch, Member
    from lms.reports.services import recount_branches

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(Member.objects.earliest("pk"))
    address = f"/board/{Branch.objects.get(path='0001').pk}/"
    latest = Member.objects.aggregate(last=Max("pk"))["last"]

    def get(rest: str) -> int:
        if rest == "?page=last":
            rest = f"?page={-(-latest // 20)}"
        response = client.get(address + rest)
        if response.status_code != 200:
            raise RuntimeError(f"{address}{rest}: {response.status_code}")
        return sum(len(piece) for piece in response) if response.streaming else 0

    def post() -> None:
        member = Member.objects.get(pk=latest)
        post_entry(
            member=member, category="group", hours=1, earned_on=clock.today(),
            source_kind="lesson", source_id=f"after-{time.monotonic_ns()}", source_title="第一讲",
            evidence={},
        )  # fmt: skip

    def prepare() -> None:
        rebuild_years()
        open_year(year=clock.today().year, day=clock.today())

    actions = {
        "prepare": prepare,
        "recount": recount_branches,
        "post": post,
    }
    for line in sys.stdin:
        command = json.loads(line)
        with CaptureQueriesContext(connection) if command.get("count") else _nothing() as queries:
            start = time.perf_counter()
            if "get" in command:
                get(command["get"])
            else:
                actions[command["do"]]()
            seconds = time.perf_counter() - start
        answer = {
            "ms": seconds * 1000,
            "queries": len(queries) if queries is not None else 0,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(answer), flush=True)


@contextlib.contextmanager
def _nothing() -> Iterator[None]:
    yield


@dataclass
class School:
    """One school's process."""

    database: str
    process: subprocess.Popen[str]

    def ask(self, **command: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(command), file=self.process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()


def _start(database: str) -> School:
    return School(
        database,
        subprocess.Popen(
            [sys.executable, "-m", "bench.board", "serve"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_NAME": database, "LOG_LEVEL": "ERROR"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ),
    )


# --- The table ----------------------------------------------------------------------------------


def _row(
    name: str,
    value: float,
    unit: str,
    *,
    reference: float | None = None,
    ratio: float | None = None,
    aim: str = "",
    holds: bool | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "reference": None if reference is None else round(reference, 3),
        "ratio": None if ratio is None else round(ratio, 3),
        "aim": aim,
        "holds": holds,
    }


def _timed(name: str, small: School, large: School, address: str, *, aim: float) -> dict[str, Any]:
    """One page in both schools, in turn; the ratio of each round."""
    times = []
    for turn in range(ROUNDS + 2):
        pair = (small.ask(get=address)["ms"], large.ask(get=address)["ms"])
        if turn >= 2:  # the first two warm templates, plans and memory
            times.append(pair)
    ratio = statistics.median(there / here for here, there in times)
    return _row(
        f"{name}, {LARGE:,} members",
        statistics.median(there for _here, there in times),
        "ms",
        reference=statistics.median(here for here, _there in times),
        ratio=ratio,
        aim=f"<= {aim:g} x of {SMALL} members" if aim else "",
        holds=ratio <= aim if aim else None,
    )


def _rows(small: School, large: School) -> list[dict[str, Any]]:
    rows = []
    for school in (small, large):
        school.ask(do="prepare")
    uncounted = [school.ask(get="")["ms"] for school in (small, large) for _twice in range(2)]
    rows.append(
        _row(
            f"board, nothing counted beforehand, {LARGE:,} members",
            uncounted[3], "ms", reference=uncounted[1], ratio=uncounted[3] / uncounted[1],
        )
    )  # fmt: skip
    counting = [school.ask(do="recount")["ms"] for school in (small, large)]
    rows.append(
        _row(f"counting all branches, {LARGE:,} members", counting[1], "ms", reference=counting[0])
    )
    for name, address in PAGES.items():
        rows.append(_timed(name, small, large, address, aim=2 if name == "board" else 0))
        asked = [school.ask(get=address, count=True)["queries"] for school in (small, large)]
        rows.append(
            _row(
                f"{name}, queries", asked[1], "SQL", reference=asked[0],
                ratio=asked[1] / asked[0], aim="the same number", holds=asked[0] == asked[1],
            )
        )  # fmt: skip
    for school in (small, large):
        school.ask(do="post")
    rows.append(_timed("board, right after an entry", small, large, "", aim=2))
    exports = [school.ask(get="export.xlsx") for school in (small, large)]
    rows.append(
        _row(
            f"export of {LARGE:,} members", exports[1]["ms"] / LARGE * 1000, "µs a member",
            reference=exports[0]["ms"] / SMALL * 1000,
            ratio=exports[1]["ms"] / LARGE / (exports[0]["ms"] / SMALL),
        )
    )  # fmt: skip
    rows.append(
        _row(
            f"export of {LARGE:,} members, memory of the process", exports[1]["peak_mb"], "MB",
            reference=exports[0]["peak_mb"], ratio=exports[1]["peak_mb"] / exports[0]["peak_mb"],
        )
    )  # fmt: skip
    return rows


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    names = {"bench_board_small": SMALL, "bench_board_large": LARGE}
    hold = embedded.ensure_services()
    schools: list[School] = []
    try:
        _make_databases(names)
        schools += [_start(name) for name in names]
        return _rows(*schools)
    finally:
        for school in schools:
            school.stop()
        _drop(*names)
        hold.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    elif sys.argv[1:2] == ["people"]:
        make_people(int(sys.argv[2]))
    else:
        for line in run():
            print(json.dumps(line, ensure_ascii=False))
