"""学时规则 in the back office: preview, publish, switches; and what one may not touch."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client

from exams.credit.policy import PRESET, Identity, Measure, Target
from exams.rules.errors import NotYourBranchError, SwitchError
from exams.rules.forms import RulesEditor
from exams.rules.models import RuleSet, Switch, SwitchChange
from exams.rules.queries import rules_for
from exams.rules.services import turn_switch
from exams.rules.switches import is_on
from lms.members.models import Member
from tests.factories.hours import make_entry
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch,
    make_branch_tree,
    make_member,
)
from tests.factories.rules import make_rules

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def administrator(tree: BranchTree) -> Member:
    return make_administrator(tree.general, name="管理员")


@pytest.fixture
def office(client: Client, administrator: Member) -> Client:
    client.force_login(administrator)
    return client


def filled(rules: Any = PRESET, **changed: Any) -> dict[str, Any]:
    """What the browser sends when the form is sent as it came, but for what is `changed`."""
    editor = RulesEditor(rules)
    said: dict[str, Any] = {"reason": "机关党委会议纪要〔2026〕3号"}
    for part in (editor.form, *editor.targets.forms, *editor.conversion.forms):
        for bound in part:
            value = bound.value()
            if value is not None:
                said[bound.html_name] = str(value)
    for rows in (editor.targets, editor.conversion):
        for bound in rows.management_form:
            said[bound.html_name] = str(bound.value())
    return said | changed


@pytest.mark.slow
def test_the_form_sent_as_it_came_says_what_is_in_force(tree: BranchTree, office: Client) -> None:
    address = f"/admin/rules/{tree.general.pk}/next/2026/"
    assert office.get(address).status_code == 200
    answer = office.post(address, filled())
    assert (answer.status_code, answer.context["is_same"]) == (200, True)
    own = replace(
        PRESET,
        targets=(
            Target(Identity.FULL, Decimal("32.5"), events=2, source="本级"),
            Target(Identity.FULL, Decimal(90), Measure.ALL, years=3),
        ),
        online_most=None,
        conversion=((3_600_000, Decimal("1.5")), (600_001, Decimal("0.25"))),
        daily_most=None,
        programme_most=Decimal(4),
    )
    editor = RulesEditor(own, filled(own))
    assert editor.is_valid()
    (first, second) = own.targets
    named = (first, replace(second, source="机关党委会议纪要〔2026〕3号"))
    assert editor.rules() == replace(own, version="", targets=named)


@pytest.mark.slow
def test_from_preview_to_publication(tree: BranchTree, office: Client) -> None:
    member = make_member(tree.first, name="李明")
    make_entry(member, "33")
    address = f"/admin/rules/{tree.general.pk}/next/2026/"
    changed = {"targets-0-hours": "40", "online": "most", "online_most": "6"}
    answer = office.post(address, filled(**changed))
    preview = answer.context["preview"]
    assert (preview.asked, preview.total.changed, preview.total.lost) == (2, 2, 1)
    assert preview.lost_names == ["李明"]
    text = answer.content.decode()
    assert "按新规则，2 人的年度要求会变，其中 1 人由达标变为未达标" in text
    assert RuleSet.objects.count() == 0

    sealed = {"sealed": answer.context["sealed"]}
    done = office.post(f"/admin/rules/{tree.general.pk}/publish/", sealed)
    assert done["Location"] == f"/admin/rules/{tree.general.pk}/"
    rules = rules_for(tree.first.path, 2026)
    assert (rules.version, rules.online_most) == ("ZZ-2026-1", Decimal(6))
    assert rules.targets[0] == Target(
        Identity.FULL, Decimal(40), source="机关党委会议纪要〔2026〕3号"
    )
    assert rules.targets[1:] == PRESET.targets[1:]

    # What was previewed is published once: the second time it is not what is in force any more.
    again = office.post(f"/admin/rules/{tree.general.pk}/publish/", sealed, follow=True)
    assert [str(each) for each in again.context["messages"]] == [
        "已发布 ZZ-2026-1。年度要求正在后台按新规则更新，几分钟内在看板上看到。",
        "预览之后，这里的规则已有新的版本。请核对现行规则，再预览一次后发布。",
    ]
    assert RuleSet.objects.count() == 1


def test_a_seal_is_for_one_node_and_cannot_be_made_up(tree: BranchTree, office: Client) -> None:
    answer = office.post(f"/admin/rules/{tree.first.pk}/next/2026/", filled(online="all"))
    sealed = answer.context["sealed"]
    for branch, said, refused in (
        (tree.second, sealed, True),
        (tree.first, "x" + sealed, True),
        (tree.first, "", True),
        (tree.first, sealed, False),
    ):
        office.post(f"/admin/rules/{branch.pk}/publish/", {"sealed": said})
        assert RuleSet.objects.exists() is not refused


SAME_TWICE = "同一身份、同一计法、同样年数的要求只能有一行。请合并重复的行。"
CONTRADICTORY = "折算表前后矛盾：时长不能重复，时长较长的学时不能较少。请核对。"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "where", "sentence"),
    [
        ({"online": "most"}, "online_most", "请填最多计入多少学时，或改选其他两项。"),
        ({"half_day_hours": "8", "day_hours": "6"}, "half_day_hours", "半天的学时不能多于整天。"),
        ({"daily_most": "0.3"}, "daily_most", "请填 0.25 的整数倍，例如 0.5、0.75。"),
        ({"reason": " "}, "reason", "必需字段"),
        ({"targets-1-identity": "full"}, "targets", SAME_TWICE),
        ({"targets-4-events": "1"}, "targets", "次数只能和一年内的集中培训和集体学习要求一起设。"),
        ({"conversion-0-hours": "0.25"}, "conversion", CONTRADICTORY),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_not_previewed(
    tree: BranchTree, office: Client, changed: Any, where: str, sentence: str
) -> None:
    answer = office.post(f"/admin/rules/{tree.general.pk}/next/2026/", filled(**changed))
    editor = answer.context["editor"]
    rows = {"targets": editor.targets, "conversion": editor.conversion}.get(where)
    if rows is None:
        found = editor.form.errors[where]
    else:
        inside = [each for errors in rows.errors for each in errors.values()]
        found = rows.non_form_errors() or inside[0]
    assert (answer.status_code, list(found)) == (422, [sentence])
    assert "preview" not in answer.context


@pytest.mark.slow
def test_rules_are_for_this_year_and_the_next_and_the_own_subtree(
    tree: BranchTree, office: Client
) -> None:
    reached = {
        (branch.name, year): office.get(f"/admin/rules/{branch.pk}/next/{year}/").status_code
        for branch in (tree.first, tree.third)
        for year in (2025, 2026, 2027, 2028)
    }
    assert [key for key, status in reached.items() if status == 200] == [
        ("第一党支部", 2026),
        ("第一党支部", 2027),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_the_screens(
    tree: BranchTree, office: Client, size: int, django_assert_num_queries: Any
) -> None:
    for _each in range(size):
        make_branch(tree.first)
        make_rules(tree.general)
    office.get("/admin/rules/")
    for address, expected in (
        ("/admin/rules/", HOME_QUERIES),
        (f"/admin/rules/{tree.general.pk}/", NODE_QUERIES),
        (f"/admin/rules/{tree.general.pk}/next/2026/", NEXT_QUERIES),
    ):
        with django_assert_num_queries(expected):
            assert office.get(address).status_code == 200


HOME_QUERIES = 18
NODE_QUERIES = 18
NEXT_QUERIES = 17


# --- Switches -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_restricted_is_on_without_a_ground(tree: BranchTree, office: Client) -> None:
    assert [is_on(tree.first.path, switch) for switch in Switch] == [False, False, False]
    address = "/admin/rules/switches/ranking/"
    assert "国办函〔2026〕12号" in office.get(address).content.decode()
    said = {"branch": tree.general.pk, "is_on": "on"}
    assert office.post(address, {**said, "ground": " "}).status_code == 422
    assert (
        office.post(address, {**said, "branch": tree.third.pk, "ground": "依据"}).status_code == 422
    )
    assert SwitchChange.objects.count() == 0
    assert office.post(address, {**said, "ground": "省委组织部批复"}).status_code == 302
    assert [is_on(branch.path, "ranking") for branch in (tree.first, tree.third)] == [True, False]
    page = office.get("/admin/rules/switches/")
    assert [(str(each.branch), each.ground) for each in page.context["standing"]] == [
        ("机关党总支", "省委组织部批复")
    ]


def test_the_nearest_node_has_the_last_word(tree: BranchTree, administrator: Member) -> None:
    said: dict[str, Any] = {"switch": Switch.CHECK_IN, "ground": "依据", "by": administrator}
    turn_switch(branch=tree.general, is_on=True, **said)
    turn_switch(branch=tree.first, is_on=False, **said)
    assert [is_on(each.path, Switch.CHECK_IN) for each in (tree.first, tree.second)] == [
        False,
        True,
    ]
    with pytest.raises(SwitchError, match="已经是开启的"):
        turn_switch(branch=tree.general, is_on=True, **said)
    with pytest.raises(SwitchError, match="没有依据不能开启"):
        turn_switch(branch=tree.first, is_on=True, **said | {"ground": ""})
    with pytest.raises(NotYourBranchError):
        turn_switch(branch=tree.third, is_on=True, **said)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE exams_switchchange SET is_on = false")
