"""Writing questions: a new version each time, so that papers and attempts keep what they have."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from courses.catalogue.models import LessonPage
from exams.questions.duplicates import fingerprint, said_by
from exams.questions.errors import QuestionError, QuestionWrittenWrongError
from exams.questions.media_queries import missing_media
from exams.questions.models import (
    Question,
    QuestionState,
    QuestionVersion,
    SourceClause,
    Topic,
)
from exams.questions.rules import can_delete, can_edit, can_write_for
from exams.questions.stems import kept_stem, plain_stem
from exams.questions.types import WrittenWrongError, question_type
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Branch, Member

EASIEST, HARDEST = 1, 5


@dataclass(frozen=True, slots=True)
class Written:
    """The words of one version; `stem` and `explanation` as typed or as HTML."""

    stem: str
    content: dict[str, Any]
    key: dict[str, Any]
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a question is about; changing it makes no new version."""

    category: str = ""
    topic: Topic | None = None
    difficulty: int = 3
    clause: SourceClause | None = None
    lesson: LessonPage | None = None
    lesson_second: int = 0
    is_for_practice: bool = False


@transaction.atomic
def write_question(
    *, by: Member, branch: Branch, kind: str, written: Written, about: About
) -> Question:
    """A new question, a draft until somebody calls it ready."""
    return write_questions(by=by, branch=branch, questions=[(kind, written, about)])[0]


@transaction.atomic
def write_questions(
    *, by: Member, branch: Branch, questions: Iterable[tuple[str, Written, About]]
) -> list[Question]:
    """New questions, each (kind, words, what it is about), all of them or none; drafts.

    Three statements write them, however many there are.
    """
    if not can_write_for(by, branch):
        raise QuestionError(_("只能为自己任教员或管理员的党组织出题。"))
    now = clock.now()
    made: list[Question] = []
    said: list[Written] = []
    for kind, written, about in questions:
        kept = _checked(kind, written, by)
        _check_about(kind, kept, about, branch)
        question = Question(branch=branch, kind=kind, created_by=by, created_at=now)
        for name, value in {**_fields(about), "fingerprint": _mark(kept)}.items():
            setattr(question, name, value)
        made.append(question)
        said.append(kept)
    Question.objects.bulk_create(made)
    versions = QuestionVersion.objects.bulk_create(
        _version(question, written, by=by, number=1, at=now)
        for question, written in zip(made, said, strict=True)
    )
    first = QuestionVersion.objects.filter(question=OuterRef("pk")).values("pk")
    Question.objects.filter(pk__in=[question.pk for question in made]).update(
        current=Subquery(first)
    )
    for question, version in zip(made, versions, strict=True):
        question.current = version
    return made


@transaction.atomic
def revise_question(*, question: Question, by: Member, written: Written, about: About) -> Question:
    """Say it anew: changed words are a new version. Who revised it has looked at it again."""
    question = _held(question, by)
    written = _checked(question.kind, written, by)
    _check_about(question.kind, written, about, question.branch)
    Question.objects.filter(pk=question.pk).update(review_reason="", **_fields(about))
    question.refresh_from_db()
    current = question.current
    said = (written.stem, written.content, written.key, written.explanation)
    if current is None or said != (
        current.stem, current.content, current.key, current.explanation,
    ):  # fmt: skip
        _add_version(question, written, by=by, number=current.number + 1 if current else 1)
    return question


@transaction.atomic
def confirm_question(*, question: Question, by: Member) -> None:
    """Looked at and still right: it rests on the same clause of the latest edition from now on."""
    question = _held(question, by)
    question.review_reason = ""
    if question.clause is not None:
        old = question.clause
        latest = old.edition.text.editions.order_by("-in_force_from", "-pk").first()
        now = latest.clauses.filter(number=old.number).first() if latest else None
        question.clause = now or old
    question.save(update_fields=["review_reason", "clause"])


