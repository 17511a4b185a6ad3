"""The demo school's contest: one round that is over and one that is open, and a daily practice."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from exams.attempts.models import Attempt, Exam, Release
from exams.attempts.saving import Told
from exams.attempts.services import start_attempt, submit_attempt
from exams.contests import services
from exams.contests.member_services import answer_daily, show_name
from exams.contests.models import Contest
from exams.contests.queries import today_of
from exams.marking.services import machine_mark_attempt, release_exam
from exams.papers.blueprint import Blueprint, Cell
from exams.papers.exam_services import create_exam, publish_exam
from exams.papers.models import Paper, PaperItem
from exams.papers.queries import bank_of
from exams.papers.services import fill_from_blueprint, make_paper, seal_paper, set_blueprint
from exams.practice.services import arrangement_for
from exams.questions.models import Question, QuestionKind
from exams.questions.types import question_type
from lms.core import clock
from lms.demo.demo_year import moment
from lms.members.models import Branch, Member

TITLE = "党章党规知识竞赛"
DESCRIPTION = "以赛促学，自愿参加。先做每日一练，再答各轮；结果先比组织。"
ROUNDS = ("第一轮：党章总纲", "第二轮：组织生活")
GROUND = "机关党委会议纪要〔示例〕第 3 号：竞赛结束后只公布自愿公开者的名次"
QUESTIONS = 10
OPEN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Sat:
    """One person's try at the first round: how many answers were right, in what time."""

    number: str
    right: int
    seconds: float


# Two with the same score are told apart by their time, and two are not told apart at all.
FIRST_ROUND = (
    Sat("400001", 10, 305.412),
    Sat("400004", 9, 261.08),
    Sat("400005", 9, 318.655),
    Sat("400006", 8, 402.3),
    Sat("400010", 10, 288.9),
    Sat("400011", 7, 351.25),
    Sat("400014", 8, 402.3),
    Sat("400015", 6, 505.117),
    Sat("400019", 9, 522.64),
    Sat("400020", 7, 560.02),
    Sat("400021", 8, 498.5),
)
NAMED = ("400010", "400001", "400005")
PRACTISED = ("400001", "400012", "400022")


def hold_contest(*, branch: Branch, members: Mapping[str, Member], by: Member) -> Contest | None:
    """Make the contest if it is missing, whole or not at all; None where the bank is too small."""
    found = Contest.objects.filter(branch=branch, title=TITLE).first()
    if found is not None:
        return found
    if bank_of(branch).filter(kind=QuestionKind.SINGLE).count() < QUESTIONS:
        return None
    today = clock.today()
    with transaction.atomic():
        with clock.pretended(_on(today, -5, 9)):
            contest = services.create_contest(
                contest=Contest(
                    branch=branch,
                    title=TITLE,
                    description=DESCRIPTION,
                    opens_on=today - dt.timedelta(days=4),
                    closes_on=today + dt.timedelta(days=OPEN_DAYS),
                    best_of=3,
                ),
                by=by,
            )
            over = _round(
                contest, ROUNDS[0], opens_at=_on(today, -4, 9), closes_at=_on(today, -2, 18), by=by
            )
            _round(
                contest,
                ROUNDS[1],
                opens_at=_on(today, -1, 9),
                closes_at=_on(today, OPEN_DAYS - 5, 18),
                by=by,
            )
            services.open_contest(contest=contest, by=by)
            services.turn_ranking(contest=contest, is_on=True, ground=GROUND, by=by)
        for place, sat in enumerate(FIRST_ROUND):
            _sit(over, members[sat.number], sat, begins=_on(today, -3, 10, place))
        with clock.pretended(_on(today, -2, 19)):
            release_exam(exam=over, by=by)
        with clock.pretended(_on(today, -1, 12)):
            for number in PRACTISED:
                _practise(contest, members[number])
            for number in NAMED:
                show_name(contest=contest, by=members[number])
    return contest


def _on(today: dt.date, days: int, hour: int, minute: int = 0) -> dt.datetime:
    return moment(today + dt.timedelta(days=days), hour, minute)


def _round(
    contest: Contest, title: str, *, opens_at: dt.datetime, closes_at: dt.datetime, by: Member
) -> Exam:
    paper = make_paper(paper=Paper(branch=contest.branch, title=title), by=by)
    cell = Cell(QuestionKind.SINGLE, QUESTIONS, Decimal(10), str(QuestionKind.SINGLE.label))
    set_blueprint(paper=paper, blueprint=Blueprint((cell,)))
    fill_from_blueprint(paper=paper)
    seal_paper(paper=paper, by=by)
    exam = create_exam(
        exam=Exam(
            branch=contest.branch,
            paper=paper,
            title=title,
            opens_at=opens_at,
            closes_at=closes_at,
            allowed_seconds=15 * 60,
            attempts_allowed=1,
            release=Release.BY_HAND,
        ),
        by=by,
    )
    publish_exam(exam=exam, by=by)
    services.add_round(contest=contest, exam=exam, weight=1, by=by)
    return exam


def _sit(exam: Exam, member: Member, sat: Sat, *, begins: dt.datetime) -> Attempt:
    """Begin, answer, hand in after so many seconds, and let the machine mark it."""
    with clock.pretended(begins):
        attempt = start_attempt(by=member, exam=exam)
        attempt.exam = exam
    keys = dict(
        PaperItem.objects.filter(paper_id=exam.paper_id).values_list("pk", "version__key__correct")
    )
    answers = [
        Told(
            position=position,
            item_id=item,
            answer={"chosen": keys[item] if position <= sat.right else (keys[item] + 1) % 4},
            seen=0,
        )
        for position, (item, _order) in enumerate(attempt.items, start=1)
    ]
    with clock.pretended(begins + dt.timedelta(seconds=sat.seconds)):
        submit_attempt(attempt=attempt, answers=answers)
        machine_mark_attempt(attempt_id=attempt.pk)
    return attempt


def _practise(contest: Contest, member: Member) -> None:
    """All of the day's questions, each answered right."""
    for key in today_of(contest, member, clock.today()).questions:
        question = Question.objects.select_related("current").get(pk=key)
        version = question.current
        if version is None:
            continue
        order = arrangement_for(member, question, None)
        answer = _right(version.kind, version.content, version.key)
        written = question_type(version.kind).written(version.content, order, answer)
        answer_daily(
            contest=contest, question=question, by=member, version_id=version.pk, sent=written
        )


def _right(kind: str, content: dict[str, Any], key: dict[str, Any]) -> dict[str, Any]:
    """The answer that a question's key asks for."""
    if kind == QuestionKind.BLANK:
        return {"texts": [synonyms[0] for synonyms in key["blanks"]]}
    if kind == QuestionKind.NUMERIC:
        return {"text": key["value"]}
    if kind == QuestionKind.MATCHING:
        return {"pairs": key["pairs"]}
    if kind == QuestionKind.ORDERING:
        return {"places": [key["order"].index(item) + 1 for item in range(len(content["items"]))]}
    return {"chosen": key["correct"]}
