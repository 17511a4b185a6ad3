"""Practising: what is asked, what an answer does, and what is shown only then."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.practice import queries
from exams.practice.models import PracticeCard
from exams.questions.models import Question
from exams.questions.services import About, Written, retire, revise_question
from exams.questions.source_services import add_topic
from lms.core import clock
from lms.members.models import Member
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.factories.questions import make_card, make_edition, make_question, single_written

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def place_of(client: Client, question: Question, text: str) -> dict[str, str]:
    """What the form sends when the option with this text is chosen."""
    context = client.get(f"/practice/{question.pk}/").context
    return {
        "version": str(context["version"].pk),
        "q-choice": str(context["content"]["options"].index(text)),
    }


def test_a_key_is_shown_only_after_an_answer_with_the_clause_it_rests_on() -> None:
    tree = make_branch_tree()
    by, person = make_instructor(tree.first), make_member(tree.first)
    clause = make_edition(tree.first, "第一条 密钥条文。", by=by).clauses.get()
    written = Written("题", {"options": ["甲", "乙"]}, {"correct": 0}, "密钥解析")
    question = make_question(
        tree.first, by=by, written=written, clause=clause, is_for_practice=True
    )
    member, page = signed_in(person), f"/practice/{question.pk}/"

    before = member.get(page).content.decode()
    assert ("密钥" in before, "正确答案" in before) == (False, False)
    assert member.get(f"{page}answer/").status_code == 404
    assert member.post(page, {"version": str(question.current_id)}).status_code == 422
    answer = member.post(page, place_of(member, question, "乙"))
    assert (answer.status_code, answer["Location"]) == (302, f"{page}answer/")
    shown = member.get(f"{page}answer/")
    assert shown.context["is_right"] is False
    assert [word in shown.content.decode() for word in ("密钥解析", "密钥条文")] == [True, True]
    card = PracticeCard.objects.get()
    assert (card.is_in_book, card.times, card.times_wrong, card.answer) == (
        True, 1, 1, {"chosen": 1},
    )  # fmt: skip
    assert signed_in(make_member(tree.first)).get(f"{page}answer/").status_code == 404


def test_only_what_is_open_ready_and_of_the_own_branch_or_above_is_practised() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.committee)
    person = make_member(tree.first)
    own = make_question(tree.first, by=by, is_for_practice=True)
    above = make_question(tree.committee, by=by, is_for_practice=True)
    closed = make_question(tree.first, by=by)
    beside = make_question(tree.second, by=by, is_for_practice=True)
    draft = make_question(tree.first, by=by, is_for_practice=True, is_ready=False)
    old = make_question(tree.first, by=by, is_for_practice=True)
    retire(question=old, by=by)
    member = signed_in(person)
    statuses = {
        each.pk: member.get(f"/practice/{each.pk}/").status_code
        for each in (own, above, closed, beside, draft, old)
    }
    assert statuses == {
        own.pk: 200, above.pk: 200, closed.pk: 404, beside.pk: 404, draft.pk: 404, old.pk: 404,
    }  # fmt: skip


def test_a_question_revised_under_somebodys_hands_is_read_again() -> None:
    tree = make_branch_tree()
    by, person = make_instructor(tree.first), make_member(tree.first)
    question = make_question(tree.first, by=by, is_for_practice=True)
    member = signed_in(person)
    sent = place_of(member, question, "32学时")
    revise_question(
        question=question, by=by, written=single_written("新的题目"),
        about=About(is_for_practice=True),
    )  # fmt: skip
    answer = member.post(f"/practice/{question.pk}/", sent)
    assert (answer.status_code, answer.context["refused"]) == (
        422, "这道题刚刚修订过，请看新的题目再作答。",
    )  # fmt: skip
    assert PracticeCard.objects.count() == 0


def test_what_is_due_comes_first_then_what_is_new_and_the_book_has_its_own_round() -> None:
    tree = make_branch_tree()
    by, person = make_instructor(tree.first), make_member(tree.first)
    topic = add_topic(by=by, branch=tree.first, name="党章")
    due, later, new = [
        make_question(tree.first, by=by, topic=topic, is_for_practice=True) for _ in range(3)
    ]
    make_card(person, due)
    make_card(person, later, due_on=clock.today() + dt.timedelta(3))
    assert queries.next_question(person) == due
    assert queries.next_question(person, topic=topic, after=due.pk) == new
    make_card(person, new, is_in_book=False, due_on=clock.today() + dt.timedelta(1))
    assert queries.next_question(person, after=due.pk) is None
    assert queries.next_question(person, is_from_book=True, after=due.pk) == later
    standing = queries.standing_of(person, clock.today())
    assert (standing.questions, standing.practised, standing.due, standing.in_book) == (3, 3, 1, 2)
    member = signed_in(person)
    address = member.get(f"/practice/next/?topic={topic.pk}")["Location"]
    assert address == f"/practice/{due.pk}/?topic={topic.pk}"
    assert (
        member.get(f"/practice/next/?topic={topic.pk}&after={due.pk}")["Location"] == "/practice/"
    )


@pytest.mark.parametrize("address", ["/practice/", "/practice/wrong/"])
@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_number_of_queries_for_one_and_for_three(
    address: str, count: int
) -> None:
    tree = make_branch_tree()
    by, person = make_instructor(tree.first), make_member(tree.first)
    for number in range(count):
        topic = add_topic(by=by, branch=tree.first, name=f"知识点{number}")
        make_card(person, make_question(tree.first, by=by, topic=topic, is_for_practice=True))
    member = signed_in(person)
    member.get(address)
    with CaptureQueriesContext(connection) as captured:
        member.get(address)
    assert len(captured) == QUERIES[address]


QUERIES = {"/practice/": 6, "/practice/wrong/": 4}
