"""Rules of nodes for tests, published as an administrator does."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from exams.credit.policy import PRESET
from exams.rules.models import ReliefState, RuleSet, TargetRelief
from exams.rules.services import publish_rules
from lms.core import clock
from lms.members.models import Branch, Member, Role
from lms.members.services import grant_role
from tests.factories.members import JOINED_ON, make_member


def make_rules(branch: Branch, *, year: int | None = None, **changed: Any) -> RuleSet:
    """The preset with some of it `changed`, in force at `branch` and below from now on.

    Published by an administrator who belongs to no branch and so is on no board.
    """
    by = make_member(password=None)
    grant_role(member=by, branch=branch, role=Role.ADMINISTRATOR, from_on=JOINED_ON)
    return publish_rules(
        branch=branch,
        year=year or clock.today().year,
        rules=replace(PRESET, **changed),
        reason="支委会决定",
        by=by,
    )


def count_online(branch: Branch, most: str | None = None, *, year: int | None = None) -> RuleSet:
    """Let all of 网络自学 (or `most` hours of it) count, and no day be too full."""
    online = None if most is None else Decimal(most)
    return make_rules(branch, year=year, online_most=online, daily_most=None)


def make_relief(
    member: Member, *, hours: Decimal | None = None, year: int | None = None
) -> TargetRelief:
    """An approved exemption, or reduction to `hours`, of this year."""
    year = year or clock.today().year
    return TargetRelief.objects.create(
        member=member,
        year=year,
        hours=hours,
        reason="病休",
        from_on=dt.date(year, 1, 1),
        until_on=dt.date(year, 12, 31),
        state=ReliefState.APPROVED,
        by=make_member(password=None),
        requested_at=clock.now(),
        decided_by=make_member(password=None),
        decided_at=clock.now(),
    )
