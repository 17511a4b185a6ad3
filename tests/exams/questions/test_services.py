"""Writing, revising and putting away questions; texts and what a new edition asks of people."""

import datetime as dt
from dataclasses import replace

import pytest

from exams.questions import queries
from exams.questions.errors import QuestionError, QuestionWrittenWrongError
from exams.questions.models import Question, QuestionState
from exams.questions.services import (
    About,
    Written,
    bring_back,
    confirm_question,
    delete_draft,
    make_ready,
    retire,
    revise_question,
    write_question,
)
from exams.questions.source_services import add_edition, add_topic, compare_editions, rename_topic
from lms.core.states import StateMovedError
from tests.factories.members import make_branch_tree, make_instructor, make_member, make_secretary
from tests.factories.questions import make_edition, make_question, single_written

pytestmark = pytest.mark.django_db


def test_teachers_of_the_branch_write_and_others_do_not() -> None:
    tree = make_branch_tree()
    written, about = single_written(), About()
    question = write_question(
        by=make_instructor(tree.general), branch=tree.first, kind="single", written=written,
        about=about,
    )  # fmt: skip
    assert (question.state, question.current and question.current.number) == ("draft", 1)
    for stranger in (
        make_member(tree.first),
        make_secretary(tree.first),
        make_instructor(tree.second),
    ):
        with pytest.raises(QuestionError):
            write_question(
                by=stranger, branch=tree.first, kind="single", written=written, about=about
            )
        with pytest.raises(QuestionError):
            revise_question(question=question, by=stranger, written=written, about=about)
        with pytest.raises(QuestionError):
            make_ready(question=question, by=stranger)
        with pytest.raises(QuestionError):
            delete_draft(question=question, by=stranger)


def test_changed_words_are_a_new_version_and_the_old_one_stays() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    written = single_written("党的根本宗旨是什么？")
    question = make_question(tree.first, by=by, written=written)
    first = question.current
    assert first is not None
    again = revise_question(question=question, by=by, written=written, about=About(difficulty=5))
    assert (again.current_id, again.difficulty) == (first.pk, 5)
    revised = revise_question(
        question=question, by=by, written=replace(written, key={"correct": 2}), about=About()
    )
    first.refresh_from_db()
    said = [(each.number, each.key) for each in queries.versions_of(revised)]
    assert said == [(2, {"correct": 2}), (1, {"correct": 0})]
    assert revised.current is not None
    assert revised.current.number == 2


def test_what_is_no_whole_question_is_refused_in_plain_words() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    with pytest.raises(QuestionWrittenWrongError) as refused:
        make_question(tree.first, by=by, written=Written("题", {"options": ["甲"]}, {"correct": 0}))
    assert refused.value.message == "请写出 2 到 26 个选项。"
    with pytest.raises(QuestionError) as refused_empty:
        make_question(tree.first, by=by, written=replace(single_written(), stem="<p> </p>"))
    assert refused_empty.value.message == "请写出题目。"
    essay = Written("谈谈体会", {}, {"model": "略", "rubric": [{"text": "观点", "points": "5"}]})
    with pytest.raises(QuestionError):
        make_question(tree.first, by=by, kind="essay", written=essay, is_for_practice=True)


def test_what_is_written_is_made_harmless() -> None:
    tree = make_branch_tree()
    stem = '<p onclick="x()">一</p><script>alert(1)</script><img src=x onerror=y>二'
    question = make_question(tree.first, written=single_written(stem))
    lines = make_question(tree.first, written=single_written("一 < 二\n三\n\n四"))
    assert question.current is not None
    assert lines.current is not None
    assert question.current.stem == "<p>一</p>二"
    assert lines.current.stem == "<p>一 &lt; 二<br>三</p><p>四</p>"


def test_a_question_goes_from_draft_to_ready_to_retired_and_back() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    question = make_question(tree.first, by=by, is_ready=False)
    with pytest.raises(StateMovedError):
        retire(question=question, by=by)
    make_ready(question=question, by=by)
    with pytest.raises(QuestionError):
        delete_draft(question=question, by=by)
    retire(question=question, by=by)
    bring_back(question=question, by=by)
    assert question.state == QuestionState.READY
    delete_draft(question=make_question(tree.first, by=by, is_ready=False), by=by)
    assert Question.objects.count() == 1


