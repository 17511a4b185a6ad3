"""Exams that can be sat, for tests: a sealed paper of single choices, and the people who sit it."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from exams.attempts.models import Attempt, Exam, ExamState
from exams.attempts.saving import Told
from exams.attempts.services import paper_of, start_attempt
from exams.papers.models import Paper, PaperItem, PaperKind, PaperState
from exams.questions.models import Question, QuestionState, QuestionVersion
from lms.core import clock
from lms.members.models import Branch, Member
from tests.factories.courses import editor

_numbers = itertools.count(1)

STEM = "党的根本组织原则是（　　）。"
OPTIONS = ("民主集中制", "少数服从多数", "个人负责制", "集体讨论制")
# Nothing of a key may be found where it does not belong: these words are only there.
CANARY = "CANARY-KEY-7f3a"


def make_version(
    branch: Branch,
    *,
    by: Member | None = None,
    stem: str = STEM,
    options: tuple[str, ...] = OPTIONS,
    correct: int = 0,
) -> QuestionVersion:
    """One single choice in the bank, ready, whose key also carries the canary."""
    by = by or editor()
    question = Question.objects.create(
        branch=branch, kind="single", created_by=by, created_at=clock.now()
    )
    version = QuestionVersion.objects.create(
        question=question,
        number=1,
        kind="single",
        stem=f"<p>{stem}</p>",
        content={"options": list(options)},
        key={"correct": correct, "canary": CANARY},
        explanation=CANARY,
        made_by=by,
        made_at=clock.now(),
    )
    Question.objects.filter(pk=question.pk).update(current=version, state=QuestionState.READY)
    return version


def make_paper(
    branch: Branch,
    *,
    questions: int = 3,
    points: Decimal = Decimal(5),
    section: str = "一、单项选择题",
    kind: str = PaperKind.FIXED,
) -> Paper:
    """A sealed paper with so many single choices."""
    by = editor()
    paper = Paper.objects.create(
        branch=branch,
        title=f"试卷{next(_numbers)}",
        kind=kind,
        state=PaperState.SEALED,
        points=points * questions,
        made_by=by,
        made_at=clock.now(),
        sealed_at=clock.now(),
    )
    for position in range(1, questions + 1):
        PaperItem.objects.create(
            paper=paper,
            position=position,
            section=section,
            version=make_version(branch, by=by, stem=f"第{position}问：{STEM}"),
            points=points,
        )
    return paper


def make_exam(
    branch: Branch, *, questions: int = 3, opened: dt.timedelta = dt.timedelta(), **fields: Any
) -> Exam:
    """A published exam, open since `opened` ago for two hours, an hour to answer."""
    now = clock.now()
    opens_at = fields.pop("opens_at", now - opened)
    values: dict[str, Any] = {
        "title": f"季度测试{next(_numbers)}",
        "state": ExamState.PUBLISHED,
        "opens_at": opens_at,
        "closes_at": opens_at + dt.timedelta(hours=2),
        "allowed_seconds": 3600,
        "made_by": editor(),
        "made_at": now,
        **fields,
    }
    paper = values.pop("paper", None) or make_paper(branch, questions=questions)
    made = Exam.objects.create(branch=branch, paper=paper, **values)
    return Exam.objects.select_related("paper", "branch").get(pk=made.pk)


def begin(exam: Exam, member: Member, *, device: str = "") -> Attempt:
    """The member's running attempt, with its exam."""
    attempt = start_attempt(by=member, exam=exam, device=device)
    attempt.exam = exam
    return attempt


def told(
    attempt: Attempt, position: int, option: int | None, *, seen: int = 0, **more: Any
) -> Told:
    """An answer as it is saved: this option of the author's, or nothing."""
    return Told(
        position=position,
        item_id=attempt.items[position - 1][0],
        answer={} if option is None else {"chosen": option},
        seen=seen,
        **more,
    )


def on_screen(attempt: Attempt, position: int, option: int) -> dict[str, list[str]]:
    """What the screen sends for the author's option."""
    return paper_of(attempt.exam).written(attempt.items, position, {"chosen": option})