def make_ready(*, question: Question, by: Member) -> None:
    """From now on papers may take it."""
    _move(question, by, to=QuestionState.READY, from_=[QuestionState.DRAFT])


def retire(*, question: Question, by: Member) -> None:
    """No new paper takes it, nobody practises it; papers that have it keep it."""
    _move(question, by, to=QuestionState.RETIRED, from_=[QuestionState.READY])


def bring_back(*, question: Question, by: Member) -> None:
    """A retired question is ready again."""
    _move(question, by, to=QuestionState.READY, from_=[QuestionState.RETIRED])


@transaction.atomic
def delete_draft(*, question: Question, by: Member) -> None:
    """Take away for good what has never been ready."""
    question = _held(question, by)
    if not can_delete(by, question):
        raise QuestionError(_("这道题已经可用过，不能删除；不再使用请停用。"))
    Question.objects.filter(pk=question.pk).update(current=None)
    question.delete()


def _move(question: Question, by: Member, *, to: str, from_: list[str]) -> None:
    if not can_edit(by, question):
        raise QuestionError(_("这道题由所属党组织的教员和管理员维护。"))
    advance_or_raise(
        question, to=to, from_=from_, message=_("这道题的状态刚刚变了，请刷新页面后再试。")
    )


def _held(question: Question, by: Member) -> Question:
    """The question under its lock, if `by` may change it."""
    held = (
        Question.objects.select_for_update(no_key=True, of=("self",))
        .select_related("branch", "current", "clause__edition__text")
        .get(pk=question.pk)
    )
    if not can_edit(by, held):
        raise QuestionError(_("这道题由所属党组织的教员和管理员维护。"))
    return held


def _checked(kind: str, written: Written, by: Member) -> Written:
    """The words as they are kept, if they make a whole question."""
    stem = kept_stem(written.stem)
    if not stem:
        raise QuestionError(_("请写出题目。"))
    try:
        question_type(kind).check(written.content, written.key)
    except WrittenWrongError as wrong:
        raise QuestionWrittenWrongError(wrong) from wrong
    explanation = kept_stem(written.explanation)
    missing = missing_media(by, stem + explanation)
    if missing:
        raise QuestionError(
            _("题目里的 %(code)s 找不到，或者您不能使用。请从下面重新加入图片或音视频。")
            % {"code": missing[0]}
        )
    return Written(stem, written.content, written.key, explanation)


def _check_about(kind: str, written: Written, about: About, branch: Branch) -> None:
    if not EASIEST <= about.difficulty <= HARDEST:
        raise QuestionError(_("难度从 1（易）到 5（难），请重新选择。"))
    if about.topic is not None and about.topic.branch_id != branch.pk:
        raise QuestionError(_("请选择本题所属党组织的知识点。"))
    if about.is_for_practice and question_type(kind).needs_people(written.content):
        raise QuestionError(_("要由人评阅的题不能开放练习，请取消“开放练习”。"))


def _fields(about: About) -> dict[str, Any]:
    return {
        "category": about.category.strip(),
        "topic": about.topic,
        "difficulty": about.difficulty,
        "clause": about.clause,
        "lesson": about.lesson,
        "lesson_second": about.lesson_second,
        "is_for_practice": about.is_for_practice,
    }


def _add_version(question: Question, written: Written, *, by: Member, number: int) -> None:
    version = _version(question, written, by=by, number=number, at=clock.now())
    version.save(force_insert=True)
    question.current = version
    question.fingerprint = _mark(written)
    question.save(update_fields=["current", "fingerprint"])


def _version(
    question: Question, written: Written, *, by: Member, number: int, at: dt.datetime
) -> QuestionVersion:
    return QuestionVersion(
        question=question,
        number=number,
        kind=question.kind,
        stem=written.stem,
        content=written.content,
        key=written.key,
        explanation=written.explanation,
        made_by=by,
        made_at=at,
    )


def _mark(written: Written) -> str:
    return fingerprint(said_by(plain_stem(written.stem), written.content))
