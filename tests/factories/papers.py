"""Papers and exams for tests, made by the services that the screens call."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from exams.attempts.models import Attempt, AttemptState, Exam
from exams.papers import exam_services, services
from exams.papers.blueprint import Blueprint
from exams.papers.models import Paper, PaperKind
from exams.questions.models import Question, QuestionState, QuestionVersion, Topic
from lms.core import clock
from lms.members.models import Branch, Member
from tests.factories.courses import editor

_numbers = itertools.count(1)


def make_topic(branch: Branch, name: str = "党章") -> Topic:
    return Topic.objects.get_or_create(branch=branch, name=name)[0]


def ready_question(
    branch: Branch,
    *,
    topic: Topic | None = None,
    difficulty: int = 3,
    by: Member | None = None,
    **said: Any,
) -> Question:
    """A single-choice question in the bank, ready for papers."""
    by = by or editor()
    now = clock.now()
    question = Question.objects.create(
        branch=branch,
        kind="single",
        topic=topic,
        difficulty=difficulty,
        created_by=by,
        created_at=now,
    )
    revise_question(question, by=by, **said)
    Question.objects.filter(pk=question.pk).update(state=QuestionState.READY)
    question.state = QuestionState.READY
    return question


def revise_question(question: Question, *, by: Member | None = None, **said: Any) -> None:
    """A further version of the question, which is current from now on."""
    values: dict[str, Any] = {
        "stem": f"<p>第 {next(_numbers)} 问：党的根本组织原则是（　）。</p>",
        "content": {"options": ["民主集中制", "集体领导", "分工负责", "少数服从多数"]},
        "key": {"correct": 0},
        "explanation": "<p>党章总纲：党的建设必须坚决实现民主集中制。</p>",
        **said,
    }
    question.current = QuestionVersion.objects.create(
        question=question,
        number=question.versions.count() + 1,
        kind=question.kind,
        made_by=by or question.created_by,
        made_at=clock.now(),
        **values,
    )
    question.save(update_fields=["current"])


def make_paper(
    branch: Branch,
    *,
    blueprint: Blueprint | None = None,
    questions: int = 0,
    kind: str = PaperKind.FIXED,
    by: Member | None = None,
    sealed: bool = False,
    **fields: Any,
) -> Paper:
    """A draft; with a blueprint it is filled, with `questions` it gets so many new ones."""
    by = by or editor()
    title = fields.pop("title", f"季度测试第{next(_numbers)}卷")
    made = services.make_paper(paper=Paper(branch=branch, title=title, kind=kind, **fields), by=by)
    if blueprint is not None:
        services.set_blueprint(paper=made, blueprint=blueprint)
        services.fill_from_blueprint(paper=made)
    for _number in range(questions):
        services.add_item(paper=made, question=ready_question(branch, by=by), points=Decimal(2))
    if sealed:
        services.seal_paper(paper=made, by=by)
    return Paper.objects.select_related("branch").get(pk=made.pk)


def make_exam(
    branch: Branch,
    *,
    paper: Paper | None = None,
    by: Member | None = None,
    published: bool = False,
    **fields: Any,
) -> Exam:
    """An exam that opens in an hour for two hours; a draft unless said otherwise."""
    by = by or editor()
    now = clock.now()
    values: dict[str, Any] = {
        "title": f"第{next(_numbers)}季度测试",
        "opens_at": now + dt.timedelta(hours=1),
        "closes_at": now + dt.timedelta(hours=3),
        "allowed_seconds": 3600,
        **fields,
    }
    paper = paper or make_paper(branch, questions=2, by=by, sealed=True)
    made = exam_services.create_exam(exam=Exam(branch=branch, paper=paper, **values), by=by)
    if published:
        exam_services.publish_exam(exam=made, by=by)
    return made


def result(exam: Exam, member: Member, *, is_passed: bool, state: str = "released") -> Attempt:
    """What came of one sitting, as marking leaves it."""
    now = clock.now()
    return Attempt.objects.create(
        exam=exam,
        member=member,
        number=1 + Attempt.objects.filter(exam=exam, member=member).count(),
        state=AttemptState(state),
        seed=1,
        items=[],
        started_at=now,
        deadline_at=now,
        finished_at=now,
        out_of=exam.paper.points,
        is_passed=is_passed,
    )
