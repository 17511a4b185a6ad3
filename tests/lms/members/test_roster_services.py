"""A roster is previewed, confirmed, applied once; and nothing but what was previewed."""

import datetime as dt
import io
import time
from typing import Any

import openpyxl
import pytest
import time_machine
from django.test import Client

from lms.core import clock
from lms.members.codes import has_standing_code, standing_code
from lms.members.errors import NotAllowedError, RosterChangedError, RosterError
from lms.members.models import Member, Membership, RosterImport, RosterState
from lms.members.roster_plan import Plan
from lms.members.roster_services import import_roster, preview_roster, replan
from lms.members.roster_words import sentence
from lms.members.services import leave_branch, transfer_member
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

MARCH = dt.date(2026, 3, 1)
JULY = dt.date(2026, 7, 1)
HEADER = "党员编号,姓名,手机,组织代码,身份,转入日期\n"


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_administrator(tree.committee, number="100001", name="管理员")


def preview(by: Member, *lines: str, header: str = HEADER) -> RosterImport:
    content = (header + "\n".join(lines)).encode("gb18030")
    return preview_roster(by=by, file_name="名册.csv", content=content)


def run(by: Member, *lines: str) -> dict[str, int]:
    kept = preview(by, *lines)
    import_roster(roster_import=kept, by=by)
    return kept.counts  # type: ignore[no-any-return]


def counts(**given: int) -> dict[str, int]:
    none = {"new": 0, "changed": 0, "transfer": 0, "unchanged": 0, "problems": 0}
    return {**none, **given}


def problems(by: Member, *lines: str) -> list[str]:
    kept = preview(by, *lines)
    roster, plan = replan(kept)
    assert kept.counts["problems"] == len({p.line for p in (*roster.problems, *plan.problems)})
    return [sentence(problem) for problem in (*roster.problems, *plan.problems)]


def people() -> dict[str, tuple[str, str | None, str, str | None]]:
    """Number → name, phone, kind, code of the branch without end."""
    return {
        member.number: (
            member.name,
            member.phone,
            member.kind,
            next((m.branch.code for m in member.memberships.all() if m.left_on is None), None),
        )
        for member in Member.objects.prefetch_related("memberships__branch")
        if member.number != "100001"
    }


# --- What a row does ----------------------------------------------------------------------------


def test_a_preview_changes_nothing_and_counts_everything(tree: BranchTree, by: Member) -> None:
    make_member(tree.first, number="1", name="李明", phone="13800000001")
    make_member(tree.first, number="2", name="王芳")
    make_member(tree.first, number="3", name="赵强")
    before = people()

    kept = preview(
        by,
        "1,李明,13800000001,ZB1,正式党员,",
        "2,王芬,,ZB1,预备党员,",
        "3,赵强,,ZB2,,2026-07-01",
        "4,孙丽,13800000004,ZB3,,2026-07-01",
        "5,周涛,,ZB9,,",
        "6,,,ZB1,,",
    )
    assert kept.counts == counts(new=1, changed=1, transfer=1, unchanged=1, problems=2)
    assert people() == before


def test_confirming_applies_it_and_a_second_time_changes_nothing(
    tree: BranchTree, by: Member
) -> None:
    make_member(tree.first, number="1", name="李明", joined_on=MARCH)
    lines = ("1,李明明,13800000001,第二党支部,,2026-07-01", "4,孙丽,,ZB3,预备党员,2026-07-01")

    assert run(by, *lines) == counts(new=1, transfer=1)
    assert people() == {
        "1": ("李明明", "13800000001", "full", "ZB2"),
        "4": ("孙丽", None, "probationary", "ZB3"),
    }
    moved = Member.objects.get(number="1")
    assert list(moved.memberships.order_by("joined_on").values_list("joined_on", "left_on")) == [
        (MARCH, JULY),
        (JULY, None),
    ]
    rows = list(Membership.objects.order_by("pk").values())

    assert run(by, *lines) == counts(unchanged=2)
    assert list(Membership.objects.order_by("pk").values()) == rows


def test_without_a_date_a_move_counts_from_today(tree: BranchTree, by: Member) -> None:
    make_member(tree.first, number="1", name="李明", joined_on=MARCH)
    run(by, "1,李明,,ZB2,,", "2,王芳,,ZB1,,")
    assert set(
        Membership.objects.filter(left_on=None, member__number__in="12").values_list(
            "joined_on", flat=True
        )
    ) == {clock.today()}


def test_an_empty_cell_changes_nothing(tree: BranchTree, by: Member) -> None:
    make_member(tree.first, number="1", name="李明", phone="13800000001", kind="probationary")
    assert run(by, "1,李明,,ZB1,,") == counts(unchanged=1)
    assert people()["1"] == ("李明", "13800000001", "probationary", "ZB1")


def test_who_has_left_can_come_back_but_not_before_leaving(tree: BranchTree, by: Member) -> None:
    member = make_member(tree.first, number="1", name="李明", joined_on=MARCH)
    leave_branch(member=member, on=JULY)
    assert problems(by, "1,李明,,ZB2,,2026-06-30") == [
        "此人到 2026-07-01 才离开原支部，转入日期不能更早。请核对转入日期。"
    ]
    assert run(by, "1,李明,,ZB1,,2026-07-02") == counts(transfer=1)
    assert people()["1"][3] == "ZB1"


