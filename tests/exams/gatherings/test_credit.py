"""Hours of a gathering: once for each, to the right branch, with all that explains them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine

from exams.credit.models import StudyHourEntry
from exams.gatherings import services
from exams.gatherings.errors import SignInClosedError
from exams.gatherings.models import Gathering, Presence
from exams.gatherings.tasks import credit_all_confirmed, credit_confirmed
from lms.members.models import Membership
from tests.exams.gatherings.conftest import NOON, People
from tests.factories import courses, progress
from tests.factories.gatherings import confirm, make_closed, tick
from tests.factories.members import BranchTree, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_stands")]

DAY = dt.timedelta(days=1)


# --- Hours, once ----------------------------------------------------------------------------------


def confirmed(tree: BranchTree, people: People) -> Gathering:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang, people.li])
    confirm(gathering, by=people.second)
    return gathering


def test_credited_any_number_of_times_there_is_one_entry_each(
    tree: BranchTree, people: People
) -> None:
    gathering = confirmed(tree, people)
    counts = [services.credit_gathering(gathering_id=gathering.pk) for _ in range(3)]
    assert (counts, StudyHourEntry.objects.count()) == ([2, 2, 2], 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sweep", [credit_confirmed, credit_all_confirmed])
def test_the_sweep_finds_what_a_lost_message_left(
    tree: BranchTree, people: People, sweep: Callable[[], None],
    run_queued: Callable[..., list[str]],
) -> None:  # fmt: skip
    gathering = confirmed(tree, people)
    assert run_queued() == ["exams.credit_gathering"]
    late = make_member(tree.first, name="迟到")
    tick(gathering, [late], by=people.host, late_reason="漏登")
    # As if confirmed and the message lost.
    Presence.objects.filter(member=late).update(confirmed_at=NOON, confirmed_by=people.second)
    sweep()
    assert (run_queued(), StudyHourEntry.objects.count()) == (["exams.credit_gathering"], 3)
    sweep()
    assert run_queued() == []


def test_too_short_for_any_hours_posts_nothing(tree: BranchTree, people: People) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang], minutes=10)
    confirm(gathering, by=people.second)
    assert services.credit_gathering(gathering_id=gathering.pk) == 0
    assert services.send_uncredited() == 0


def test_hours_go_to_the_branch_of_that_day(tree: BranchTree, people: People) -> None:
    """Transferred between the gathering and its confirmation, the day stays where it was."""
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang])
    moved = dt.date(2026, 11, 21)
    Membership.objects.filter(member=people.zhang).update(left_on=moved)
    Membership.objects.create(member=people.zhang, branch=tree.second, joined_on=moved)
    with time_machine.travel(NOON + 2 * DAY, tick=False):
        confirm(gathering, by=people.second)
        services.credit_gathering(gathering_id=gathering.pk)
    entry = StudyHourEntry.objects.get()
    assert (entry.branch, entry.earned_on) == (tree.first, dt.date(2026, 11, 20))


def test_a_guests_hours_go_home_and_say_where_they_come_from(
    tree: BranchTree, people: People
) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.guest])
    confirm(gathering, by=people.second)
    services.credit_gathering(gathering_id=gathering.pk)
    entry = StudyHourEntry.objects.get()
    assert (entry.branch, entry.member) == (tree.second, people.guest)
    assert entry.evidence["gathering"]["branch"] == tree.first.name
    assert entry.evidence["presence"]["is_guest"] is True


def test_the_evidence_says_everything(tree: BranchTree, people: People) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang])
    services.record_room(
        gathering=gathering, by=people.host, middle_count=3, end_count=1, witness_id=None
    )
    confirm(gathering, by=people.second)
    services.credit_gathering(gathering_id=gathering.pk)
    presence = Presence.objects.get()
    host = {"number": people.host.number, "name": "王书记"}
    assert StudyHourEntry.objects.get().evidence == {
        "gathering": {
            "id": gathering.pk,
            "kind": "screen",
            "title": "支部集体学习：怎样写好会议记录",
            "branch": "第一党支部",
            "place": "三楼会议室",
            "speaker": "",
            "starts_at": "2026-11-20T02:30:00.000+00:00",
            "opened_at": "2026-11-20T02:30:00.000+00:00",
            "closed_at": "2026-11-20T04:00:00.000+00:00",
            "length": "minutes",
            "minutes": 90,
            "hours": "2.00",
            "reason": "",
            "host": host,
            "lesson": None,
            "counts": {
                "listed": 1,
                "middle": 3,
                "middle_at": "2026-11-20T04:00:00.000+00:00",
                "end": 1,
                "end_at": "2026-11-20T04:00:00.000+00:00",
            },
        },
        "presence": {
            "id": presence.pk,
            "how": "qr",
            "at": "2026-11-20T04:00:00.000+00:00",
            "by": {"number": people.zhang.number, "name": "张秀英"},
            "helper": None,
            "home_branch": "第一党支部",
            "is_guest": False,
            "late_reason": "",
        },
        "confirmed": {
            "at": "2026-11-20T04:00:00.000+00:00",
            "by": {"number": people.second.number, "name": "赵副书记"},
            "as_witness": False,
        },
    }


@pytest.mark.django_db(transaction=True)
def test_a_recording_counts_once_a_year_alone_or_together(tree: BranchTree, people: People) -> None:
    by = courses.editor()
    chapter = courses.chapter(course=courses.course(by=by), by=by)
    asset = courses.lecture(by=by, duration_ms=45 * 60_000)
    lesson = courses.lesson(chapter=chapter, by=by, asset=asset, study_hours=Decimal("0.25"))
    progress.completed(people.zhang, lesson)
    gathering = make_closed(
        tree.first, by=people.host, present=[people.zhang, people.li], lesson_id=lesson.pk
    )
    confirm(gathering, by=people.second)
    services.credit_gathering(gathering_id=gathering.pk)
    entries = StudyHourEntry.objects.filter(source_kind="group")
    assert dict(entries.values_list("member__name", "hours")) == {
        "张秀英": Decimal("0.75"),
        "李淏": Decimal(1),
    }
    limited = entries.get(member=people.zhang)
    assert (limited.evidence["worth"], limited.evidence["limits"]) == ("1.00", ["same_content"])


# --- Late entries ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_late_entries_need_a_reason_a_second_person_and_come_within_the_window(
    tree: BranchTree, people: People, clock_stands: time_machine.Traveller
) -> None:
    gathering = confirmed(tree, people)
    services.credit_gathering(gathering_id=gathering.pk)
    late = make_member(tree.first, name="迟到")
    clock_stands.move_to(NOON + 7 * DAY)
    with pytest.raises(SignInClosedError):
        tick(gathering, [late], by=people.host)
    assert tick(gathering, [late], by=people.host, late_reason="当天手机没电") == 1
    services.credit_gathering(gathering_id=gathering.pk)
    assert StudyHourEntry.objects.count() == 2

    before = dict(Presence.objects.exclude(member=late).values_list("pk", "confirmed_at"))
    assert confirm(gathering, by=people.second) == 1
    services.credit_gathering(gathering_id=gathering.pk)
    assert dict(Presence.objects.exclude(member=late).values_list("pk", "confirmed_at")) == before
    entry = StudyHourEntry.objects.get(member=late)
    assert (entry.hours, entry.earned_on) == (Decimal(2), dt.date(2026, 11, 20))
    assert entry.evidence["presence"]["late_reason"] == "当天手机没电"

    clock_stands.move_to(NOON + 7 * DAY + dt.timedelta(seconds=1))
    with pytest.raises(SignInClosedError):
        tick(gathering, [people.second], by=people.host, late_reason="漏登")


def test_what_was_sent_back_is_corrected_after_the_window_too(
    tree: BranchTree, people: People, clock_stands: time_machine.Traveller
) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang])
    clock_stands.shift(8 * DAY)
    services.refuse_gathering(gathering=gathering, by=people.second, reason="少了李淏")
    assert tick(gathering, [people.li], by=people.host, late_reason="漏登") == 1
