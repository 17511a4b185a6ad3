"""The pages of checks: the bank, what the replay asks, the results."""

import json
from typing import Any

import pytest
from django.test import Client

from live.checks import services
from live.checks.models import CheckAnswer
from live.classroom import services as classes
from live.classroom.models import LiveClass
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.factories.questions import make_question, single_written

pytestmark = pytest.mark.django_db

RESULTS_QUERIES = 7


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general)


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    classes.go_on_air(by=teacher, live_class=made)
    return made


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def test_the_bank_is_for_who_leads(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    question = make_question(tree.general, by=teacher, written=single_written("党章规定什么？"))
    address = f"/live/{live_class.pk}/checks/bank/"
    found = of(teacher).get(address, {"words": "党章"}).json()
    assert found == {
        "questions": [{"id": question.pk, "kind": "单选题", "question": "党章规定什么？"}]
    }
    assert of(make_member(tree.first)).get(address).status_code == 404


def test_the_replay_is_told_what_to_ask_and_takes_answers(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    question = make_question(tree.general, by=teacher, written=single_written(correct=0))
    check = services.open_quiz(by=teacher, live_class=live_class, question_id=question.pk)
    client = of(make_member(tree.first))
    address = f"/live/{live_class.pk}/checks"

    def later(sent: Any, check_id: int = check.pk) -> Any:
        return client.post(
            f"{address}/{check_id}/later/", json.dumps(sent), content_type="application/json"
        )

    assert later({"choice": ["0"]}).status_code == 409
    classes.close_class(by=teacher, live_class=live_class)
    cues = client.get(f"{address}/cues/").json()
    assert [(cue["check"], cue["kind"]) for cue in cues["cues"]] == [(check.pk, "quiz")]
    assert (cues["answered"], "right" in json.dumps(cues)) == ({}, False)
    assert later("nothing of ours").status_code == 422
    assert later({}).status_code == 409
    assert later({}, check_id=check.pk + 1).status_code == 404
    place = check.arrangement.index(0)
    said = later({"choice": [str(place)]}).json()
    assert (said["right"], said["later"], said["outcome"]["right"]) == (True, True, [place])
    assert later({"choice": [str(1 - place % 2)]}).json()["sent"] == said["sent"]
    assert set(client.get(f"{address}/cues/").json()["answered"]) == {str(check.pk)}
    stranger = of(make_member(tree.third))
    assert stranger.get(f"{address}/cues/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_results_are_kept_for_who_leads(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    django_assert_num_queries: Any,
    count: int,
) -> None:
    for _each in range(count):
        check = services.open_poll(
            by=teacher, live_class=live_class, question="清楚吗？", options=["是", "否"]
        )
        member = make_member(tree.first)
        CheckAnswer.objects.create(
            check_asked=check, member=member, answer={"chosen": 0}, at=clock.now()
        )
        services.not_followed(by=member, live_class=live_class)
    services.call_roll(by=teacher, live_class=live_class, seconds=60)
    client = of(teacher)
    with django_assert_num_queries(RESULTS_QUERIES):
        page = client.get(f"/live/{live_class.pk}/checks/")
    rows = page.context["rows"]
    assert [[option["count"] for option in row["options"]] for row in rows] == [
        *[[1, 0]] * count, [],
    ]  # fmt: skip
    assert sum(row["count"] for row in page.context["minutes"]) == count
    assert of(make_member(tree.first)).get(f"/live/{live_class.pk}/checks/").status_code == 404
