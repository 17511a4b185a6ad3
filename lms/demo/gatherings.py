"""The demo school's group study: one afternoon that was held and confirmed, one that is planned."""

import datetime as dt

from django.db import transaction

from exams.gatherings import presence_services, queries, services
from exams.gatherings.models import Gathering, GatheringKind
from lms.core import clock
from lms.demo.demo_year import DemoYear, moment
from lms.members.models import Branch, Member

HELD = "支部集体学习：怎样把会议记录写准"
PLANNED = "支部集体学习：办公设备的安全使用"
PLACE = "机关三楼会议室"
HOURS = 2  # ninety minutes, by the preset

HOST, SECOND = "200001", "100001"
# Who scanned, whom one of them helped, whom the host ticked, and a guest of another branch.
SCANNED = ("400005", "400008")
HELPED = ("400012", "400008")
TICKED = ("400006",)
GUEST = "400014"
PRESENT = (*SCANNED, HELPED[0], *TICKED, GUEST)


def hold_gatherings(*, members: dict[str, Member], branch: Branch, year: DemoYear) -> None:
    """Hold the one and plan the other, each once; whole or not at all."""
    titles = set(Gathering.objects.filter(branch=branch).values_list("title", flat=True))
    host = members[HOST]
    if HELD not in titles:
        with transaction.atomic():
            held = _afternoon(members, branch, year)
            _confirm(held, members[SECOND])
    if PLANNED not in titles:
        services.create_gathering(
            by=host,
            branch=branch,
            kind=GatheringKind.SCREEN,
            title=PLANNED,
            place=PLACE,
            starts_at=moment(clock.today() + dt.timedelta(days=7), 15),
        )


def _afternoon(members: dict[str, Member], branch: Branch, year: DemoYear) -> Gathering:
    """From three to half past four on the last workday of the year shown."""
    host, begins = members[HOST], moment(year.workday(1), 15)

    def at(minutes: int) -> dt.datetime:
        return begins + dt.timedelta(minutes=minutes)

    with clock.pretended(at(-10)):
        gathering = services.create_gathering(
            by=host,
            branch=branch,
            kind=GatheringKind.SCREEN,
            title=HELD,
            place=PLACE,
            starts_at=begins,
        )
    with clock.pretended(at(0)):
        services.open_gathering(gathering=gathering, by=host)
    for minutes, number in enumerate((*SCANNED, GUEST), start=1):
        with clock.pretended(at(minutes)):
            presence_services.join_by_scan(
                member=members[number], gathering_id=gathering.pk, scanned_at=clock.now()
            )
    with clock.pretended(at(5)):
        helped, helper = (members[number] for number in HELPED)
        presence_services.help_join(
            by=helper, gathering=gathering, number=helped.number, name=helped.name
        )
        ids = [members[number].pk for number in TICKED]
        presence_services.tick_members(by=host, gathering=gathering, member_ids=ids)
    with clock.pretended(at(88)):
        services.record_room(
            gathering=gathering,
            by=host,
            middle_count=len(PRESENT),
            end_count=len(PRESENT) - 1,
            witness_id=members[SCANNED[0]].pk,
        )
    with clock.pretended(at(90)):
        services.close_gathering(gathering=gathering, by=host)
    return gathering


def _confirm(gathering: Gathering, by: Member) -> None:
    """Now, after everything else that stands in the ledger."""
    gathering.refresh_from_db()
    presences = list(queries.presences_of(gathering))
    digest = queries.digest_of(gathering, presences, list(queries.scans_of(gathering)))
    services.confirm_gathering(gathering=gathering, by=by, digest=digest)
    services.credit_gathering(gathering_id=gathering.pk)
