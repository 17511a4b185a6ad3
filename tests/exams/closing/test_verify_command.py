"""The auditor's command: what is exported, held against, rebuilt and found altered."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from exams.closing import kept_heads
from exams.closing.export import lines
from exams.closing.kept_heads import KeptHead
from exams.closing.queries import head_of, people_of
from exams.corrections.appeals import confirm_entry
from tests.factories.closings import make_closing
from tests.factories.corrections import make_appeal
from tests.factories.hours import evidence, make_entry
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)

JANUARY = dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)
JUNE = dt.date(2025, 6, 1)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(JANUARY, tick=False):
        yield


class School:
    def __init__(self) -> None:
        self.tree = make_branch_tree()
        self.administrator = make_administrator(self.tree.committee)
        self.first = make_member(self.tree.first, number="400001", name="甲")
        self.second = make_member(self.tree.second, number="400002", name="乙")
        self.entries = [
            make_entry(member, "1", category="group", earned_on=JUNE)
            for member in (self.first, self.first, self.second)
        ]


@pytest.fixture
def school(db: None) -> School:
    return School()


def verified(*options: str) -> tuple[bool, list[str]]:
    """Whether the command was content, and what it said before its summary."""
    output = StringIO()
    is_content = True
    try:
        call_command("verify-ledger", *options, stdout=output)
    except CommandError:
        is_content = False
    said = output.getvalue().splitlines()
    end = next(at for at, line in enumerate(said) if line.startswith("已核对"))
    return is_content, said[:end]


def test_one_branch_alone(school: School, behind_our_back: Callable[..., None]) -> None:
    behind_our_back(
        "exams_studyhourentry",
        "UPDATE exams_studyhourentry SET hours = 8 WHERE id = %s",
        school.entries[2].pk,
    )
    told = [f"400002 乙: 第1条（编号{school.entries[2].pk}）被改动过"]

    assert verified("--branch", "ZB1") == (True, [])
    assert verified("--branch", "ZB2") == (False, told)
    assert verified("--branch", "ZZ") == (False, told)
    assert verified() == (False, told)
    with pytest.raises(CommandError, match="没有组织代码"):
        call_command("verify-ledger", "--branch", "NONE", stdout=StringIO())


def test_exported_heads_are_the_beginning_of_later_chains(
    school: School, tmp_path: Path, behind_our_back: Callable[..., None]
) -> None:
    file = tmp_path / "heads.csv"
    verified("--export", str(file))
    written = file.read_text().splitlines()
    make_entry(school.first, "1", category="group", earned_on=JUNE)
    later = verified("--against", str(file))
    # Whoever owns the database rewrites an entry and everything after it, heads included.
    behind_our_back(
        "exams_studyhourentry",
        "UPDATE exams_studyhourentry SET hash = 'forged' WHERE id = %s",
        school.entries[1].pk,
    )
    forged = verified("--against", str(file))

    assert [line.split(",")[:4] for line in written] == [
        ["记录", "组织代码", "党员编号", "记录条数"],
        ["组织", "ZB1", "", "2"],
        ["党员", "ZB1", "400001", "2"],
        ["组织", "ZB2", "", "1"],
        ["党员", "ZB2", "400002", "1"],
    ]
    assert later == (True, ["已与留存文件核对2名党员。"])
    assert forged[0] is False
    assert forged[1][-2:] == ["400001: 留存的第2条在今天的账里对不上", "已与留存文件核对2名党员。"]


def test_a_closed_years_file_serves_as_well(school: School, tmp_path: Path) -> None:
    closing = make_closing(school.tree.general, by=school.administrator)
    file = tmp_path / "ZZ-2025-1.csv"
    file.write_bytes(b"".join(lines(head_of(closing), people_of(closing))))
    make_entry(school.first, "1", category="group", earned_on=JUNE)
    sound = verified("--against", str(file))
    file.write_text(file.read_text().replace(school.entries[2].hash, "0" * 64))
    broken = verified("--against", str(file))

    assert sound == (True, ["已与留存文件核对2名党员。"])
    assert broken == (
        False,
        [
            "文件中组织 ZB2 的指纹与名单不符，文件本身被改动过",
            "400002: 留存的第1条在今天的账里对不上",
            "已与留存文件核对2名党员。",
        ],
    )


@pytest.mark.parametrize("content", ["", "姓名,学时\n甲,1\n", "记录,组织代码\n"])
def test_another_file_is_told_so(school: School, tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.csv"
    file.write_text(content)
    for wrong in (file, tmp_path / "missing.csv"):
        with pytest.raises(CommandError, match="读不了文件"):
            call_command("verify-ledger", "--against", str(wrong), stdout=StringIO())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("exams_closedyear", "counted_hours = 99 WHERE number = '400001'"),
        ("exams_closedyear", "hours = '{}' WHERE number = '400001'"),
        ("exams_closedyear", "state = 'reached' WHERE number = '400001'"),
        ("exams_closedyear", "number = '400003' WHERE number = '400001'"),
        ("exams_yearclosing", "year = 2024"),
        ("exams_yearclosing", "branch_name = '别的组织'"),
        ("exams_yearclosing", "closed_at = closed_at + interval '1 day'"),
        ("exams_yearclosing", "digest = repeat('0', 64)"),
    ],
)
def test_a_closing_altered_by_sql_is_found(
    school: School, table: str, change: str, behind_our_back: Callable[..., None]
) -> None:
    closing = make_closing(school.tree.general, by=school.administrator)
    sound = verified()
    behind_our_back(table, f"UPDATE {table} SET {change}")
    closing.refresh_from_db()

    assert sound == (True, [])
    assert verified() == (False, [f"{closing}: 年度结账被改动过"])


def test_a_chain_cut_after_the_closing_is_found(
    school: School, behind_our_back: Callable[..., None]
) -> None:
    closing = make_closing(school.tree.general, by=school.administrator)
    gone = school.entries[1]
    behind_our_back(
        "exams_studyhourentry", "DELETE FROM exams_studyhourentry WHERE id = %s", gone.pk
    )
    behind_our_back(
        "exams_ledgerhead",
        "UPDATE exams_ledgerhead SET seq = 1, hash = %s WHERE member_id = %s",
        school.entries[0].hash,
        school.first.pk,
    )

    assert verified() == (False, [f"{closing}: 400001 结账时的第2条在今天的账里对不上"])


def test_an_answer_altered_by_sql_is_found(
    school: School, behind_our_back: Callable[..., None]
) -> None:
    appeal = make_appeal(school.entries[0])
    confirm_entry(appeal=appeal, by=make_secretary(school.tree.first), text="核对无误")
    behind_our_back(
        "exams_appealanswer", "UPDATE exams_appealanswer SET text = '确有差错' WHERE seq = 2"
    )

    assert verified() == (False, [f"申诉{appeal.pk}: 第2条答复被改动过"])


def test_entries_are_rebuilt_from_their_evidence(
    school: School, behind_our_back: Callable[..., None]
) -> None:
    sound = verified("--rebuild")
    wrong = make_entry(
        school.second, "1", category="group", earned_on=JUNE, said=evidence(covered_ms=1_180_000)
    )
    behind_our_back(
        "exams_memberyear",
        "UPDATE exams_memberyear SET counted_hours = 9 WHERE member_id = %s",
        school.first.pk,
    )

    assert sound == (True, ["已由依据重算3条课程学时。"])
    assert verified("--rebuild") == (
        False,
        [
            f"400002: 第2条（编号{wrong.pk}）：核实的时长多于各次学习所能证明的",
            f"党员{school.first.pk} 2025年度: 合计记为9.00，按账应为2.00",
            "已由依据重算4条课程学时。",
        ],
    )


heads = st.lists(
    st.builds(
        KeptHead,
        st.sampled_from(["ZB1", "ZB2", "支,部"]),
        st.from_regex(r"[0-9]{1,6}", fullmatch=True),
        st.integers(0, 99),
        st.sampled_from(["", "ab", "0" * 64]),
    ),
    unique_by=lambda head: head.number,
).map(lambda found: sorted(found, key=lambda head: head.branch_code))


@given(heads)
def test_a_kept_file_reads_back_as_it_was_written(found: list[KeptHead]) -> None:
    read = kept_heads.read("".join(kept_heads.lines(found)))
    assert (list(read.heads), read.broken) == (found, ())


@given(heads.filter(bool), st.data())
def test_a_line_changed_in_a_kept_file_breaks_its_branch(
    found: list[KeptHead], data: st.DataObject
) -> None:
    written = list(kept_heads.lines(found))
    members = [at for at, line in enumerate(written) if line.startswith("党员")]
    at = data.draw(st.sampled_from(members))
    written[at] = written[at].replace("党员,", "党员,", 1).rstrip("\n") + "f\n"
    head = kept_heads.read("".join(written)).broken
    assert len(head) == 1
