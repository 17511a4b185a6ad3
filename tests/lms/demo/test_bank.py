"""The demo bank: enough of each type, whole questions, and never twice."""

from collections import Counter

import pytest

from exams.questions.models import Question, QuestionKind, SourceClause
from exams.questions.queries import alike_in
from lms.demo.bank import fill_bank
from lms.demo.bank_texts import QUESTIONS
from tests.factories import courses
from tests.factories.members import make_administrator, make_branch_tree

pytestmark = pytest.mark.django_db


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
