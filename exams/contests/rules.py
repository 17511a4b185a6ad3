"""Who runs contests, and what can be done with one now."""

import datetime as dt
from typing import Any

from exams.contests.models import Contest, ContestState
from exams.contests.phases import Phase, phase_of
from lms.members.rules import can_administer_branch


def can_run(by: Any, contest: Contest) -> bool:
    """Administrators of the branch that holds the contest, as with its exams."""
    return can_administer_branch(by, contest.branch)


def can_change(contest: Contest) -> bool:
    """What the form holds, and whether it may be thrown away: a draft alone."""
    return contest.state == ContestState.DRAFT


def can_change_rounds(contest: Contest) -> bool:
    return contest.state in (ContestState.DRAFT, ContestState.OPEN)


def phase_on(contest: Contest, day: dt.date) -> Phase:
    return phase_of(contest.state, contest.opens_on, contest.closes_on, day)


def can_practise(contest: Contest, day: dt.date) -> bool:
    """Whether the day's questions are asked: on the contest's days, where it has any."""
    return phase_on(contest, day) is Phase.NOW and contest.daily_questions > 0


def day_of_people(contest: Contest, today: dt.date) -> dt.date:
    """The day whose memberships decide who belongs to which team: the last one, or today."""
    return min(today, contest.closes_on, contest.closed_on or today)
