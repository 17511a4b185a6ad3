"""Files of the members on a board: a thousand of them and a hundred thousand.

The rows are written to nowhere, so that what is measured is reading and writing them. The
reference of both kinds is the small school; of memory, what it grows by while the large one's
file is made.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from bench.schools import row, schools, serve

SMALL, LARGE = 1_000, 100_000
ENTRIES = 4
MOST_MB = 150


def actions() -> dict[str, Callable[..., Any]]:
    """What a school can be asked for."""
    from lms.core import clock
    from lms.members.models import Branch
    from lms.reports.export import board_csv, board_sheet
    from lms.reports.queries import BehindFirst, board_of

    def members() -> BehindFirst:
        top = Branch.objects.get(path="0001")
        today = clock.today()
        return BehindFirst(board_of(top, today.year, today, visible=Branch.objects.all()))

    def csv() -> int:
        return sum(len(piece) for piece in board_csv(members()))

    def xlsx() -> int:
        with board_sheet(members()) as file:
            return file.seek(0, 2)

    return {"csv": csv, "xlsx": xlsx}


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    rows = []
    with schools("bench.export", SMALL, LARGE, entries=ENTRIES) as (small, large):
        for kind in ("csv", "xlsx"):
            small.ask(do=kind)
            here, there = small.ask(do=kind), large.ask(do=kind)
            costs = [said["ms"] * 1000 / size for said, size in ((here, SMALL), (there, LARGE))]
            rows += [
                row(f"{kind} of {LARGE:,} members", there["ms"] / 1000, "s"),
                row(
                    f"{kind}, time a member", costs[1], "µs", reference=costs[0],
                    aim=f"<= 1.5 x of {SMALL:,} members", holds=costs[1] <= 1.5 * costs[0],
                ),
                row(
                    f"{kind}, memory grown", there["grown_mb"], "MB",
                    reference=here["grown_mb"] or None,
                    aim=f"<= {MOST_MB} MB", holds=there["grown_mb"] <= MOST_MB,
                ),
                row(f"{kind}, size", there["said"] / 1024**2, "MB"),
            ]  # fmt: skip
    return rows


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve(actions)
    else:
        for line in run():
            print(json.dumps(line, ensure_ascii=False))