def test_a_move_on_the_day_of_joining_corrects_it(tree: BranchTree, by: Member) -> None:
    make_member(tree.first, number="1", name="李明", joined_on=JULY)
    run(by, "1,李明,,ZB2,,2026-07-01")
    assert list(Membership.objects.filter(member__number="1").values_list("branch__code")) == [
        ("ZB2",)
    ]


def test_two_members_may_swap_phones(tree: BranchTree, by: Member) -> None:
    make_member(tree.first, number="1", name="李明", phone="13800000001")
    make_member(tree.first, number="2", name="王芳", phone="13800000002")
    assert run(by, "1,李明,13800000002,ZB1,,", "2,王芳,13800000001,ZB1,,") == counts(changed=2)
    assert [people()[number][1] for number in "12"] == ["13800000002", "13800000001"]


# --- What a row may not do ----------------------------------------------------------------------


def test_refusals_against_what_is_recorded(tree: BranchTree, by: Member) -> None:
    make_member(tree.first, number="1", name="李明", joined_on=MARCH, phone="13800000001")
    make_member(tree.first, number="13800000009", name="周涛")
    assert problems(
        by,
        "1,李明,,ZB2,,2026-02-28",
        "2,王芳,13800000001,ZB1,,",
        "3,赵强,13800000009,ZB1,,",
        "13800000001,吴刚,,ZB1,,",
    ) == [
        "现在的组织关系自 2026-03-01 起，转入日期不能更早。请核对转入日期。",
        "手机号 13800000001 已登记在他人名下。请核对是谁的号码。",
        "手机号 13800000009 与他人的编号相同，不能用来登录。请改填别的号码。",
        "编号 13800000001 与他人的手机号相同，会妨碍对方登录。请核对编号。",
    ]


def test_branches_by_name(tree: BranchTree, by: Member) -> None:
    tree.second.name = "第一党支部"
    tree.second.save()
    header = "编号,姓名,支部,组织代码\n"
    kept = preview(
        by,
        "1,李明,第三党支部,",
        "2,王芳,ZB3,",
        "3,赵强,第一党支部,",
        "4,孙丽,第一党支部,ZB3",
        "5,钱进,不存在,",
        header=header,
    )
    _roster, plan = replan(kept)
    assert [change.to_branch for change in plan.changes] == ["第三党支部", "第三党支部"]
    assert [sentence(problem) for problem in plan.problems] == [
        "有几个党组织都叫“第一党支部”。请改填组织代码：ZB1、ZB2。",
        "组织代码 ZB3 是“第三党支部”，与所填“第一党支部”不符。请核对。",
        "没有找到您管理的党组织“不存在”。请核对组织代码，或请上级学校管理员导入。",
    ]


def test_a_refused_row_keeps_its_phone(tree: BranchTree, by: Member) -> None:
    """The second row counts on a phone the first, being refused, does not give up."""
    make_member(tree.first, number="1", name="李明", phone="13800000001")
    assert problems(by, "1,李明,13800000002,ZB9,,", "2,王芳,13800000001,ZB1,,") == [
        "没有找到您管理的党组织“ZB9”。请核对组织代码，或请上级学校管理员导入。",
        "手机号 13800000001 已登记在他人名下。请核对是谁的号码。",
    ]


def test_an_administrator_imports_into_the_own_subtree_only(tree: BranchTree) -> None:
    by = make_administrator(tree.general, number="100002")
    make_member(tree.third, number="1", name="李明")
    assert problems(by, "1,李明,,ZB1,,", "2,王芳,,ZB3,,", "3,赵强,,ZB1,,") == [
        "编号 1 已登记在您管理范围以外的党组织。请上级学校管理员办理转接。",
        "没有找到您管理的党组织“ZB3”。请核对组织代码，或请上级学校管理员导入。",
    ]
    kept = preview(by, "3,赵强,,ZB1,,")
    import_roster(roster_import=kept, by=by)
    assert people()["3"][3] == "ZB1"


def test_only_administrators_import_and_only_what_they_previewed(
    tree: BranchTree, by: Member
) -> None:
    for other in (make_member(tree.first), make_secretary(tree.first), make_instructor(tree.first)):
        with pytest.raises(NotAllowedError):
            preview(other, "3,赵强,,ZB1,,")
    kept = preview(by, "3,赵强,,ZB1,,")
    with pytest.raises(NotAllowedError):
        import_roster(roster_import=kept, by=make_administrator(tree.committee))
    assert "3" not in people()


def test_a_file_that_is_no_roster_leaves_nothing(by: Member) -> None:
    with pytest.raises(RosterError) as refused:
        preview_roster(by=by, file_name="x.csv", content=b"a,b\n1,2\n")
    assert refused.value.message.startswith("没有找到表头。")
    assert not RosterImport.objects.exists()


