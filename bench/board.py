"""The secretary's board with a hundred members and with a hundred thousand.

Two schools stand side by side. Both have ten branches below the top, so that both pages draw the
same; in the large one each of them has hundreds below it. The schools are asked in turn, round
after round, and the ratio is taken within the round.
"""

import json
import statistics
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bench.schools import School, administrator_client, row, schools, serve

SMALL, LARGE = 100, 100_000
ENTRIES = 8
ROUNDS = 15
SERVER_MS = 300

# What is asked for, and how many times the small school's time the large one's may take.
PAGES = {
    "board": ("", 2.0),
    "board, only who is behind": ("?show=behind", 2.0),
    "board, a name looked for": ("?name=latest", 2.0),
    "board, one in twenty has the surname": ("?name=王", 2.0),
    "board, the last page": ("?page=last", 2.0),
}


def actions() -> dict[str, Callable[..., Any]]:
    """What a school can be asked for."""
    import time

    from exams.credit.services import post_entry
    from lms.core import clock
    from lms.members.models import Branch, Member
    from lms.reports.services import recount_branches

    client = administrator_client()
    address = f"/board/{Branch.objects.get(path='0001').pk}/"
    latest = Member.objects.latest("pk")

    def get(rest: str) -> None:
        if rest == "?page=last":
            rest = f"?page={-(-latest.pk // 20)}"
        if rest == "?name=latest":  # somebody there is in either school
            rest = f"?name={latest.name}"
        response = client.get(address + rest)
        if response.status_code != 200:
            raise RuntimeError(f"{address}{rest}: {response.status_code}")

    def post() -> None:
        post_entry(
            member=latest, category="group", hours=Decimal(1), earned_on=clock.today(),
            source_kind="group", source_id=f"after-{time.monotonic_ns()}", source_title="会后",
            evidence={},
        )  # fmt: skip

    return {"get": get, "post": post, "recount": recount_branches}


def _timed(name: str, small: School, large: School, rest: str, aim: float) -> dict[str, Any]:
    """One page in both schools, in turn; the ratio of each round."""
    times = []
    for turn in range(ROUNDS + 2):
        pair = (small.ask(do="get", rest=rest)["ms"], large.ask(do="get", rest=rest)["ms"])
        if turn >= 2:  # the first two warm templates, plans and memory
            times.append(pair)
    ratio = statistics.median(there / here for here, there in times)
    return row(
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
    for name, (rest, aim) in PAGES.items():
        rows.append(_timed(name, small, large, rest, aim))
        if name == "board":
            rows.append(
                rows[-1]
                | {
                    "name": f"board, time of the server, {LARGE:,} members",
                    "aim": f"<= {SERVER_MS} ms",
                    "holds": rows[-1]["value"] <= SERVER_MS,
                }
            )
        asked = [
            school.ask(do="get", rest=rest, count=True)["queries"] for school in (small, large)
        ]
        rows.append(
            row(
                f"{name}, queries", asked[1], "SQL", reference=asked[0],
                aim="the same number", holds=asked[0] == asked[1],
            )
        )  # fmt: skip
    for school in (small, large):
        school.ask(do="post")
    rows.append(_timed("board, right after an entry", small, large, "", 2.0))
    recounts = [school.ask(do="recount")["ms"] for school in (small, large)]
    rows.append(row("counting the branch touched", recounts[1], "ms", reference=recounts[0]))
    return rows


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    with schools("bench.board", SMALL, LARGE, entries=ENTRIES) as (small, large):
        return _rows(small, large)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve(actions)
    else:
        for line in run():
            print(json.dumps(line, ensure_ascii=False))
