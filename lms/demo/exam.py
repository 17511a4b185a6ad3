"""The demo school's exam: of its training class, with questions of whatever the bank has."""

import datetime as dt
from decimal import Decimal

from django.db import transaction

from courses.training.models import TrainingClass
from exams.attempts.models import Exam, Release
from exams.papers.blueprint import Blueprint, Cell
from exams.papers.exam_services import create_exam, publish_exam
from exams.papers.models import Paper
from exams.papers.queries import bank_of
from exams.papers.services import fill_from_blueprint, make_paper, seal_paper, set_blueprint
from exams.questions.models import QuestionKind
from lms.core import clock
from lms.members.models import Member

TITLE = "党务工作基础测试"
INSTRUCTIONS = "单项选择题，每题只有一个正确答案。答案随选随存，断网时请不要关闭页面。"
MOST, FEWEST = 10, 3
OPEN_FOR = dt.timedelta(days=60)


def hold_exam(*, training_class: TrainingClass, by: Member) -> Exam | None:
    """Make the exam if it is missing, whole or not at all; None where the bank is too small."""
    found = Exam.objects.filter(training_class=training_class, title=TITLE).first()
    if found is not None:
        return found
    branch = training_class.branch
    count = min(MOST, bank_of(branch).filter(kind=QuestionKind.SINGLE).count())
    if count < FEWEST:
        return None
    with transaction.atomic():
        paper = make_paper(paper=Paper(branch=branch, title=TITLE), by=by)
        section = str(QuestionKind.SINGLE.label)
        cell = Cell(QuestionKind.SINGLE, count, Decimal(10), section)
        set_blueprint(paper=paper, blueprint=Blueprint((cell,)))
        fill_from_blueprint(paper=paper)
        seal_paper(paper=paper, by=by)
        exam = create_exam(
            exam=Exam(
                branch=branch,
                training_class=training_class,
                paper=paper,
                title=TITLE,
                instructions=INSTRUCTIONS,
                opens_at=clock.now(),
                closes_at=clock.now() + OPEN_FOR,
                allowed_seconds=30 * 60,
                attempts_allowed=2,
                release=Release.AT_ONCE,
                study_hours=Decimal(1),
            ),
            by=by,
        )
        publish_exam(exam=exam, by=by)
    return exam
