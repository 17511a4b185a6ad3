"""Whoever changes the ledger behind our back is found, and the row is named."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from exams.credit.chain import ALL_FACTS, FACTS, FORMAT, entry_hash
from exams.credit.models import StudyHourEntry
from exams.credit.verification import Fault, Finding, Tally, findings
from lms.members.models import Member
from tests.factories.hours import make_entry
from tests.factories.members import make_member

Entry = dict[str, Any]


def chain(member_id: int, length: int) -> list[Entry]:
    made: list[Entry] = []
    for seq in range(1, length + 1):
        previous = made[-1]["hash"] if made else ""
        entry: Entry = dict.fromkeys(ALL_FACTS)
        entry |= {
            "id": member_id * 1000 + seq,
            "member_id": member_id,
            "member_seq": seq,
            "hours": Decimal(seq),
            "earned_on": dt.date(2026, 1, seq),
            "evidence": {"n": seq},
            "format": FORMAT,
            "previous_hash": previous,
        }
        entry["hash"] = entry_hash(previous, entry)
        made.append(entry)
    return made


def found(*chains: list[Entry], heads: dict[int, tuple[int, str]]) -> list[Finding]:
    links = [
        (entry, *heads.get(entry["member_id"], (None, None))) for each in chains for entry in each
    ]
    return list(findings(links, Tally()))


def head(entries: list[Entry]) -> tuple[int, str]:
    return entries[-1]["member_seq"], entries[-1]["hash"]


@given(st.integers(1, 8), st.integers(1, 8))
def test_sound_chains_have_no_findings(first: int, second: int) -> None:
    one, two = chain(1, first), chain(2, second)
    tally = Tally()
    links = [(entry, *head(one)) for entry in one] + [(entry, *head(two)) for entry in two]

    assert list(findings(links, tally)) == []
    assert (tally.entries, tally.members) == (first + second, 2)


@given(st.integers(2, 9), st.data())
def test_any_altered_fact_is_named(length: int, data: st.DataObject) -> None:
    entries = chain(1, length)
    heads = {1: head(entries)}
    at = data.draw(st.integers(0, length - 1))
    fact = data.draw(st.sampled_from([name for name in FACTS[FORMAT] if name != "member_seq"]))
    altered = entries[at] | {fact: "changed" if fact != "member_id" else 1}
    if fact == "member_id":
        altered["evidence"] = {}
    entries[at] = altered

    assert found(entries, heads=heads) == [Finding(1, at + 1, 1000 + at + 1, Fault.ALTERED)]


@given(st.integers(2, 9), st.data())
def test_a_removed_entry_is_named(length: int, data: st.DataObject) -> None:
    entries = chain(1, length)
    heads = {1: head(entries)}
    at = data.draw(st.integers(0, length - 1))
    del entries[at]
    fault = Fault.TRUNCATED if at == length - 1 else Fault.MISSING

    assert found(entries, heads=heads) == [Finding(1, at + 1, None, fault)]


@given(st.integers(2, 9), st.data())
def test_a_forged_entry_with_a_hash_of_its_own_breaks_the_next(
    length: int, data: st.DataObject
) -> None:
    entries = chain(1, length)
    heads = {1: head(entries)}
    at = data.draw(st.integers(0, length - 1))
    forged = entries[at] | {"hours": Decimal(99)}
    entries[at] = forged | {"hash": entry_hash(forged["previous_hash"], forged)}
    expected = (
        Finding(1, length + 1, None, Fault.TRUNCATED)
        if at == length - 1
        else Finding(1, at + 2, 1000 + at + 2, Fault.REORDERED)
    )

    assert found(entries, heads=heads) == [expected]


def test_a_chain_without_a_head_is_found() -> None:
    assert found(chain(1, 2), heads={}) == [Finding(1, 3, None, Fault.TRUNCATED)]


def test_one_finding_a_member_and_the_others_go_on() -> None:
    one, two, three = chain(1, 4), chain(2, 3), chain(3, 2)
    heads = {1: head(one), 2: head(two), 3: head(three)}
    del one[1], one[1]
    three[0] = three[0] | {"hours": Decimal(9)}

    assert found(one, two, three, heads=heads) == [
        Finding(1, 2, None, Fault.MISSING),
        Finding(3, 1, 3001, Fault.ALTERED),
    ]


# --- The command --------------------------------------------------------------------------------


@pytest.fixture
def member(db: None) -> Member:
    return make_member(number="400777", name="王建国", password=None)


@pytest.fixture
def behind_our_back(db: None) -> Callable[..., None]:
    """`behind_our_back(sql)` does what only the database's owner can do."""

    def run(statement: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE exams_studyhourentry DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            cursor.execute("ALTER TABLE exams_studyhourentry ENABLE TRIGGER USER")

    return run


def verified() -> tuple[bool, str]:
    """Whether the command was content, and its first line."""
    output = StringIO()
    try:
        call_command("verify-ledger", stdout=output)
    except CommandError:
        return False, output.getvalue().splitlines()[0]
    return True, output.getvalue().splitlines()[0][:9]


def test_a_sound_ledger_is_said_to_be(member: Member) -> None:
    for _ in range(3):
        make_entry(member)

    assert verified() == (True, "已核对3条学时记录")


def test_altered_by_sql(member: Member, behind_our_back: Callable[..., None]) -> None:
    entries = [make_entry(member) for _ in range(3)]
    behind_our_back("UPDATE exams_studyhourentry SET hours = 8 WHERE id = %s", entries[1].pk)

    assert verified() == (False, f"400777 王建国: 第2条（编号{entries[1].pk}）被改动过")


def test_evidence_altered_by_sql(member: Member, behind_our_back: Callable[..., None]) -> None:
    entry = make_entry(member)
    behind_our_back(
        "UPDATE exams_studyhourentry SET evidence = jsonb_set(evidence, '{wall_ms}', '1')"
    )

    assert verified() == (False, f"400777 王建国: 第1条（编号{entry.pk}）被改动过")


def test_removed_by_sql(member: Member, behind_our_back: Callable[..., None]) -> None:
    entries = [make_entry(member) for _ in range(3)]
    behind_our_back("DELETE FROM exams_studyhourentry WHERE id = %s", entries[0].pk)

    assert verified() == (False, "400777 王建国: 第1条不见了")


def test_the_end_removed_by_sql(member: Member, behind_our_back: Callable[..., None]) -> None:
    entries = [make_entry(member) for _ in range(3)]
    behind_our_back("DELETE FROM exams_studyhourentry WHERE id = %s", entries[2].pk)

    assert verified() == (False, "400777 王建国: 末尾与账首不符，从第3条起不对")


def test_everything_removed_by_sql(member: Member, behind_our_back: Callable[..., None]) -> None:
    make_entry(member)
    behind_our_back("DELETE FROM exams_studyhourentry")

    assert verified() == (False, "400777 王建国: 末尾与账首不符，从第1条起不对")


def test_two_entries_exchanged_by_sql(member: Member, behind_our_back: Callable[..., None]) -> None:
    first, second, _third = [make_entry(member) for _ in range(3)]
    behind_our_back("UPDATE exams_studyhourentry SET member_seq = 99 WHERE id = %s", first.pk)
    behind_our_back("UPDATE exams_studyhourentry SET member_seq = 1 WHERE id = %s", second.pk)
    behind_our_back("UPDATE exams_studyhourentry SET member_seq = 2 WHERE id = %s", first.pk)

    assert verified() == (False, f"400777 王建国: 第1条（编号{second.pk}）被改动过")
    assert StudyHourEntry.objects.count() == 3
