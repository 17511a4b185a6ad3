"""Building a province: members, branches and a year of entries, by the hundred thousand.

Rows are written by SQL alone, without the triggers, foreign keys and exclusions that look at each
of them; these are put back before the end, and then checked for all rows at once.
"""

import datetime as dt
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from exams.credit.chain import ALL_FACTS, entry_hash
from exams.credit.models import StudyHourEntry
from exams.credit.targets import settle_targets
from exams.credit.totals import rebuild_totals
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Branch, BranchKind, Member
from lms.province import statements
from lms.reports.services import recount_branches

MEMBERS_A_BRANCH = 30
FEWEST_MEMBERS = 10
FEWEST_BRANCHES = 10
SLICE = 100_000
SEALED_AT_ONCE = 5_000
VACUUM = "VACUUM (ANALYZE)"
TABLES = (
    "members_membership",
    "members_roleassignment",
    "members_duty",
    "exams_targetrelief",
    "exams_studyhourentry",
    "exams_ledgerhead",
    "exams_memberyear",
    "exams_hourtotal",
    "reports_branchyear",
)


class NotEmptyError(DomainError):
    """There are people: nothing made up may come among them."""


def build_province(
    *,
    members: int,
    entries: int = 8,
    seed: int = 1,
    sealed: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Fill an empty school with `members` made-up people and up to `entries` entries of each.

    The same numbers on the same day make the same school. Unless `sealed`, the entries' hashes
    are noughts, which `verify-ledger` calls altered: everything else about them holds.
    """
    if Member.objects.exists() or Branch.objects.exists():
        raise NotEmptyError(
            _(
                "这个数据库里已有人员或组织，不能再生成测量数据。请换一个空的数据库（DATABASE_NAME）。"
            )
        )
    if members < FEWEST_MEMBERS or entries < 0:
        raise DomainError(_("至少生成 10 名党员，条数不能是负数。"))
    levels = _levels(max(FEWEST_BRANCHES, members // MEMBERS_A_BRANCH))
    today = clock.today()
    said: dict[str, Any] = {
        "members": members,
        "entries": entries,
        "seed": seed,
        "today": today,
        "first": dt.date(today.year, 1, 1),
        "days": (today - dt.date(today.year, 1, 1)).days,
        "leaf": 1 + sum(levels[:-1]),
        "leaves": levels[-1],
    }
    with transaction.atomic(), _unguarded(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("SET LOCAL work_mem = '128MB'")  # sums over everybody, in memory
        cursor.execute(statements.CHANCE, said)
        with _step(say, f"{sum(levels):,} branches"):
            _branches(cursor, levels)
        with _step(say, f"{members:,} members"):
            cursor.execute(statements.MEMBERS, said)
        with _step(say, "memberships, duties, offices and reliefs"):
            cursor.execute(statements.MEMBERSHIPS, said)
            cursor.execute(statements.STANDING, said)
            cursor.execute(statements.SEQUENCES)
            cursor.execute(
                "ANALYZE members_membership, members_member, members_branch, members_duty,"
                " members_roleassignment, exams_targetrelief"
            )
        for low in range(1, members + 1, SLICE):
            ends = {"low": low, "high": min(low + SLICE - 1, members)}
            with _step(say, f"entries of members {low:,} to {ends['high']:,}"):
                for statement in (statements.ENTRIES, statements.REVERSALS, statements.HEADS):
                    cursor.execute(statement, said | ends)
                if sealed:
                    _seal(cursor, ends)
        with _step(say, "sums of the ledger"):
            cursor.execute("ANALYZE exams_studyhourentry")
            rebuild_totals()
            cursor.execute("ANALYZE exams_memberyear, exams_hourtotal")
        with _step(say, "what the year asks of each"):
            settle_targets()
        with _step(say, "figures of the branches"):
            recount_branches()
    with _step(say, "vacuum"), connection.cursor() as cursor:
        cursor.execute(VACUUM)


def _levels(leaves: int) -> list[int]:
    """How many branches each level has, from the one at the top: ten times as many, at most
    `leaves`."""
    levels = [1]
    while levels[-1] < leaves:
        levels.append(min(levels[-1] * 10, leaves))
    return levels


def _branches(cursor: Any, levels: list[int]) -> None:
    ranks = {len(levels) - 1: ("党支部", BranchKind.BRANCH)}
    if len(levels) > 2:
        ranks[len(levels) - 2] = ("党总支", BranchKind.GENERAL_BRANCH)
    first = 1
    for level, (count, below) in enumerate(itertools.zip_longest(levels, levels[1:], fillvalue=0)):
        word, kind = ranks.get(level, ("党委", BranchKind.COMMITTEE))
        cursor.execute(
            statements.BRANCHES,
            {
                "first": first, "level": level, "count": count, "below": below, "word": word,
                "kind": kind.value,
            },
        )  # fmt: skip
        first += count


def _seal(cursor: Any, ends: dict[str, int]) -> None:
    """Give the entries of these members the hashes they would have been posted with."""
    names = ("id", *ALL_FACTS)
    rows = (
        StudyHourEntry.objects.filter(member_id__gte=ends["low"], member_id__lte=ends["high"])
        .order_by("member_id", "member_seq")
        .values(*names)
        .iterator(chunk_size=SEALED_AT_ONCE)
    )
    last: tuple[int, str] = (0, "")
    while batch := list(itertools.islice(rows, SEALED_AT_ONCE)):
        previous, hashes = [], []
        for facts in batch:
            previous.append(last[1] if last[0] == facts["member_id"] else "")
            hashes.append(entry_hash(previous[-1], facts))
            last = (facts["member_id"], hashes[-1])
        cursor.execute(
            statements.SEALED,
            {
                "ids": [facts["id"] for facts in batch],
                "days": [facts["earned_on"] for facts in batch],
                "previous": previous,
                "hashes": hashes,
            },
        )
    cursor.execute(statements.SEALED_HEADS, ends)


_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND NOT indisunique
"""


@contextmanager
def _unguarded() -> Iterator[None]:
    """Without triggers of ours, foreign keys and exclusions on the tables that are filled.

    The balances are also without the index by who is behind, which every step would turn over.
    """
    with connection.cursor() as cursor:
        keys = []
        cursor.execute(_INDEXES, ["exams_memberyear"])
        for name, definition in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
            keys.append(definition)
        for table in TABLES:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE contype IN ('f', 'x') AND conrelid = %s::regclass",
                [table],
            )
            for name, definition in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                keys.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for key in keys:
            cursor.execute(key)


@contextmanager
def _step(say: Callable[[str], None], what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - started:.1f} s")
