"""Rules are published and never changed; reliefs take two people."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import IntegrityError

from exams.credit.models import StudyCategory
from exams.credit.policy import PRESET
from exams.credit.words import limit_sentence
from exams.rules.errors import NotYourBranchError, ReliefError, RulesError
from exams.rules.models import ReliefState, RuleSet, TargetRelief
from exams.rules.queries import rule_sets_of, rules_for, visible_reliefs
from exams.rules.services import (
    approve_relief,
    publish_rules,
    refuse_relief,
    request_relief,
    revoke_relief,
    withdraw_relief,
)
from lms.core.states import StateMovedError
from lms.members.models import Member
from tests.factories.hours import make_entry
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.factories.rules import count_online, make_rules

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def test_versions_of_a_node_are_counted_and_the_latest_holds_below_it(tree: BranchTree) -> None:
    first = make_rules(tree.general, online_most=Decimal(4))
    second = make_rules(tree.general, online_most=Decimal(8))
    later = make_rules(tree.general, year=2027, online_most=Decimal(12))
    assert [str(each) for each in rule_sets_of(tree.general)] == [
        "ZZ-2027-1",
        "ZZ-2026-2",
        "ZZ-2026-1",
    ]
    assert rules_for(tree.first.path, 2026) == second.as_rules()
    assert rules_for(tree.first.path, 2029) == later.as_rules()
    assert rules_for(tree.first.path, 2025) == rules_for(tree.third.path, 2026) == PRESET
    assert rules_for(None, 2026) == PRESET
    assert first.as_rules().online_most == Decimal(4)


def test_who_publishes_what(tree: BranchTree) -> None:
    administrator = make_administrator(tree.general)
    rules = replace(PRESET, daily_most=None)
    said: dict[str, Any] = {"year": 2026, "rules": rules, "reason": "支委会决定"}
    assert publish_rules(branch=tree.first, by=administrator, **said).version == 1
    for branch, by in ((tree.third, administrator), (tree.first, make_secretary(tree.first))):
        with pytest.raises(NotYourBranchError, match="只有本级学校管理员"):
            publish_rules(branch=branch, by=by, **said)
    with pytest.raises(RulesError, match="往年的规则不能再改"):
        publish_rules(branch=tree.first, by=administrator, **said | {"year": 2025})
    with pytest.raises(RulesError, match="请写明制定依据"):
        publish_rules(branch=tree.first, by=administrator, **said | {"reason": "  "})


@pytest.mark.parametrize("verb", ["UPDATE exams_ruleset SET year = 1", "DELETE FROM exams_ruleset"])
def test_what_was_published_stays(tree: BranchTree, verb: str) -> None:
    make_rules(tree.first)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)
    assert RuleSet.objects.count() == 1


def test_new_rules_touch_no_entry(tree: BranchTree) -> None:
    member = make_member(tree.first)
    online = StudyCategory.ONLINE
    before = make_entry(member, "2", category=online)
    count_online(tree.general, "3")
    after, third = (make_entry(member, "2", category=online) for _twice in range(2))
    before.refresh_from_db()
    assert [(each.hours, each.counted_hours) for each in (before, after, third)] == [
        (Decimal(2), Decimal(0)),
        (Decimal(2), Decimal(2)),
        (Decimal(2), Decimal(1)),
    ]
    assert [each.rule_version for each in (before, after)] == ["preset-2026-1", "ZZ-2026-1"]
    assert limit_sentence(third) == "网络自学计入年度要求的部分已满，超出的记录在案，不计入要求。"


def test_a_full_day_is_said_at_once(tree: BranchTree) -> None:
    member = make_member(tree.first)
    make_entry(member, "7.5", category=StudyCategory.ONLINE)
    nearly, full = (make_entry(member, "1", category=StudyCategory.ONLINE) for _twice in range(2))
    assert [each.hours for each in (nearly, full)] == [Decimal("0.5"), Decimal(0)]
    assert limit_sentence(nearly) == "今日将达上限，本次应计 1.00 学时，只计 0.5 学时。"
    assert limit_sentence(full) == "本次不计：今日已达上限。"
    assert make_entry(member, "8", category=StudyCategory.GROUP).hours == Decimal(8)


# --- Reliefs ------------------------------------------------------------------------------------


def asked_for(member: Member, by: Member, **changed: Any) -> TargetRelief:
    said: dict[str, Any] = {
        "year": 2026,
        "hours": None,
        "reason": "长期病休",
        "from_on": dt.date(2026, 2, 1),
        "until_on": dt.date(2026, 12, 31),
    }
    return request_relief(member=member, by=by, **said | changed)


def test_one_asks_and_another_approves(tree: BranchTree) -> None:
    member, secretary = make_member(tree.first), make_secretary(tree.first)
    above = make_secretary(tree.general)
    relief = asked_for(member, secretary)
    for by in (secretary, member, make_secretary(tree.second)):
        with pytest.raises(NotYourBranchError, match="要由申报人以外"):
            approve_relief(relief=relief, by=by)
    approve_relief(relief=relief, by=above)
    relief.refresh_from_db()
    assert (relief.state, relief.decided_by, relief.decided_at) == ("approved", above, NOON)
    with pytest.raises(StateMovedError, match="已经有人处理"):
        refuse_relief(relief=relief, by=above, answer="重复")
    revoke_relief(relief=relief, by=above, answer="已康复")
    relief.refresh_from_db()
    assert (relief.state, relief.answer) == ("revoked", "已康复")
    assert asked_for(member, above).state == ReliefState.REQUESTED


def test_what_is_asked_for_can_be_taken_back_or_declined(tree: BranchTree) -> None:
    member, secretary, above = (
        make_member(tree.first), make_secretary(tree.first), make_secretary(tree.general),
    )  # fmt: skip
    first = asked_for(member, secretary)
    with pytest.raises(ReliefError, match="已有一条免修减免"):
        asked_for(member, above)
    with pytest.raises(ReliefError, match="只有申报人可以撤回"):
        withdraw_relief(relief=first, by=above)
    withdraw_relief(relief=first, by=secretary)
    second = asked_for(member, secretary, hours=Decimal(16))
    with pytest.raises(ReliefError, match="请写明不批准的原因"):
        refuse_relief(relief=second, by=above, answer="")
    refuse_relief(relief=second, by=above, answer="缺少证明")
    assert list(TargetRelief.objects.order_by("pk").values_list("state", "answer")) == [
        ("withdrawn", ""),
        ("refused", "缺少证明"),
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": " "}, "请写明原因"),
        ({"until_on": dt.date(2026, 1, 31)}, "起止日期"),
        ({"year": 2028}, "起止日期"),
    ],
)
def test_what_is_asked_for_wrongly(tree: BranchTree, changed: Any, sentence: str) -> None:
    member, secretary = make_member(tree.first), make_secretary(tree.first)
    with pytest.raises(ReliefError, match=sentence):
        asked_for(member, secretary, **changed)


def test_nobody_asks_for_themselves_or_for_strangers_nor_sees_theirs(tree: BranchTree) -> None:
    secretary, member = make_secretary(tree.first), make_member(tree.first)
    stranger = make_secretary(tree.second)
    for who, by in ((secretary, secretary), (member, stranger), (member, member)):
        with pytest.raises(NotYourBranchError):
            asked_for(who, by)
    relief = asked_for(member, secretary)
    assert [list(visible_reliefs(by)) for by in (secretary, member, stranger)] == [
        [relief],
        [relief],
        [],
    ]
