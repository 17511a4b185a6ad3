"""Exams that have been sat, for tests of what comes after: papers, attempts and answers as rows."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exams.attempts.models import Answer, Attempt, AttemptState, Exam, ExamState, FinishedBy
from exams.marking.desk_services import claim_place, save_mark
from exams.marking.services import machine_mark_attempt
from exams.papers.models import Paper, PaperItem, PaperState
from exams.questions.models import Question, QuestionState, QuestionVersion, Topic
from lms.core import clock
from lms.members.models import Branch, Member

_numbers = itertools.count(1)
OPTIONS = ("甲", "乙", "丙", "丁")
RUBRIC = ({"text": "观点明确", "points": "4"}, {"text": "联系实际", "points": "6"})


@dataclass(frozen=True)
class Sat:
    """One exam with its items in order."""

    exam: Exam
    items: list[PaperItem]


def make_version(
    branch: Branch,
    *,
    by: Member,
    kind: str = "single",
    correct: int = 0,
    stem: str = "",
    topic: Topic | None = None,
    explanation: str = "",
    **about: Any,
) -> QuestionVersion:
    """One question in use; a choice among four whose right one is `correct`, or a written one."""
    number = next(_numbers)
    now = clock.now()
    question = Question.objects.create(
        branch=branch, kind=kind, topic=topic, created_by=by, created_at=now, **about
    )
    is_single = kind == "single"
    version = QuestionVersion.objects.create(
        question=question, number=1, kind=kind, stem=stem or f"<p>第 {number} 题怎样做才对？</p>",
        content={"options": list(OPTIONS)} if is_single else {},
        key={"correct": correct} if is_single else {"model": "要点略", "rubric": list(RUBRIC)},
        explanation=explanation, made_by=by, made_at=now,
    )  # fmt: skip
    Question.objects.filter(pk=question.pk).update(current=version, state=QuestionState.READY)
    return version


def make_sat_exam(
    branch: Branch,
    *,
    by: Member,
    kinds: Sequence[str] = ("single", "single", "short"),
    points: Sequence[str] = (),
    versions: Sequence[QuestionVersion] = (),
    is_over: bool = True,
    title: str = "党章知识测试",
    **changed: Any,
) -> Sat:
    """A published exam of a fixed paper; 5 points a choice and 10 a written answer."""
    now = clock.now()
    paper = Paper.objects.create(
        branch=branch, title=title, state=PaperState.SEALED, made_by=by, made_at=now, sealed_at=now
    )
    asked = list(versions) or [make_version(branch, by=by, kind=kind) for kind in kinds]
    worth = list(points) or ["5" if version.kind == "single" else "10" for version in asked]
    items = [
        PaperItem.objects.create(
            paper=paper, position=place, version=version, points=Decimal(worth[place - 1])
        )
        for place, version in enumerate(asked, start=1)
    ]
    closes_at = now - dt.timedelta(hours=1) if is_over else now + dt.timedelta(hours=1)
    fields: dict[str, Any] = {
        "branch": branch, "paper": paper, "title": title, "state": ExamState.PUBLISHED,
        "opens_at": now - dt.timedelta(days=1), "closes_at": closes_at, "allowed_seconds": 3600,
        "made_by": by, "made_at": now,
    } | changed  # fmt: skip
    return Sat(Exam.objects.create(**fields), items)


def sit(
    sat: Sat, member: Member, answers: Sequence[Mapping[str, Any]], *, number: int = 1
) -> Attempt:
    """An attempt handed in with these answers, in the order of the items; {} for an empty one."""
    now = clock.now()
    attempt = Attempt.objects.create(
        exam=sat.exam, member=member, number=number, seed=number,
        items=[[item.pk, []] for item in sat.items], state=AttemptState.FINISHED,
        started_at=now - dt.timedelta(hours=3), deadline_at=now - dt.timedelta(hours=2),
        finished_at=now - dt.timedelta(hours=2), finished_by=FinishedBy.MEMBER,
        receipt=f"K{next(_numbers):08}",
        out_of=sum((item.points for item in sat.items), Decimal(0)),
    )  # fmt: skip
    for item, answer in zip(sat.items, answers, strict=True):
        Answer.objects.create(attempt=attempt, item=item, answer=dict(answer), saved_at=now)
    return attempt


def chose(*indexes: int) -> list[dict[str, Any]]:
    """Answers to single choices; -1: none."""
    return [{"chosen": index} if index >= 0 else {} for index in indexes]


def wrote(text: str = "学习要联系实际。") -> dict[str, Any]:
    return {"text": text}


def machine_marked(
    sat: Sat, member: Member, answers: Sequence[Mapping[str, Any]], *, number: int = 1
) -> Attempt:
    """As `sit`, and the machine has been over it."""
    attempt = sit(sat, member, answers, number=number)
    machine_mark_attempt(attempt_id=attempt.pk)
    attempt.refresh_from_db()
    return attempt


def mark_next(sat: Sat, by: Member, points: str, *, comment: str = "") -> None:
    """The next answer for this marker gets these points."""
    place = claim_place(exam=sat.exam, by=by)
    assert place is not None
    save_mark(place=place, by=by, points=Decimal(points), comment=comment)
