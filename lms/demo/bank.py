"""The demo school's question banks: the committee's with its clauses, the instructor's own."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from courses.catalogue.models import LessonPage
from exams.questions.duplicates import fingerprint, said_by
from exams.questions.models import Question, SourceClause, SourceText
from exams.questions.services import About, Written, make_ready, write_question
from exams.questions.source_services import add_edition, add_source_text, add_topic
from exams.questions.types import question_type
from lms.demo.bank_texts import (
    BRANCH_QUESTIONS,
    CONSTITUTION,
    CONSTITUTION_TITLE,
    EDITION,
    QUESTIONS,
    READING,
    QuestionText,
)
from lms.members.models import Branch, Member

IN_FORCE_FROM = dt.date(2022, 10, 22)
EXPLAINED_AT = 60  # seconds: where the lecture on reading a regulation comes to its point


def fill_bank(*, branch: Branch, by: Member, lesson: LessonPage) -> int:
    """Write what is missing of the committee's bank; returns how many questions were written."""
    return _fill(QUESTIONS, branch, by, _clauses(branch, by), lesson)


def fill_branch_bank(*, branch: Branch, by: Member, lesson: LessonPage) -> int:
    """The same of what an instructor has written for the own branch, and sees where others do not.

    No question is in both banks: a paper of the committee draws from those of its branches too.
    """
    return _fill(BRANCH_QUESTIONS, branch, by, {}, lesson)


def _fill(
    texts: Sequence[QuestionText],
    branch: Branch,
    by: Member,
    clauses: dict[str, SourceClause],
    lesson: LessonPage,
) -> int:
    there = set(Question.objects.filter(branch=branch).values_list("fingerprint", flat=True))
    written = 0
    for text in texts:
        if fingerprint(said_by(text.stem, text.content)) not in there:
            with transaction.atomic():
                _write(text, branch, by, clauses.get(text.clause), lesson)
            written += 1
    return written


def _write(
    text: QuestionText, branch: Branch, by: Member, clause: SourceClause | None,
    lesson: LessonPage,
) -> None:  # fmt: skip
    topic = add_topic(by=by, branch=branch, name=text.topic)
    explained = lesson if text.topic == READING else None
    question = write_question(
        by=by,
        branch=branch,
        kind=text.kind,
        written=Written(text.stem, text.content, text.key, text.explanation),
        about=About(
            category="示范题库",
            topic=topic,
            difficulty=text.difficulty,
            clause=clause,
            lesson=explained,
            lesson_second=EXPLAINED_AT if explained else 0,
            is_for_practice=not question_type(text.kind).needs_people(text.content),
        ),
    )
    make_ready(question=question, by=by)


@transaction.atomic
def _clauses(branch: Branch, by: Member) -> dict[str, SourceClause]:
    text = SourceText.objects.filter(branch=branch, title=CONSTITUTION_TITLE).first()
    if text is None:
        text = add_source_text(by=by, branch=branch, title=CONSTITUTION_TITLE)
        add_edition(
            text=text, by=by, name=EDITION, in_force_from=IN_FORCE_FROM, pasted=CONSTITUTION
        )
    found = SourceClause.objects.filter(edition__text=text, edition__name=EDITION)
    return {clause.number: clause for clause in found}
