"""What a member does in a contest beside the rounds: the day's practice, the own name."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from exams.contests import queries
from exams.contests.errors import DailyPracticeError, ShowingError
from exams.contests.models import Contest, ContestState, DailyPractice, NamedShowing
from exams.contests.rules import can_practise
from exams.practice.services import answer_practice
from exams.questions.models import Question
from exams.questions.types import question_type
from lms.core import clock
from lms.members.models import Member


@transaction.atomic
def answer_daily(
    *,
    contest: Contest,
    question: Question,
    by: Member,
    version_id: int,
    sent: Mapping[str, Sequence[str]],
) -> bool:
    """Answer one of today's questions, as practice and for the day; whether it was right.

    The first answer of the day counts. Raises DailyPracticeError for a question that is not
    asked today or was answered, PracticeError for an answer that cannot be taken.
    """
    Member.objects.select_for_update(no_key=True).get(pk=by.pk)  # one press counts once
    day = clock.today()
    if not can_practise(contest, day):
        raise DailyPracticeError(_("现在没有每日一练。"))
    today = queries.today_of(contest, by, day)
    if question.pk in today.answers:
        raise DailyPracticeError(_("这道题今天已经答过，以第一次作答为准。"))
    if question.pk not in today.questions:
        raise DailyPracticeError(_("这道题不在今天的题目里，可能已经过了零点。请做今天的题。"))
    card = answer_practice(question=question, by=by, version_id=version_id, sent=sent)
    version = card.version
    type_ = question_type(version.kind)
    is_right = type_.share(version.content, version.key, card.answer) == 1
    answers = {**today.answers, question.pk: is_right}
    DailyPractice.objects.update_or_create(
        contest=contest,
        member=by,
        day=day,
        defaults={
            "answers": {str(key): right for key, right in answers.items()},
            "is_complete": all(each in answers for each in today.questions),
        },
    )
    return is_right


def show_name(*, contest: Contest, by: Member) -> None:
    """Stand on this contest's board by name from now on; once more changes nothing."""
    if contest.state == ContestState.CANCELLED or not queries.ranks_persons(contest):
        raise ShowingError(_("本次竞赛没有开启个人排名，成绩只有您自己看得到。"))
    NamedShowing.objects.get_or_create(contest=contest, member=by, defaults={"at": clock.now()})


def hide_name(*, contest: Contest, by: Member) -> None:
    """No longer; at any time."""
    NamedShowing.objects.filter(contest=contest, member=by).delete()
