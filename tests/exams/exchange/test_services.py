"""A file is read first and kept as chosen, once; what nobody decides about is dropped."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.exchange import word
from exams.exchange.drafts import Draft
from exams.exchange.models import FileFormat, ImportState, QuestionImport
from exams.exchange.queries import drafts_of, visible_imports
from exams.exchange.services import (
    KEPT_DAYS,
    drop_forgotten,
    drop_import,
    keep_questions,
    read_file,
    rows_of,
)
from exams.exchange.specimens import SPECIMENS
from exams.questions.errors import QuestionError
from exams.questions.models import Question, QuestionState
from exams.questions.queries import visible_questions
from lms.members.models import Role
from tests.exams.exchange.test_word import picture
from tests.factories.members import make_branch, make_role_holder

pytestmark = pytest.mark.django_db

KEEPING = 12

NOON = dt.datetime(2026, 6, 1, 4, tzinfo=dt.UTC)

TEXT = "1. 甲（A）\nA. 一 B. 二\n\n2. 乙\n\n3. 丙对不对？\n答案：对\n\n4. [单选题]丁\nA. 一 B. 二\n"


@pytest.fixture
def branch():
    return make_branch()


@pytest.fixture
def instructor(branch):
    return make_role_holder(Role.INSTRUCTOR, branch)


def uploaded(instructor, branch, text: str = TEXT) -> QuestionImport:
    return read_file(
        by=instructor, branch=branch, file_name="题.txt", content=text.encode("gb18030")
    )


def test_reading_counts_and_changes_nothing(instructor, branch) -> None:
    upload = uploaded(instructor, branch)
    assert (upload.format, upload.found, upload.faulty) == (FileFormat.TEXT, 3, 1)
    assert [
        (row.number, row.draft and row.draft.kind, row.fault and row.fault.problem)
        for row in rows_of(upload)
    ] == [
        (0, "single", None),
        (1, "short", None),
        (2, "true_false", None),
        (3, None, "no_answer"),
    ]
    assert Question.objects.count() == 0


def test_what_is_chosen_is_kept_as_drafts_and_only_once(instructor, branch) -> None:
    upload = uploaded(instructor, branch)
    assert keep_questions(upload=upload, by=instructor, numbers={0, 2, 3}) == 2
    kept = visible_questions(instructor).order_by("pk")
    assert [(q.kind, q.state, q.branch) for q in kept] == [
        ("single", QuestionState.DRAFT, branch),
        ("true_false", QuestionState.DRAFT, branch),
    ]
    again = QuestionImport.objects.get()
    assert (again.state, again.kept, bytes(again.content)) == (ImportState.KEPT, 2, b"")
    with pytest.raises(QuestionError):
        keep_questions(upload=again, by=instructor, numbers={0})
    assert Question.objects.count() == 2


def test_keeping_costs_the_same_however_many_there_are(instructor, branch) -> None:
    said = "".join(f"{n}. 题{n}（A）\nA. 一 B. 二\n知识点：党章\n\n" for n in range(1, 5))
    for numbers in ({0}, {1, 2, 3}):
        upload = uploaded(instructor, branch, said)
        with CaptureQueriesContext(connection) as kept:
            assert keep_questions(upload=upload, by=instructor, numbers=numbers) == len(numbers)
        assert len(kept) == KEEPING
    assert [
        (q.current.number, q.topic.name, bool(q.fingerprint))
        for q in Question.objects.select_related("current", "topic")
    ] == [(1, "党章", True)] * 4


def test_nothing_chosen_is_refused_and_can_be_chosen_again(instructor, branch) -> None:
    upload = uploaded(instructor, branch)
    with pytest.raises(QuestionError):
        keep_questions(upload=upload, by=instructor, numbers={3, 99})
    assert keep_questions(upload=QuestionImport.objects.get(), by=instructor, numbers={0}) == 1


def test_only_who_uploaded_decides(instructor, branch) -> None:
    upload = uploaded(instructor, branch)
    colleague = make_role_holder(Role.INSTRUCTOR, branch)
    assert list(visible_imports(colleague)) == []
    for decide in (
        lambda: keep_questions(upload=upload, by=colleague, numbers={0}),
        lambda: drop_import(upload=upload, by=colleague),
    ):
        with pytest.raises(QuestionError):
            decide()
    drop_import(upload=upload, by=instructor)
    assert QuestionImport.objects.get().state == ImportState.DROPPED


def test_who_does_not_write_for_the_branch_brings_nothing_in(branch) -> None:
    elsewhere = make_role_holder(Role.INSTRUCTOR, make_branch())
    with pytest.raises(QuestionError):
        uploaded(elsewhere, branch)
    assert QuestionImport.objects.count() == 0


def test_what_the_bank_has_or_the_file_says_twice_is_known(instructor, branch) -> None:
    first = uploaded(instructor, branch)
    keep_questions(upload=first, by=instructor, numbers={0})
    second = uploaded(
        instructor, branch, "1. 甲 （Ａ）\nA. 一 B. 二\n2. 戊？\n答案：对\n3. 戊？\n答案：错\n"
    )
    assert [row.is_known for row in rows_of(second)] == [True, False, True]


def test_a_week_later_what_nobody_decided_about_is_dropped(instructor, branch) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        uploaded(instructor, branch)
        clock.shift(dt.timedelta(days=KEPT_DAYS))
        assert drop_forgotten() == 0
        clock.shift(dt.timedelta(seconds=1))
        assert drop_forgotten() == 1
        assert drop_forgotten() == 0
    assert QuestionImport.objects.get().state == ImportState.DROPPED


def test_the_bank_written_out_is_what_came_in(instructor, branch) -> None:
    pictured = Draft(
        "single",
        '图中是<img src="picture-1.png" alt="">（ ）',
        options=("红", "蓝"),
        right=(0,),
        difficulty=3,
        pictures={"picture-1.png": picture()},
    )
    content, left_out = word.write([*SPECIMENS, pictured])
    assert left_out == []
    upload = read_file(by=instructor, branch=branch, file_name="题.docx", content=content)
    assert (upload.found, upload.faulty) == (len(SPECIMENS) + 1, 0)
    keep_questions(upload=upload, by=instructor, numbers=range(upload.found))
    drafts = drafts_of(visible_questions(instructor).order_by("pk"))
    # A question kept has a difficulty, and its points belong to papers.
    expected = [replace(each, points=None, difficulty=each.difficulty or 3) for each in SPECIMENS]
    bare = [
        replace(each, parts=tuple(replace(p, points=None) for p in each.parts)) for each in drafts
    ]
    plain = [
        replace(each, parts=tuple(replace(p, points=None) for p in each.parts)) for each in expected
    ]
    assert bare[:-1] == plain
    assert [len(each.pictures) for each in drafts] == [0] * len(SPECIMENS) + [1]
    assert list(drafts[-1].pictures.values()) == [picture()]
