"""A vote from its making to its protocol, and every way out of each state."""

from typing import Any

import pytest

from exams.tallies import queries, services
from exams.tallies.counting import Count, Line
from exams.tallies.errors import (
    CountError,
    NotTheTellerError,
    TallyContentError,
    UnfinishedCountError,
)
from exams.tallies.models import Tally, TallyState
from lms.core.states import StateMovedError
from lms.members.models import Member
from tests.factories.members import BranchTree, make_member, make_secretary
from tests.factories.sheets import CANDIDATES, make_closed_tally, make_page, make_tally
from tests.support.pdfs import pages_of
from tests.support.queues import run_queued


def said_by(tally: Tally) -> str:
    """The protocol's words without spaces, which stand where letters are spread."""
    with tally.protocol.open("rb") as file:
        return "".join(pages_of(file.read()))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"lines": []}, "请写 1 到 60 行，每行一位候选人或一条内容。"),
        ({"lines": ["张伟", "张伟"]}, "有两行完全相同。同名的请加注，例如“张伟（一组）”。"),
        ({"options": ["同意", "同意"]}, "有两个选项完全相同。"),
        ({"options": ["同意", "九个字的选项太长了"]}, "选项最多 8 个字，印在方框旁边才看得清。"),
        ({"seats": 5}, "应选人数要在 1 到候选人数之间。"),
        ({"options": ["同意"]}, "这些内容排不进一张纸：选项要 2 到 8 个，每行内容不要太长。"),
    ],
)
def test_what_cannot_be_voted_on_is_refused(
    tree: BranchTree, secretary: Member, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TallyContentError) as refused:
        make_tally(tree.first, by=secretary, **wrong)
    assert (refused.value.message, Tally.objects.count()) == (sentence, 0)


def test_only_who_looks_after_the_branch_counts(tree: BranchTree, secretary: Member) -> None:
    tally = make_tally(tree.first, by=secretary)
    for stranger in (make_member(tree.first), make_secretary(tree.second)):
        with pytest.raises(NotTheTellerError):
            make_tally(tree.first, by=stranger)
        with pytest.raises(NotTheTellerError):
            services.record_issued(by=stranger, tally=tally, issued=3)
        with pytest.raises(NotTheTellerError):
            services.cancel_tally(by=stranger, tally=tally)
        assert queries.tally_for(stranger, tally.pk) is None
    assert queries.tally_for(secretary, tally.pk) == tally


def test_what_is_open_stays_as_it_is(tree: BranchTree, secretary: Member) -> None:
    tally = make_tally(tree.first, by=secretary, is_open=False)
    content = {"title": "改过的", "lines": ["甲"], "options": ["是", "否"], "eligible": 9}
    assert services.correct_tally(by=secretary, tally=tally, **content).lines == ["甲"]
    services.open_tally(by=secretary, tally=tally)
    with pytest.raises(StateMovedError):
        services.correct_tally(by=secretary, tally=tally, **content)
    with pytest.raises(StateMovedError):
        services.open_tally(by=secretary, tally=tally)
    services.cancel_tally(by=secretary, tally=tally)
    with pytest.raises(StateMovedError):
        services.record_issued(by=secretary, tally=tally, issued=3)


def test_figures_have_to_go_together(tree: BranchTree, secretary: Member) -> None:
    tally = make_tally(tree.first, by=secretary)
    with pytest.raises(CountError) as refused:
        services.record_issued(by=secretary, tally=tally, issued=31)
    assert refused.value.message == "发出 31 张，多于应到 30 人。请核对后再填。"
    counts = [[20, 3, 1], [20, 7, 0], [1, 1, 1], [0, 0, 0]]
    with pytest.raises(CountError) as refused:
        services.record_hand_count(by=secretary, tally=tally, valid=26, invalid=1, counts=counts)
    assert refused.value.message == ("“古丽娜尔·艾山”各项加起来多于有效票 26 张。请核对这一行。")
    services.record_hand_count(by=secretary, tally=tally, valid=27, invalid=1, counts=counts)
    tally.refresh_from_db()
    assert queries.count_of(tally).lines[0] == Line((20, 3, 1), 3)
    services.drop_hand_count(by=secretary, tally=tally)
    tally.refresh_from_db()
    assert queries.count_of(tally).returned == 0


def test_what_is_undone_keeps_it_open(tree: BranchTree, secretary: Member) -> None:
    tally = make_tally(tree.first, by=secretary)
    with pytest.raises(UnfinishedCountError) as refused:
        services.close_tally(by=secretary, tally=tally)
    assert refused.value.message == "请先填发出多少张。"
    services.record_issued(by=secretary, tally=tally, issued=28)
    with pytest.raises(UnfinishedCountError) as refused:
        services.close_tally(by=secretary, tally=tally)
    assert refused.value.message == "还没有收回一张。请先扫描，或人工录入。"
    make_page(tally)
    with pytest.raises(UnfinishedCountError) as refused:
        services.close_tally(by=secretary, tally=tally)
    assert refused.value.message == "还有 1 页等人工判定。"


@pytest.mark.django_db(transaction=True)
def test_the_close_freezes_the_result_and_writes_it_down(
    tree: BranchTree, secretary: Member
) -> None:
    tally = make_closed_tally(tree.first, by=secretary)
    assert (tally.state, tally.closed_by, queries.count_of(tally)) == (
        TallyState.CLOSED,
        secretary,
        Count(26, 1, (Line((20, 3, 1), 2),) * 4),
    )
    assert run_queued() == ["exams.print_protocol"]
    tally.refresh_from_db()
    text = said_by(tally)
    for said in (*CANDIDATES, "计票记录", "应到", "30", "28", "27", "26", "人工计数"):
        assert said in text
    with pytest.raises(StateMovedError):
        services.close_tally(by=secretary, tally=tally)


@pytest.mark.django_db(transaction=True)
def test_an_appraisal_shows_no_few(tree: BranchTree, secretary: Member) -> None:
    tally = make_closed_tally(tree.first, by=secretary, kind="appraisal", title="民主测评")
    lines = queries.shown_lines(tally, queries.count_of(tally))
    assert [shown.cells for _name, shown in lines] == [(20, None, None, None)] * 4
    run_queued()
    tally.refresh_from_db()
    text = said_by(tally)
    assert text.count("不单列*") == 12
