"""Which contests there are for whom, their rounds, and the questions of a day."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from exams.attempts.models import Exam, ExamState
from exams.attempts.queries import SAT
from exams.contests import daily
from exams.contests.models import (
    Contest,
    ContestRound,
    ContestState,
    DailyDraw,
    DailyPractice,
    NamedShowing,
    RankingChange,
)
from exams.questions.models import Question, QuestionState, Topic
from lms.members.queries import (
    administered_branches,
    outermost,
    path_and_above,
    standing_today,
)

SEEN = (ContestState.OPEN, ContestState.CLOSED, ContestState.CANCELLED)


# --- Contests -------------------------------------------------------------------------------------


def visible_contests(by: Any) -> QuerySet[Contest]:
    """The announced contests of the own branch and above, the latest first."""
    if not by.is_authenticated or not by.is_active:
        return Contest.objects.none()
    branch, _roles = standing_today(by)
    if branch is None:
        return Contest.objects.none()
    return (
        Contest.objects.filter(state__in=SEEN, branch__path__in=path_and_above(branch))
        .select_related("branch")
        .order_by("-opens_on", "-pk")
    )


def contest_for(by: Any, contest_id: int) -> Contest | None:
    """One of `visible_contests`."""
    return visible_contests(by).filter(pk=contest_id).first()


def managed_contests(by: Any) -> QuerySet[Contest]:
    """Contests of the branches `by` administers, drafts included, the latest first."""
    return (
        Contest.objects.filter(branch__in=administered_branches(by).order_by())
        .select_related("branch")
        .order_by("-opens_on", "-pk")
    )


# --- Rounds ---------------------------------------------------------------------------------------


def rounds_of(contest: Contest) -> list[ContestRound]:
    """The contest's rounds with their exams, in the order they are held."""
    found = ContestRound.objects.filter(contest=contest).select_related("exam__paper")
    return list(found.order_by("exam__opens_at", "exam_id"))


def announced(rounds: Iterable[ContestRound]) -> list[ContestRound]:
    """Those members may know of: called off or not, but no drafts."""
    known = (*SAT, ExamState.CANCELLED)
    return [one for one in rounds if one.exam.state in known]


def counting(rounds: Iterable[ContestRound]) -> list[ContestRound]:
    """Those whose results are out for everybody: nothing else stands on a board."""
    return [one for one in rounds if one.exam.state == ExamState.RELEASED]


def exams_for_rounds(contest: Contest) -> QuerySet[Exam]:
    """Exams that could become a round: of the same branch, for everybody, in its days."""
    return (
        Exam.objects.filter(
            branch_id=contest.branch_id,
            training_class__isnull=True,
            contest_round__isnull=True,
            state__in=(ExamState.DRAFT, ExamState.PUBLISHED),
        )
        .select_related("paper")
        .order_by("opens_at", "pk")
    )


# --- Ranking of persons ---------------------------------------------------------------------------


def ranking_changes(contest: Contest) -> QuerySet[RankingChange]:
    """Every change of the switch, the latest first."""
    return RankingChange.objects.filter(contest=contest).select_related("by").order_by("-pk")


def ranks_persons(contest: Contest) -> bool:
    """Whether names may stand on the board: as the last change said."""
    said = ranking_changes(contest).values_list("is_on", flat=True).first()
    return bool(said)


def is_named(contest: Contest, by: Any) -> bool:
    """Whether `by` has agreed to be shown by name."""
    return NamedShowing.objects.filter(contest=contest, member_id=by.pk).exists()


def named_among(contest: Contest, member_ids: Iterable[int]) -> set[int]:
    """Those of the members who have agreed to be shown by name."""
    found = NamedShowing.objects.filter(contest=contest, member__in=list(member_ids))
    return set(found.values_list("member_id", flat=True))


# --- Daily practice -------------------------------------------------------------------------------


def pool_of(contest: Contest) -> QuerySet[Question]:
    """What the daily practice draws from: open for practice here and above, about its topics.

    Whoever may see the contest may practise all of it.
    """
    found = Question.objects.filter(
        branch__path__in=path_and_above(contest.branch.path),
        state=QuestionState.READY,
        is_for_practice=True,
    )
    topics = list(contest.topics.values_list("pk", flat=True))
    return found.filter(topic__in=topics) if topics else found


def practice_topics(by: Any) -> QuerySet[Topic]:
    """Topics with questions open for practice in the branches `by` administers and above them."""
    administered = administered_branches(by)
    paths = outermost(administered.values_list("path", flat=True))
    above = {step for path in paths for step in path_and_above(path)}
    open_ones = Question.objects.filter(
        Q(branch__in=administered.order_by().values("pk")) | Q(branch__path__in=above),
        topic=OuterRef("pk"), state=QuestionState.READY, is_for_practice=True,
    )  # fmt: skip
    return Topic.objects.filter(Exists(open_ones)).order_by("name", "pk")


@dataclass(frozen=True, slots=True)
class Today:
    """One member's questions of one day, in order, and which were answered how."""

    day: dt.date
    questions: Sequence[int]
    answers: dict[int, bool]

    @property
    def answered(self) -> int:
        return len(self.answers)

    @property
    def right(self) -> int:
        return sum(self.answers.values())

    @property
    def is_complete(self) -> bool:
        return bool(self.questions) and all(each in self.answers for each in self.questions)

    @property
    def next_question(self) -> int | None:
        return next((each for each in self.questions if each not in self.answers), None)


def today_of(contest: Contest, by: Any, day: dt.date) -> Today:
    """What `by` is asked on `day` by the contest's practice."""
    own = by.pk if contest.daily_draw == DailyDraw.OWN else None
    kept = (
        DailyPractice.objects.filter(contest=contest, member_id=by.pk, day=day)
        .values_list("answers", flat=True)
        .first()
    )
    answers = {int(key): bool(right) for key, right in (kept or {}).items()}
    questions = daily.asked_today(
        pool_of(contest).order_by().values_list("pk", flat=True),
        count=contest.daily_questions,
        seed=daily.seed_of(contest.pk, day.isoformat(), own),
        answered=answers,
    )
    return Today(day, questions, answers)


def complete_days(contest: Contest, member_ids: Iterable[int]) -> dict[int, int]:
    """On how many days each of the members has done all of the day; who has on none is missing."""
    rows = (
        DailyPractice.objects.filter(contest=contest, member__in=list(member_ids), is_complete=True)
        .order_by()
        .values("member")
        .annotate(days=Count("pk"))
    )
    return {row["member"]: row["days"] for row in rows}


def with_counts(contests: QuerySet[Contest]) -> QuerySet[Contest]:
    """Each with `round_count`, of the rounds members know of."""
    known = (
        ContestRound.objects.filter(contest=OuterRef("pk"), exam__state__in=SAT)
        .order_by()
        .values("contest")
        .annotate(count=Count("pk"))
    )
    return contests.annotate(round_count=Coalesce(Subquery(known.values("count")), 0))