# --- Between preview and confirmation -----------------------------------------------------------


def test_what_changed_meanwhile_is_not_overwritten(tree: BranchTree, by: Member) -> None:
    member = make_member(tree.first, number="1", name="李明", joined_on=MARCH)
    kept = preview(by, "1,李明,,ZB2,,2026-07-01", "2,王芳,,ZB1,,")
    transfer_member(member=member, to=tree.third, on=dt.date(2026, 6, 1))
    before = people()

    with pytest.raises(RosterChangedError):
        import_roster(roster_import=kept, by=by)
    assert people() == before
    assert RosterImport.objects.get().state == RosterState.PREVIEWED


def test_a_person_made_meanwhile_is_not_made_twice(tree: BranchTree, by: Member) -> None:
    kept = preview(by, "2,王芳,,ZB1,,")
    make_member(tree.third, number="2", name="另一人")
    with pytest.raises(RosterChangedError):
        import_roster(roster_import=kept, by=by)
    assert people()["2"] == ("另一人", None, "full", "ZB3")


def test_a_day_that_was_today_is_not_another_day(tree: BranchTree, by: Member) -> None:
    kept = preview(by, "2,王芳,,ZB1,,")
    with (
        time_machine.travel(clock.now() + dt.timedelta(days=1)),
        pytest.raises(RosterChangedError),
    ):
        import_roster(roster_import=kept, by=by)


def test_a_term_that_ended_meanwhile_imports_nothing(tree: BranchTree) -> None:
    by = make_administrator(tree.first, until_on=clock.today() + dt.timedelta(days=1))
    kept = preview(by, "2,王芳,,ZB1,,2026-07-01")
    with (
        time_machine.travel(clock.now() + dt.timedelta(days=2)),
        pytest.raises(NotAllowedError),
    ):
        import_roster(roster_import=kept, by=by)
    assert "2" not in people()


def test_confirming_twice_imports_once(tree: BranchTree, by: Member) -> None:
    kept = preview(by, "2,王芳,,ZB1,,")
    again = RosterImport.objects.get(pk=kept.pk)
    import_roster(roster_import=kept, by=by)
    with pytest.raises(RosterError) as refused:
        import_roster(roster_import=again, by=by)
    assert refused.value.message == "这份名册已经导入过了，没有重复导入。"
    assert Member.objects.filter(number="2").count() == 1


# --- The new people -----------------------------------------------------------------------------


@pytest.mark.slow
def test_new_people_sign_in_with_their_code(tree: BranchTree, by: Member, client: Client) -> None:
    run(by, "2,王芳,13800000002,ZB1,,")
    member = Member.objects.get(number="2")
    assert has_standing_code(member)
    answer = client.post("/sign-in/", {"login": "13800000002", "password": standing_code(member)})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.get("/sign-in/password/").url.startswith("/sign-in/password/first/")


# --- Ten thousand -------------------------------------------------------------------------------


def big_workbook(rows: int, branches: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    sheet.append(["党员编号", "姓名", "手机", "组织代码", "身份", "转入日期"])
    for n in range(rows):
        sheet.append(
            [
                f"{700000 + n}",
                f"王{chr(0x4E00 + n % 5000)}",
                f"139{n:08}",
                f"ZB{1 + n % branches}",
                "正式党员",
                "2026-03-01",
            ]
        )
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.slow
def test_ten_thousand_rows_in_reasonable_time(tree: BranchTree, by: Member) -> None:
    content = big_workbook(10_000, 3)
    spent: dict[str, float] = {}

    def timed(name: str, step: Any) -> Any:
        start = time.perf_counter()
        result = step()
        spent[name] = time.perf_counter() - start
        return result

    kept = timed("preview", lambda: preview_roster(by=by, file_name="x.xlsx", content=content))
    assert kept.counts == counts(new=10_000)
    timed("import", lambda: import_roster(roster_import=kept, by=by))
    assert Member.objects.count() == 10_001

    again = timed("again", lambda: preview_roster(by=by, file_name="x.xlsx", content=content))
    assert again.counts == counts(unchanged=10_000)
    moved = timed(
        "move", lambda: run(by, *(f"{700000 + n},李一,,ZB3,,2026-07-01" for n in range(10_000)))
    )
    assert moved["transfer"] + moved["changed"] == 10_000
    assert {name: seconds for name, seconds in spent.items() if seconds > 30} == {}


def test_the_number_of_queries_does_not_grow_with_the_rows(
    tree: BranchTree, by: Member, django_assert_num_queries: Any
) -> None:
    for rows in (1, 30):
        lines = [f"{rows}{n:03},王芳,,ZB{1 + n % 3},," for n in range(rows)]
        with django_assert_num_queries(7):
            kept = preview(by, *lines)
        with django_assert_num_queries(10):
            import_roster(roster_import=kept, by=by)


def test_a_plan_has_one_digest(by: Member) -> None:
    assert Plan([], [], 0).digest() == Plan([], [], 5).digest()
    assert preview(by, "2,王芳,,ZB1,,").plan_digest == preview(by, "2,王芳,,ZB1,,").plan_digest
