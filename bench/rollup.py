"""Reports of ten thousand members and of a million, side by side; and posting while one runs.

The figures of the top of the tree are added up from some ten thousand branches, its board is
drawn, and what a year asks of everybody is settled. Entries are posted by one process while
another draws one board after the other, in turns with posting alone.
"""

import json
import statistics
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bench.schools import School, administrator_client, another, row, schools, serve

SMALL, LARGE = 10_000, 1_000_000
ENTRIES = 3
ROUNDS = 9
POSTING_SECONDS = 3.0
ROLL_UP_MS, TIMES, MINUTES = 1000, 2, 3


def actions() -> dict[str, Callable[..., Any]]:
    """What a school can be asked for."""
    import time

    from exams.credit.services import post_entry
    from exams.credit.targets import settle_targets
    from exams.credit.totals import differences
    from lms.core import clock
    from lms.members.models import Branch, Member
    from lms.reports.figures import figures_by_child
    from lms.reports.services import recount_branches
    from lms.reports.years import reckoning_day

    client = administrator_client()
    today = clock.today()
    top = Branch.objects.get(path="0001")
    # A branch at the bottom: the same work in both schools.
    bottom = Branch.objects.filter(numchild=0).order_by("path")[5]
    members = list(Member.objects.order_by("pk")[100:400])

    def roll_up() -> None:
        figures_by_child(top.path, today.year, reckoning_day(today.year, today))

    def board(of: str = "top") -> None:
        branch = top if of == "top" else bottom
        response = client.get(f"/board/{branch.pk}/")
        if response.status_code != 200:
            raise RuntimeError(f"/board/{branch.pk}/: {response.status_code}")

    def boards(seconds: float) -> float:
        until, count = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            board()
            count += 1
        return count / seconds

    def post(seconds: float) -> float:
        until, count = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            post_entry(
                member=members[count % len(members)], category="group", hours=Decimal(1),
                earned_on=today, source_kind="group", source_id=f"bench-{time.monotonic_ns()}",
                source_title="会后", evidence={},
            )  # fmt: skip
            count += 1
        return count / seconds

    return {
        "roll_up": roll_up,
        "board": board,
        "boards": boards,
        "post": post,
        "recount": recount_branches,
        "settle": settle_targets,
        "differences": lambda: len(differences()),
    }


def _median(school: School, **command: Any) -> float:
    return statistics.median(school.ask(**command)["ms"] for _ in range(3))


def _side_by_side(
    name: str, small: School, large: School, limit_ms: float | None = None, **command: Any
) -> list[dict[str, Any]]:
    times = []
    for turn in range(ROUNDS + 2):
        pair = (small.ask(**command)["ms"], large.ask(**command)["ms"])
        if turn >= 2:
            times.append(pair)
    ratio = statistics.median(there / here for here, there in times)
    here, there = (statistics.median(column) for column in zip(*times, strict=True))
    said = row(
        f"{name}, {LARGE:,} members", there, "ms", reference=here, ratio=ratio,
        aim=f"<= {TIMES} x of {SMALL:,} members", holds=ratio <= TIMES,
    )  # fmt: skip
    if limit_ms is None:
        return [said]
    return [
        said | {"aim": f"<= {limit_ms:g} ms", "holds": there <= limit_ms},
        said | {"name": f"{said['name']}, against {SMALL:,}"},
    ]


def _rows(small: School, large: School) -> list[dict[str, Any]]:
    rows = [
        *_side_by_side("figures of the top", small, large, ROLL_UP_MS, do="roll_up"),
        *_side_by_side("board of the top", small, large, do="board"),
        *_side_by_side("board of a branch at the bottom", small, large, do="board", of="bottom"),
    ]
    asked = [school.ask(do="board", count=True)["queries"] for school in (small, large)]
    rows.append(
        row(
            "board of the top, queries", asked[1], "SQL", reference=asked[0],
            aim="the same number", holds=asked[0] == asked[1],
        )
    )  # fmt: skip
    name = f"bench_rollup_{LARGE}"
    reader = another("bench.rollup", name, LARGE)
    try:
        reader.ask(do="board")
        large.ask(do="post", seconds=1)
        pairs = []
        for _ in range(3):
            alone = large.ask(do="post", seconds=POSTING_SECONDS)["said"]
            reader.send(do="boards", seconds=POSTING_SECONDS)
            together = large.ask(do="post", seconds=POSTING_SECONDS)["said"]
            reader.answer()
            pairs.append((alone, together))
    finally:
        reader.stop()
    ratio = statistics.median(together / alone for alone, together in pairs)
    rows.append(
        row(
            f"entries posted while boards are drawn, {LARGE:,} members",
            statistics.median(together for _alone, together in pairs), "1/s",
            reference=statistics.median(alone for alone, _together in pairs),
            ratio=ratio, aim=">= 0.5 x alone", holds=ratio >= 0.5,
        )
    )  # fmt: skip
    recounts = [school.ask(do="recount")["ms"] for school in (small, large)]
    rows.append(row("counting the branches touched", recounts[1], "ms", reference=recounts[0]))
    settled = [school.ask(do="settle") for school in (small, large)]
    rows += [
        row(
            f"settling what the year asks of {LARGE:,} members", settled[1]["ms"] / 1000, "s",
            reference=settled[0]["ms"] / 1000,
            aim=f"<= {MINUTES} min", holds=settled[1]["ms"] <= MINUTES * 60_000,
        ),
        row(
            "settling, memory grown", settled[1]["grown_mb"], "MB",
            reference=settled[0]["grown_mb"] or None,
            aim="<= 50 MB", holds=settled[1]["grown_mb"] <= 50,
        ),
    ]  # fmt: skip
    compared = [school.ask(do="differences") for school in (small, large)]
    rows.append(
        row(
            f"comparing every sum with the ledger, {LARGE:,} members", compared[1]["ms"] / 1000,
            "s", reference=compared[0]["ms"] / 1000, aim="no difference",
            holds=compared[0]["said"] == compared[1]["said"] == 0,
        )
    )  # fmt: skip
    return rows


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    with schools("bench.rollup", SMALL, LARGE, entries=ENTRIES) as (small, large):
        return _rows(small, large)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve(actions)
    else:
        for line in run():
            print(json.dumps(line, ensure_ascii=False))
