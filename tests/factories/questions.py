"""Questions for tests, written by the services a real author uses."""

import datetime as dt
import itertools
from typing import Any

from exams.practice.models import PracticeCard
from exams.questions.models import Question, SourceEdition, SourceText
from exams.questions.services import About, Written, make_ready, write_question
from exams.questions.source_services import add_edition, add_source_text
from lms.core import clock
from lms.members.models import Branch, Member
from tests.factories.members import make_instructor

_numbers = itertools.count(1)


def single_written(stem: str = "", *, correct: int = 0) -> Written:
    return Written(
        stem or f"第{next(_numbers)}题：党员每年学习的学时一般不少于多少？",
        {"options": ["32学时", "16学时", "8学时"]},
        {"correct": correct},
        "见条例。",
    )


def blank_written(*accepted: str) -> Written:
    """One blank, filled in with any of these."""
    return Written(
        "支部的组织生活制度是______。",
        {"blanks": 1, "any_order": False},
        {"blanks": [list(accepted)]},
    )


def make_question(
    branch: Branch,
    *,
    by: Member | None = None,
    kind: str = "single",
    written: Written | None = None,
    is_ready: bool = True,
    **about: Any,
) -> Question:
    """A question of the branch, ready unless it is to be a draft."""
    by = by or make_instructor(branch)
    question = write_question(
        by=by, branch=branch, kind=kind, written=written or single_written(), about=About(**about)
    )
    if is_ready:
        make_ready(question=question, by=by)
    return question


def make_edition(
    branch: Branch,
    pasted: str,
    *,
    by: Member,
    name: str = "",
    text: SourceText | None = None,
    in_force_from: dt.date = dt.date(2020, 1, 1),
) -> SourceEdition:
    """An edition of a text, a new one unless one is given."""
    text = text or add_source_text(by=by, branch=branch, title="学习条例")
    return add_edition(
        text=text,
        by=by,
        name=name or f"第{next(_numbers)}版",
        in_force_from=in_force_from,
        pasted=pasted,
    )


def make_card(member: Member, question: Question, **fields: Any) -> PracticeCard:
    """The member has answered a single choice wrong, and it is due today."""
    values = {
        "due_on": clock.today(), "is_in_book": True, "times": 1, "times_wrong": 1,
        "answer": {"chosen": 1}, "answered_at": clock.now(), "version": question.current,
    }  # fmt: skip
    return PracticeCard.objects.create(member=member, question=question, **{**values, **fields})
