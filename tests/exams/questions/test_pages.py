"""The bank in the back office: writing by plain forms, lists, review, texts."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.questions.drafts import draft_of, sent_draft, written_in
from exams.questions.models import Question, SourceText, Topic
from lms.demo.bank_texts import QUESTIONS
from lms.members.models import Member
from tests.factories.members import make_branch_tree, make_instructor
from tests.factories.questions import make_edition, make_question, single_written

pytestmark = pytest.mark.django_db


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


SINGLE: dict[str, Any] = {
    "stem": "党的根本宗旨是什么？", "explanation": "", "difficulty": "2", "lesson_second": "0",
    "first": ["全心全意为人民服务", "实事求是", ""], "right": "0",
}  # fmt: skip


@pytest.mark.slow
def test_a_question_is_written_looked_at_and_made_ready_on_pages() -> None:
    tree = make_branch_tree()
    teacher = signed_in(make_instructor(tree.first))
    address = f"/admin/questions/new/?branch={tree.first.pk}&kind=single"
    empty = teacher.get(address)
    more = teacher.post(address, SINGLE | {"more": "1"})
    wrong = teacher.post(address, SINGLE | {"right": ""})
    saved = teacher.post(address, SINGLE)
    question = Question.objects.get()
    page = f"/admin/questions/{question.pk}/"

    assert [len(answer.context["draft"].rows) for answer in (empty, more)] == [4, 5]
    assert [empty.status_code, more.status_code, wrong.status_code] == [200, 200, 422]
    assert wrong.context["form"].non_field_errors() == [
        "请标出正确答案：单选题标一个，多选题至少标一个。"
    ]
    assert (saved.status_code, saved["Location"]) == (302, page)
    assert question.current is not None
    assert question.current.content == {"options": ["全心全意为人民服务", "实事求是"]}
    assert teacher.post(page, {"act": "ready"}).status_code == 302
    question.refresh_from_db()
    assert question.state == "ready"
    assert teacher.get(page).status_code == 200
    again = teacher.post(address, SINGLE)
    assert (again.status_code, [each[2] for each in again.context["like"]]) == (422, [100])
    assert teacher.post(address, SINGLE | {"anyway": "1"}).status_code == 302


@pytest.mark.slow
def test_editing_makes_a_version_and_shows_what_changed() -> None:
    tree = make_branch_tree()
    teacher = signed_in(make_instructor(tree.first))
    question = make_question(tree.first, written=single_written("旧的题目"))
    answer = teacher.post(f"/admin/questions/{question.pk}/edit/", SINGLE | {"anyway": "1"})
    assert answer.status_code == 302
    history = teacher.get(f"/admin/questions/{question.pk}/").context["history"]
    assert [(version.number, len(changes) > 0) for version, changes in history] == [
        (2, True), (1, False),
    ]  # fmt: skip
    assert ("-", "旧的题目") in history[0][1]


def test_what_a_form_shows_of_a_question_says_the_same_when_it_is_sent() -> None:
    for text in QUESTIONS:
        draft = draft_of(text.kind, text.content, text.key)
        assert written_in(sent_draft(text.kind, posted(draft))) == (text.content, text.key)


def posted(draft: Any) -> dict[str, list[str]]:
    """What the form of a draft sends."""
    prefix = draft.prefix
    lists = {f"{prefix}{name}": [value] for name, value in draft.values.items()}
    lists[f"{prefix}first"] = [row.first for row in draft.rows]
    lists[f"{prefix}second"] = [row.second for row in draft.rows]
    lists[f"{prefix}right"] = [str(row.number) for row in draft.rows if row.is_right]
    for part in draft.parts:
        lists.setdefault(f"{prefix}part_kind", []).append(part.draft.kind)
        lists |= {f"{part.prefix}stem": [part.stem], f"{part.prefix}points": [part.points]}
        lists |= posted(part.draft)
    return lists


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", {each.kind: each for each in QUESTIONS}.values(), ids=lambda text: text.kind
)
def test_every_type_has_its_pages(text: Any, demo_question: Any) -> None:
    teacher, question = demo_question(text)
    pages = [f"/admin/questions/{question.pk}/", f"/admin/questions/{question.pk}/edit/"]
    assert [teacher.get(page).status_code for page in pages] == [200, 200]


@pytest.mark.slow
def test_a_new_edition_leads_to_the_list_of_what_to_look_at() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    teacher = signed_in(by)
    teacher.post("/admin/questions/sources/", {"branch": tree.first.pk, "title": "条例"})
    text = SourceText.objects.get()
    edition = make_edition(tree.first, "第一条 旧。\n第二条 同。", by=by, text=text)
    question = make_question(tree.first, by=by, clause=edition.clauses.get(number="第一条"))
    page = f"/admin/questions/sources/{text.pk}/"
    sent = {"name": "新版", "in_force_from": "2026-01-01", "pasted": "第一条 新。\n第二条 同。"}
    assert teacher.post(page, sent).status_code == 302
    assert [change.old.number for change in teacher.get(page).context["changes"]] == ["第一条"]
    listed = teacher.get("/admin/questions/?needs_review=on").context["rows"]
    assert [row.pk for row, _words in listed] == [question.pk]
    teacher.post(f"/admin/questions/{question.pk}/", {"act": "confirm"})
    assert teacher.get("/admin/questions/?needs_review=on").context["rows"] == []


def test_topics_are_added_and_renamed() -> None:
    tree = make_branch_tree()
    teacher = signed_in(make_instructor(tree.first))
    teacher.post("/admin/questions/topics/", {"branch": tree.first.pk, "name": "党章"})
    topic = Topic.objects.get()
    renamed = {"topic": topic.pk, "name": "党章总纲"}
    stranger = signed_in(make_instructor(tree.second))
    assert stranger.post("/admin/questions/topics/", renamed).status_code == 404
    assert teacher.post("/admin/questions/topics/", renamed).status_code == 302
    topic.refresh_from_db()
    assert topic.name == "党章总纲"


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_number_of_queries_for_one_and_for_three(count: int) -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    for _ in range(count):
        make_question(tree.first, by=by)
    teacher = signed_in(by)
    teacher.get("/admin/questions/")
    with CaptureQueriesContext(connection) as captured:
        teacher.get("/admin/questions/")
    assert len(captured) == QUERIES


QUERIES = 22