OLD = "第一章 总则\n第一条 学习要坚持。\n第二条 每年 32 学时。\n第三条 旧的。\n第四条 不变。"
NEW = "第一章 总则\n第一条 学习要坚持\n第二条 每年 40 学时。\n第四条 不变。"


def test_a_new_edition_asks_to_look_at_what_rests_on_changed_clauses() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    old = make_edition(tree.first, OLD, by=by)
    clauses = list(old.clauses.order_by("position"))
    questions = [make_question(tree.first, by=by, clause=clause) for clause in clauses]
    new = make_edition(tree.first, NEW, by=by, text=old.text, in_force_from=dt.date(2026, 1, 1))
    for question in questions:
        question.refresh_from_db()

    assert [(each.number, each.words) for each in clauses][1] == ("第二条", "每年 32 学时。")
    assert [change.old.number for change in compare_editions(old, new)] == ["第二条", "第三条"]
    assert [question.review_reason for question in questions] == [
        "", "依据条文已修订：《学习条例》第二条", "依据条文已删除：《学习条例》第三条", "",
    ]  # fmt: skip
    assert [question.clause and question.clause.edition_id for question in questions] == [
        new.pk, old.pk, old.pk, new.pk,
    ]  # fmt: skip
    assert list(queries.found_questions(by, {"needs_review": True})) == [questions[2], questions[1]]
    confirm_question(question=questions[1], by=by)
    questions[1].refresh_from_db()
    assert questions[1].review_reason == ""
    assert questions[1].clause == new.clauses.get(number="第二条")


def test_an_edition_needs_clauses_each_once_and_a_name_of_its_own() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    edition = make_edition(tree.first, OLD, by=by, name="甲")
    for name, pasted in (("乙", "没有条文"), ("乙", "第一条 一\n第一条 二"), ("甲", OLD)):
        with pytest.raises(QuestionError):
            add_edition(
                text=edition.text,
                by=by,
                name=name,
                in_force_from=dt.date(2026, 1, 1),
                pasted=pasted,
            )
    assert edition.text.editions.count() == 1


def test_topics_are_there_once_and_count_their_questions() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.first)
    topic = add_topic(by=by, branch=tree.first, name=" 党章 ")
    assert add_topic(by=by, branch=tree.first, name="党章") == topic
    other = add_topic(by=by, branch=tree.first, name="党史")
    with pytest.raises(QuestionError):
        rename_topic(topic=other, by=by, name="党章")
    make_question(tree.first, by=by, topic=topic)
    make_question(tree.first, by=by, topic=topic)
    assert {each.name: each.count for each in queries.topics_of(by)} == {"党史": 0, "党章": 2}


def test_the_same_and_nearly_the_same_are_found_in_the_branch() -> None:
    tree = make_branch_tree()
    by = make_instructor(tree.general)
    one = make_question(
        tree.first, by=by, written=single_written("党员每年集中学习培训时间一般不少于多少学时？")
    )
    same = single_written("党员每年，集中学习培训时间　一般不少于多少学时?")
    again = make_question(tree.first, by=by, written=same)
    near = make_question(
        tree.first, by=by, written=single_written("党员每年集中学习培训时间不少于多少学时？")
    )
    make_question(tree.second, by=by, written=same)
    make_question(tree.first, by=by, written=single_written("中国共产党成立于哪一年？"))
    alike = [(a.pk, b.pk, likeness) for a, b, likeness in queries.alike_in(tree.first)]
    assert one.fingerprint == again.fingerprint
    assert alike[0] == (one.pk, again.pk, 100)
    assert [pair[:2] for pair in alike] == [
        (one.pk, again.pk),
        (one.pk, near.pk),
        (again.pk, near.pk),
    ]
    found = queries.like_it(
        branch=tree.first, stem=same.stem, content=same.content, apart_from=again.pk
    )
    assert [question.pk for question, _likeness in found] == [one.pk, near.pk]


def test_usage_counts_papers_and_attempts() -> None:
    tree = make_branch_tree()
    question = make_question(tree.first)
    assert (queries.usage_of(question).papers, queries.usage_of(question).attempts) == (0, 0)
