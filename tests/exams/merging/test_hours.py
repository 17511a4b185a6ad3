"""A merge moves hours by reversals and transfers, counts content once, and can be taken back."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from exams.credit.models import MemberYear, SourceKind, StudyHourEntry
from exams.credit.queries import chain_links
from exams.credit.services import post_entry
from exams.credit.totals import differences
from exams.credit.verification import Tally, findings
from exams.gatherings.services import credit_gathering
from exams.merging.words import merge_sentences
from lms.core import clock
from lms.members.merging.errors import MergeError
from lms.members.merging.queries import preview
from lms.members.models import Member
from tests.factories.corrections import make_reversal_proposal, reversed_entry
from tests.factories.gatherings import confirm, make_closed
from tests.factories.hours import evidence, make_entry, make_reversal
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.factories.merging import make_merge_proposal, merged, parted
from tests.factories.rules import make_relief

pytestmark = pytest.mark.django_db

Shown = tuple[str, str, str, str]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def two(tree: BranchTree) -> dict[str, Member]:
    return {
        "by": make_administrator(tree.general, name="甲管理员"),
        "second": make_administrator(tree.committee, name="乙管理员"),
    }


@pytest.fixture
def kept(tree: BranchTree) -> Member:
    return make_member(tree.first, number="400001", name="张三")


@pytest.fixture
def lost(tree: BranchTree) -> Member:
    return make_member(tree.second, number="400099", name="张三")


def shown(member: Member) -> list[Shown]:
    """(source, hours, counted, branch) of each entry of the chain, in order."""
    return [
        (
            f"{entry.source_kind}:{entry.source_id}", f"{entry.hours:f}",
            f"{entry.counted_hours:f}", entry.branch.name if entry.branch else "",
        )
        for entry in StudyHourEntry.objects.filter(member=member)
        .select_related("branch").order_by("member_seq")
    ]  # fmt: skip


def balance(member: Member, year: int = 2026) -> Decimal:
    row = MemberYear.objects.filter(member=member, year=year).first()
    return row.all_hours if row else Decimal(0)


def is_sound() -> bool:
    return not differences() and not list(findings(chain_links(), Tally()))


@pytest.mark.slow
def test_hours_move_by_reversal_and_transfer(
    kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    make_entry(kept, "2", source_id="1")
    entry = make_entry(lost, "1.5", source_id="2", title="第二讲")
    merge = merged(kept, lost, **two)
    assert shown(lost) == [
        ("lesson:2", "1.50", "1.50", "第二党支部"),
        (f"reversal:{entry.pk}", "-1.50", "-1.50", "第二党支部"),
    ]
    assert shown(kept) == [
        ("lesson:1", "2.00", "2.00", "第一党支部"),
        ("lesson:2", "1.50", "1.50", "第一党支部"),
    ]
    there = StudyHourEntry.objects.get(member=kept, source_id="2")
    assert {**there.evidence, "merge": None, "reason": None} == {
        **entry.evidence, "merge": None, "reason": None,
    }  # fmt: skip
    assert (there.evidence["merge"]["id"], there.evidence["merge"]["hash"], there.by) == (
        merge.pk, entry.hash, two["second"],
    )  # fmt: skip
    assert (balance(kept), balance(lost), is_sound()) == (Decimal("3.5"), Decimal(0), True)


@pytest.mark.slow
def test_the_same_lesson_under_both_earns_once(
    kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    for member in (kept, lost):
        make_entry(member, "1", source_id="7")
    merged(kept, lost, **two)
    assert shown(kept) == [("lesson:7", "1.00", "1.00", "第一党支部")]
    reversal = StudyHourEntry.objects.get(member=lost, source_kind=SourceKind.REVERSAL)
    assert reversal.evidence["merge"]["carried"] == {"hours": "0.00", "limits": ["same_content"]}
    assert (balance(kept), balance(lost), is_sound()) == (Decimal(1), Decimal(0), True)


@pytest.mark.slow
def test_the_same_recording_in_two_courses_earns_once_before_and_after(
    kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    def watch(member: Member, lesson: str) -> StudyHourEntry:
        return post_entry(
            member=member, category="group", hours=Decimal(1), earned_on=clock.today(),
            source_kind=SourceKind.LESSON, source_id=lesson, source_title="录像",
            evidence=evidence(), content_id="asset:1",
        )  # fmt: skip

    watch(lost, "1")
    merged(kept, lost, **two)
    assert [watch(kept, "1").hours, watch(kept, "2").hours] == [Decimal(1), Decimal(0)]
    assert balance(kept) == 1


@pytest.mark.slow
def test_a_day_over_both_records_has_one_cap(
    kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    make_entry(kept, "6", category="online")
    make_entry(lost, "4", category="online")
    merged(kept, lost, **two)
    assert [entry[1] for entry in shown(kept)] == ["6.00", "2.00"]
    carried = StudyHourEntry.objects.get(member=kept, evidence__has_key="merge")
    assert (carried.evidence["worth"], carried.evidence["limits"]) == ("4.00", ["day"])


@pytest.mark.slow
def test_reversed_hours_stay_reversed_and_free_their_source(
    kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    make_reversal(make_entry(lost, "3", source_id="3"), by=two["by"])
    make_reversal(make_entry(kept, "1", source_id="4"), by=two["by"])
    good = make_entry(lost, "1", source_id="4")
    merge = merged(kept, lost, **two)
    assert [entry[:2] for entry in shown(kept)][2:] == [(f"merge:{merge.pk}:{good.pk}", "1.00")]
    assert (balance(kept), balance(lost), is_sound()) == (Decimal(1), Decimal(0), True)


@pytest.mark.slow
def test_parted_again_each_has_what_it_had(
    kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    make_entry(kept, "1", source_id="7")
    make_entry(lost, "1", source_id="7")
    make_entry(lost, "2", source_id="8")
    wrong = make_entry(lost, "4", source_id="9")
    for _twice in range(2):
        merge = merged(kept, lost, **two)
        assert (balance(kept), balance(lost)) == (Decimal(7), Decimal(0))
        parted(merge, **two)
        assert (balance(kept), balance(lost), is_sound()) == (Decimal(1), Decimal(7), True)
    merge = merged(kept, lost, **two)
    twin = StudyHourEntry.objects.get(
        member=kept, evidence__merge__id=merge.pk, hours=4, reverses=None
    )
    reversed_entry(twin, by=two["by"], approved_by=two["second"])
    parted(merge, **two)
    # What was found wrong of the person meanwhile does not come back on the other record.
    assert (balance(kept), balance(lost), is_sound()) == (Decimal(1), Decimal(3), True)
    assert wrong.hours == 4


def test_the_preview_says_what_will_be(kept: Member, lost: Member, two: dict[str, Member]) -> None:
    make_entry(kept, "1", source_id="7", title="共同的一讲")
    make_entry(lost, "1", source_id="7", title="共同的一讲")
    make_entry(lost, "2", source_id="8", category="online")
    make_relief(lost)
    merge = make_merge_proposal(kept, lost, by=two["by"])
    rows = {row.label: (row.first, row.second, row.third) for row in preview(merge)}
    assert rows["2026 年学时"] == (
        ("1，计入要求 1",), ("3，计入要求 1",), ("3，计入要求 1",),
    )  # fmt: skip
    assert rows["不重复计"][2] == ("2026-11-20 共同的一讲：少计 1",)
    assert rows["减免"] == (("—",), ("2026 年免修",), ("并入一方的减免不转移，需要的请重新申请",))


@pytest.mark.slow
def test_what_is_not_settled_stands_in_the_way(
    kept: Member, lost: Member, two: dict[str, Member], tree: BranchTree
) -> None:
    secretary = make_secretary(tree.second)
    entry = make_entry(lost, "1")
    correction = make_reversal_proposal(entry, by=two["by"])
    with pytest.raises(MergeError, match="未办结的更正或申诉"):
        make_merge_proposal(kept, lost, by=two["by"])
    correction.state = "withdrawn"
    correction.save(update_fields=["state"])
    gathering = make_closed(tree.second, by=secretary, present=[lost])
    with pytest.raises(MergeError, match="到场名单"):
        make_merge_proposal(kept, lost, by=two["by"])
    confirm(gathering, by=two["by"])
    with pytest.raises(MergeError, match="正在入账"):
        make_merge_proposal(kept, lost, by=two["by"])
    credit_gathering(gathering_id=gathering.pk)
    merged(kept, lost, **two)
    assert balance(lost) == 0


@pytest.mark.slow
def test_a_gathering_both_were_ticked_at_counts_once(
    kept: Member, lost: Member, two: dict[str, Member], tree: BranchTree
) -> None:
    secretary = make_secretary(tree.general)
    gathering = make_closed(tree.general, by=secretary, present=[kept, lost])
    confirm(gathering, by=two["second"])
    credit_gathering(gathering_id=gathering.pk)
    once = balance(kept)
    merged(kept, lost, **two)
    assert (once > 0, balance(kept), balance(lost)) == (True, once, Decimal(0))


@pytest.mark.slow
def test_the_entries_say_so(
    kept: Member, lost: Member, two: dict[str, Member], client: Client
) -> None:
    make_entry(lost, "2", source_id="8")
    merge = merged(kept, lost, **two)
    carried = StudyHourEntry.objects.get(member=kept)
    reversal = StudyHourEntry.objects.get(member=lost, hours=-2)
    signed = "甲管理员提出，乙管理员确认。"
    told = "这一条原在编号 400099 名下，记 2 学时；两份记录合并时转入。"
    assert merge_sentences(carried) == [told, signed]
    assert merge_sentences(reversal) == [
        "编号 400099 的记录已并入 400001，这一条转到那里，记 2 学时。", signed,
    ]  # fmt: skip
    client.force_login(kept, backend="lms.members.backends.NumberOrPhoneBackend")
    assert client.get("/archive/").content.decode().count("由编号 400099 并入") == 1
    assert client.get(f"/archive/entries/{carried.pk}/").content.decode().count(told) == 1
    parted(merge, **two)
    back = StudyHourEntry.objects.filter(member=lost).latest("member_seq")
    assert merge_sentences(back)[0] == (
        "编号 400099 与 400001 的合并已撤销，这一条恢复到原编号名下。"
    )
    taken = StudyHourEntry.objects.filter(member=kept).latest("member_seq")
    assert merge_sentences(taken)[0] == (
        "编号 400099 与 400001 的合并已撤销，转入的这一条退回原编号。"
    )
