"""Where chains ended, in a file somebody keeps elsewhere: written and read back; pure.

A branch's line carries one hash of its members' lines, which follow it. Exported closings have
the same columns, so that either kind of file may be held against the ledger.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from exams.closing.export import BRANCH, MEMBER

KIND, CODE, NUMBER, SEQ, HASH = "记录", "组织代码", "党员编号", "记录条数", "指纹"


@dataclass(frozen=True, slots=True)
class KeptHead:
    """One member's chain ended at this position with this hash."""

    branch_code: str
    number: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What such a file says; `broken` are branches whose hash is not that of their members."""

    heads: tuple[KeptHead, ...]
    broken: tuple[str, ...]


def digest_of(heads: Iterable[KeptHead]) -> str:
    said = "".join(f"{head.number} {head.seq} {head.hash}\n" for head in heads)
    return hashlib.sha256(said.encode()).hexdigest()


def lines(heads: Iterable[KeptHead]) -> Iterator[str]:
    """The file: a line of names, then each branch and its members. `heads` come by branch."""
    yield _line(KIND, CODE, NUMBER, SEQ, HASH)
    for code, members in groupby(heads, key=lambda head: head.branch_code):
        own = list(members)
        yield _line(BRANCH, code, "", str(sum(head.seq for head in own)), digest_of(own))
        for head in own:
            yield _line(MEMBER, code, head.number, str(head.seq), head.hash)


def read(text: str) -> Kept:
    """What a kept file says; ValueError if it is no such file."""
    heads: list[KeptHead] = []
    digests: list[tuple[str, str, int]] = []
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if not {KIND, CODE, NUMBER, SEQ, HASH} <= set(rows.fieldnames or ()):
        raise ValueError("no kept heads")
    for row in rows:
        if row[KIND] == BRANCH:
            digests.append((row[CODE], row[HASH], len(heads)))
        elif row[KIND] == MEMBER:
            heads.append(KeptHead(row[CODE], row[NUMBER], int(row[SEQ]), row[HASH]))
    ends = [start for _code, _digest, start in digests[1:]] + [len(heads)]
    broken = tuple(
        code
        for (code, said, start), end in zip(digests, ends, strict=False)
        if digest_of(heads[start:end]) != said
    )
    return Kept(tuple(heads), broken)


def _line(*values: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(values)
    return stream.getvalue()
