"""What the demo school asks of whom: rules of its own, a duty, and an approved exemption."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from exams.credit.policy import PRESET
from exams.rules.models import RuleSet, TargetRelief
from exams.rules.services import approve_relief, publish_rules, request_relief
from lms.core import clock
from lms.demo.demo_year import DemoYear, moment
from lms.demo.enrolment import branch_of
from lms.members.models import DutyKind, Member
from lms.members.services import assign_duty

ADMINISTRATOR, RETIRED_SECRETARY = "100001", "200003"
COMMITTEE_MEMBER, EXEMPT = "400005", "400024"
ONLINE_MOST = Decimal(12)


@transaction.atomic
def lay_down_rules(*, members: dict[str, Member], year: DemoYear) -> None:
    """Published, noted and approved once; what is there is left as it is."""
    administrator = members[ADMINISTRATOR]
    committee = branch_of("committee")
    this_year = clock.today().year
    if not RuleSet.objects.filter(branch=committee).exists():
        with clock.pretended(moment(dt.date(year.start.year, 1, 4), 9)):
            publish_rules(
                branch=committee,
                year=year.start.year,
                rules=replace(PRESET, online_most=ONLINE_MOST),
                reason="示范数据：经机关党委研究，网络自学每年最多 12 学时计入年度要求。",
                by=administrator,
            )
    first_day = dt.date(this_year, 1, 1)
    assign_duty(
        member=members[COMMITTEE_MEMBER], kind=DutyKind.COMMITTEE, from_on=dt.date(2025, 1, 1)
    )
    if not TargetRelief.objects.filter(year=this_year).exists():
        relief = request_relief(
            member=members[EXEMPT],
            year=this_year,
            hours=None,
            reason="示范数据：年老体弱，行动不便。",
            from_on=first_day,
            until_on=dt.date(this_year, 12, 31),
            by=members[RETIRED_SECRETARY],
        )
        approve_relief(relief=relief, by=administrator)
