"""The demo bank: enough of each type, whole questions, and never twice."""

from collections import Counter
from pathlib import Path

import pytest

from courses.catalogue.models import LessonPage
from exams.papers.queries import bank_of
from exams.questions.models import Question, QuestionKind, SourceClause
from exams.questions.queries import alike_in, visible_questions
from lms.demo.bank import fill_bank
from lms.demo.bank_texts import BRANCH_QUESTIONS, QUESTIONS
from lms.demo.content import all_lessons
from lms.demo.school import EXPLAINING, add_banks
from lms.members.models import Branch, Member
from lms.supervisor import prepare
from tests.factories import courses
from tests.factories.members import make_administrator, make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_the_bank_is_filled_once_with_every_type_and_without_duplicates() -> None:
    tree = make_branch_tree()
    by = make_administrator(tree.committee)
    _course, lessons = courses.course_with_lessons(by=courses.editor(), lessons=1)
    written = [fill_bank(branch=tree.committee, by=by, lesson=lessons[0]) for _time in range(2)]
    kinds = Counter(Question.objects.filter(state="ready").values_list("kind", flat=True))
    assert written == [len(QUESTIONS), 0]
    assert len(QUESTIONS) >= 60
    assert sorted(kinds) == sorted(QuestionKind.values)
    assert alike_in(tree.committee) == []
    cited = {text.clause for text in QUESTIONS if text.clause}
    assert set(SourceClause.objects.values_list("number", flat=True)) == cited


def old_school() -> Branch:
    """What the banks stand on of a demo school; returns the instructor's branch."""
    tree = make_branch_tree()
    for branch, code in ((tree.committee, "JG"), (tree.first, "JG0101")):
        Branch.objects.filter(pk=branch.pk).update(code=code)
    make_administrator(tree.committee, number="100001")
    title = next(text.title for _course, text in all_lessons() if text.key == EXPLAINING)
    make_instructor(tree.first, number="300001")
    editor = courses.editor()
    chapter = courses.chapter(course=courses.course(by=editor), by=editor)
    courses.lesson(chapter=chapter, by=editor, title=title)
    return tree.first


@pytest.mark.slow
def test_the_instructor_has_a_bank_of_the_own_branch_and_sees_no_other() -> None:
    branch = old_school()
    add_banks(lambda _line: None)
    instructor = Member.objects.get(number="300001")
    assert set(visible_questions(instructor).values_list("branch", flat=True)) == {branch.pk}
    assert visible_questions(instructor).count() == bank_of(branch).count() == len(BRANCH_QUESTIONS)
    assert {question.current.made_by for question in bank_of(branch)} == {instructor}
    assert alike_in(branch) == []
    said = {text.stem for text in QUESTIONS}
    assert [text.stem for text in BRANCH_QUESTIONS if text.stem in said] == []


@pytest.mark.slow
def test_a_school_from_before_the_banks_gets_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_school()
    mark = tmp_path / "demo-school"
    mark.write_text("built")
    monkeypatch.setattr(prepare, "DEMO_MARK", mark)
    assert prepare._lacks_banks() is True
    prepare.add_demo_banks()
    assert Question.objects.filter(state="ready").count() == len(QUESTIONS) + len(BRANCH_QUESTIONS)
    assert (prepare._lacks_banks(), prepare._is_first_start()) == (False, False)


@pytest.mark.slow
def test_a_school_without_its_lecture_is_left_as_it_is() -> None:
    old_school()
    LessonPage.objects.all().delete()
    add_banks(lambda _line: None)
    assert Question.objects.count() == 0
