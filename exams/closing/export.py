"""The one file a closing is: its lines, its hash, and where another file differs; pure.

UTF-8 with its mark (so that spreadsheets open it), comma separated, each line ended by a line
feed. The first line names the columns, the second is the closing, then each branch is followed
by its members. The words are Chinese whatever language is spoken: the file is a record.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, zip_longest

CLOSING, BRANCH, MEMBER = "结账", "组织", "党员"
CATEGORIES = ("concentrated", "group", "individual", "online", "exam", "activity")
COLUMNS = (
    "记录", "组织代码", "组织", "党员编号", "集中培训", "集体学习", "个人自学", "网络自学", "考试",
    "活动", "计入年度要求", "年度要求", "集中培训次数", "要求次数", "状态", "记录条数", "指纹",
)  # fmt: skip
STATES = {
    "reached": "已达标", "started": "进行中", "not_started": "尚无学时", "not_due": "不要求",
}  # fmt: skip
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Head:
    """What a closing says of itself. `said` is year, version, code, moment, the one before."""

    branch_code: str
    branch_name: str
    said: str


@dataclass(frozen=True, slots=True)
class Person:
    """One member's year; hours by category, and where the chain of entries ended."""

    number: str
    branch_code: str
    branch_name: str
    hours: dict[str, Decimal]
    counted: Decimal
    target: Decimal
    events: int
    required_events: int
    state: str
    seq: int
    head_hash: str


@dataclass(slots=True)
class Sums:
    """People added up."""

    people: int = 0
    reached: int = 0
    due: int = 0
    counted: Decimal = Decimal(0)
    hours: dict[str, Decimal] = field(default_factory=dict)
    entries: int = 0

    def add(self, person: Person) -> None:
        self.people += 1
        self.reached += person.state == "reached"
        self.due += person.state != "not_due"
        self.counted += person.counted
        self.entries += person.seq
        for category, hours in person.hours.items():
            self.hours[category] = self.hours.get(category, Decimal(0)) + hours


def added_up(people: Iterable[Person]) -> Sums:
    sums = Sums()
    for person in people:
        sums.add(person)
    return sums


def chains_digest(people: Iterable[Person]) -> str:
    """One hash of where the chains of all these members end, in their order."""
    said = "".join(f"{person.number} {person.seq} {person.head_hash}\n" for person in people)
    return hashlib.sha256(said.encode()).hexdigest()


def lines(head: Head, people: Sequence[Person]) -> Iterator[bytes]:
    """The file, line by line. `people` stand branch by branch."""
    yield _line(COLUMNS, mark=_MARK)
    yield _line(_row(CLOSING, head.branch_code, head.branch_name, head.said, people))
    for (code, name), members in groupby(
        people, key=lambda person: (person.branch_code, person.branch_name)
    ):
        own = list(members)
        yield _line(_row(BRANCH, code, name, "", own))
        for person in own:
            yield _line(
                (
                    MEMBER, code, name, person.number, *_hours(person.hours),
                    _two(person.counted), _two(person.target), str(person.events),
                    str(person.required_events), STATES[person.state], str(person.seq),
                    person.head_hash,
                )
            )  # fmt: skip


def digest(written: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for line in written:
        whole.update(line)
    return whole.hexdigest()


def first_difference(kept: Iterable[bytes], handed_in: bytes) -> int | None:
    """The number of the first line in which another file differs; None if none does."""
    theirs = handed_in.splitlines(keepends=True)
    for number, (ours, other) in enumerate(zip_longest(kept, theirs), start=1):
        if ours != other:
            return number
    return None


def _row(kind: str, code: str, name: str, said: str, people: Sequence[Person]) -> tuple[str, ...]:
    """A line that adds up: of the whole closing or of one branch."""
    sums = added_up(people)
    return (
        kind, code, name, said, *_hours(sums.hours), _two(sums.counted), "", "", "",
        f"{sums.people}人，应学{sums.due}人，已达标{sums.reached}人", str(sums.entries),
        chains_digest(people),
    )  # fmt: skip


def _hours(by_category: dict[str, Decimal]) -> tuple[str, ...]:
    return tuple(_two(by_category.get(category, Decimal(0))) for category in CATEGORIES)


def _two(hours: Decimal) -> str:
    return f"{hours:.2f}"


def _line(values: Iterable[str], *, mark: str = "") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow([_plain(value) for value in values])
    return (mark + stream.getvalue()).encode()


def _plain(value: str) -> str:
    """A name is one line, and no spreadsheet takes it for a formula."""
    flat = " ".join(value.splitlines())
    return f"'{flat}" if flat[:1] in {"=", "+", "@", "\t"} else flat
