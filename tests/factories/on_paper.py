"""Exams on paper for tests: a paper of all kinds of questions, sheets printed, filled in, read."""

import datetime as dt
import hashlib
import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from django.db import transaction

from exams.attempts.models import Attempt, Exam
from exams.marking.services import machine_mark_attempt, release_attempt
from exams.on_paper import queries, services
from exams.on_paper.counting_services import count
from exams.on_paper.models import PaperSheet
from exams.on_paper.sheet_use import EXAM_USE
from exams.papers import services as papers
from exams.papers.blueprint import Blueprint
from exams.papers.models import Paper, PaperKind
from exams.questions.models import Question, QuestionState, QuestionVersion
from exams.sheets.models import BatchState, PageState, SheetBatch, SheetPage
from exams.sheets.readings import Answer, Doubt, Reading
from exams.sheets.taking import take
from lms.core import clock
from lms.members.models import Branch, Member
from tests.factories.exam_attempts import make_exam
from tests.factories.sheets import as_jpeg

_numbers = itertools.count(1)
KINDS = ("single", "single", "multiple", "true_false")
OPTIONS = ["民主集中制", "少数服从多数", "个人负责制", "集体讨论制"]
WRITTEN = {
    "single": ({"options": OPTIONS}, {"correct": 0}),
    "multiple": ({"options": OPTIONS}, {"correct": [0, 2], "scoring": "partial"}),
    "true_false": ({}, {"correct": True}),
    "short": ({}, {"model": "要点略", "rubric": []}),
}  # fmt: skip
SECTIONS = {
    "single": "单选题",
    "multiple": "多选题",
    "true_false": "判断题",
    "short": "简答题",
}


def make_question(branch: Branch, kind: str, *, by: Member) -> Question:
    """One in the bank, ready."""
    now = clock.now()
    content, key = WRITTEN[kind]
    question = Question.objects.create(
        branch=branch, kind=kind, difficulty=3, created_by=by, created_at=now
    )  # fmt: skip
    question.current = QuestionVersion.objects.create(
        question=question, number=1, kind=kind, content=content, key=key,
        stem=f"<p>第 {next(_numbers)} 问：党的根本组织原则是（　）。</p>",
        made_by=by, made_at=now,
    )  # fmt: skip
    question.state = QuestionState.READY
    question.save(update_fields=["current", "state"])
    return question


def make_paper(
    branch: Branch,
    *,
    by: Member,
    kinds: Sequence[str] = KINDS,
    kind: str = PaperKind.FIXED,
    blueprint: Blueprint | None = None,
) -> Paper:
    """A sealed paper, a section a kind; five points a question."""
    paper = papers.make_paper(
        paper=Paper(branch=branch, title=f"季度测试卷{next(_numbers)}", kind=kind, seed=7), by=by
    )
    if blueprint is not None:
        for each in kinds:
            make_question(branch, each, by=by)
        papers.set_blueprint(paper=paper, blueprint=blueprint)
        papers.fill_from_blueprint(paper=paper)
    else:
        for each in kinds:
            papers.add_item(
                paper=paper, question=make_question(branch, each, by=by), points=Decimal(5),
                section=SECTIONS[each],
            )  # fmt: skip
    papers.seal_paper(paper=paper, by=by)
    return Paper.objects.select_related("branch").get(pk=paper.pk)


def make_paper_exam(
    branch: Branch,
    *,
    by: Member,
    is_planned: bool = True,
    writes_on_sheet: bool = False,
    paper: Paper | None = None,
    kinds: Sequence[str] = KINDS,
    **fields: Any,
) -> Exam:
    """A published exam that opened an hour ago, held on paper."""
    values: dict[str, Any] = {"title": "党章知识测试", "opened": dt.timedelta(hours=1), **fields}
    made = make_exam(branch, paper=paper or make_paper(branch, by=by, kinds=kinds), **values)
    if is_planned:
        services.open_plan(by=by, exam=made, writes_on_sheet=writes_on_sheet)
    found = queries.exam_with_plan(made.pk)
    assert found is not None
    return found


def printed_for(exam: Exam, *, by: Member) -> dict[int, PaperSheet]:
    """Everybody's sheet, by member."""
    services.order_for_people(by=by, exam=exam)
    found = PaperSheet.objects.filter(exam=exam, is_current=True, member__isnull=False)
    return {sheet.member_id: sheet for sheet in found if sheet.member_id}


def spare_sheets(exam: Exam, *, by: Member, copies: int = 1) -> list[PaperSheet]:
    about = services.prepare_spare(by=by, exam=exam, copies=copies)
    return list(PaperSheet.objects.filter(pk__in=about["sheets"]).order_by("pk"))


def come_back(
    sheet: PaperSheet,
    marked: Mapping[int, Sequence[int]],
    *,
    number: str = "",
    doubt: str = "",
    page: int = 1,
) -> SheetPage:
    """A page of the sheet as the reader leaves it: these boxes by question, the number's digits.

    `doubt` names a field that waits for a person.
    """
    exam = queries.exam_with_plan(sheet.exam_id)
    assert exam is not None
    layout = queries.layouts_of(exam)[sheet.form]
    digits = number.zfill(layout.number_digits) if number else ""
    found = layout.page(page)
    assert found is not None
    answers = tuple(
        Answer(
            field.key,
            (tuple(marked.get(int(field.key[1:]), ())))
            if not field.is_digit
            else ((int(digits[int(field.key[1:])]),) if digits else ()),
            (0.3,) * len(field.options),
            Doubt.FAINT if field.key == doubt else None,
        )
        for field in found.fields
        if not field.is_area
    )
    batch = SheetBatch.objects.create(
        use=EXAM_USE.key, subject_id=exam.pk, file=ContentFile(b"%PDF-", name="scan.pdf"),
        name="扫描.pdf", size_bytes=5, state=BatchState.READ, by=exam.made_by, at=clock.now(),
        sha256=hashlib.sha256(f"{sheet.serial}{next(_numbers)}".encode()).hexdigest(),
    )  # fmt: skip
    with transaction.atomic():
        scanned = SheetPage.objects.create(
            batch=batch, position=1, use=EXAM_USE.key, subject_id=exam.pk, form=sheet.form,
            page=page,
            serial=sheet.serial, changed_at=clock.now(),
            reading=Reading("", None, answers).as_json(),
            image=ContentFile(as_jpeg(np.full((1782, 1260), 240, np.uint8)), name="page.jpg"),
            state=PageState.DOUBTFUL if doubt else PageState.READ,
        )  # fmt: skip
        if not doubt:
            take(scanned)
    return scanned


def counted_on_paper(exam: Exam, member: Member, *, by: Member) -> Attempt:
    """What a spare sheet came to that a person said was this member's; the machine's part done."""
    (sheet,) = spare_sheets(exam, by=by)
    come_back(sheet, {1: [0]})
    found = PaperSheet.objects.select_related("exam__paper", "exam__paper_plan").get(pk=sheet.pk)
    with transaction.atomic():
        count(found, member.pk, by=by, reason="核对了姓名")
    attempt = Attempt.objects.select_related("exam").get(paper_sheet=sheet)
    machine_mark_attempt(attempt_id=attempt.pk)
    attempt.refresh_from_db()
    return attempt


def released_on_paper(exam: Exam, member: Member, *, by: Member) -> Attempt:
    """The same, released."""
    attempt = counted_on_paper(exam, member, by=by)
    release_attempt(attempt)
    return attempt
