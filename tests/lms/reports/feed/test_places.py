"""No entry is ever skipped by who pulls, whatever order transactions commit in."""

import datetime as dt
import random
import threading
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction

from exams.credit.models import StudyCategory, StudyHourEntry
from exams.credit.services import post_entry
from lms.core import clock
from lms.members.models import Member
from lms.reports.feed.models import EntryPlace
from lms.reports.feed.services import place_entries
from lms.reports.feed.tasks import place
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member
from tests.factories.platforms import make_platform

WAIT_SECONDS = 20


class Posting(threading.Thread):
    """Posts one entry in a transaction of its own, and commits when told."""

    def __init__(self, member: Member, title: str) -> None:
        super().__init__()
        self.member, self.title = member, title
        self.posted, self.may_commit = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            with transaction.atomic():
                make_entry(self.member, title=self.title)
                self.posted.set()
                assert self.may_commit.wait(WAIT_SECONDS)
        finally:
            connection.close()

    def commit(self) -> None:
        self.may_commit.set()
        self.join(WAIT_SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_lower_id_that_commits_last_is_not_skipped() -> None:
    tree = make_branch_tree()
    platform = make_platform(tree.committee)
    lower, higher = (
        Posting(make_member(tree.first, password=None), title) for title in ("先取号", "先提交")
    )
    lower.start()
    assert lower.posted.wait(WAIT_SECONDS)
    higher.start()
    assert higher.posted.wait(WAIT_SECONDS)
    higher.commit()
    first, cursor = platform.pull()
    assert [entry["source_title"] for entry in first] == ["先提交"]
    lower.commit()
    second, _cursor = platform.pull(cursor)
    assert [entry["source_title"] for entry in second] == ["先取号"]
    titles = StudyHourEntry.objects.order_by("pk").values_list("source_title", flat=True)
    assert list(titles) == ["先取号", "先提交"]  # the ids say otherwise


@pytest.mark.django_db(transaction=True)
def test_pulling_amid_many_writers_gets_every_entry_once() -> None:
    tree = make_branch_tree()
    platform = make_platform(tree.committee)
    members = [make_member(tree.first, password=None) for _ in range(4)]

    def write(member: Member) -> None:
        chance = random.Random(member.pk)
        try:
            for _each in range(6):
                with transaction.atomic():
                    for _more in range(chance.randrange(1, 3)):
                        make_entry(member)
                    if chance.random() < 0.3:
                        transaction.set_rollback(True)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=[member]) for member in members]
    for writer in writers:
        writer.start()
    pulled: list[str] = []
    cursor = ""
    while any(writer.is_alive() for writer in writers):
        entries, cursor = platform.pull(cursor)
        pulled += [entry["hash"] for entry in entries]
    entries, cursor = platform.pull(cursor)
    pulled += [entry["hash"] for entry in entries]
    assert sorted(pulled) == sorted(StudyHourEntry.objects.values_list("hash", flat=True))
    assert [entry["hash"] for entry in platform.pull()[0]] == pulled


@pytest.mark.django_db
def test_places_follow_each_other_and_their_instants_too() -> None:
    member = make_member(make_branch_tree().first, password=None)
    noon = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False) as now:
        for _ in range(3):
            make_entry(member)
        assert [place_entries(), place_entries()] == [3, 0]
        now.move_to(noon - dt.timedelta(hours=1))  # a clock that was put back
        make_entry(member)
        place()
    rows = list(EntryPlace.objects.order_by("position").values_list("position", "placed_at"))
    assert rows == [(n + 1, noon + dt.timedelta(milliseconds=n)) for n in range(4)]


@pytest.mark.django_db
def test_every_entry_gets_a_row_whoever_writes_it() -> None:
    member = make_member(make_branch_tree().first, password=None)
    made = [make_entry(member), make_entry(member)]
    posted = post_entry(
        member=member, category=StudyCategory.GROUP, hours=Decimal(4), earned_on=clock.today(),
        source_kind="offline", source_id="1", source_title="集体学习", evidence={},
    )  # fmt: skip
    waiting = EntryPlace.objects.filter(position=None).values_list("entry_id", flat=True)
    assert sorted(waiting) == [entry.pk for entry in (*made, posted)]
