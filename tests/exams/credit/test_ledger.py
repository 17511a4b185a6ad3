"""Hours are posted exactly once, tied to the entry before, and never changed."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from courses.catalogue.models import LessonPage
from courses.progress.models import LessonProgress
from courses.progress.signals import lesson_completed
from exams.credit.chain import entry_hash
from exams.credit.models import LedgerHead, StudyHourEntry
from exams.credit.queries import entries_of, hours_by_category
from exams.credit.services import credit_lesson
from exams.credit.tasks import credit_all_completed, credit_completed
from lms.members.models import Member, Membership
from tests.factories import courses, progress
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import BranchTree, make_branch_tree, make_member

NOON = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def member(tree: BranchTree) -> Member:
    return make_member(tree.first, password=None)


@pytest.fixture
def lesson(db: None) -> LessonPage:
    """Three minutes, published at a quarter of an hour of study."""
    return courses.course_with_lessons(by=courses.editor(), title="数字技能")[1][0]


@pytest.fixture
def nobody_listens() -> Any:
    """The signal that a lesson was completed gets lost."""
    listeners, lesson_completed.receivers = lesson_completed.receivers, []
    lesson_completed.sender_receivers_cache.clear()
    yield
    lesson_completed.receivers = listeners
    lesson_completed.sender_receivers_cache.clear()


def completed(member: Member, lesson: LessonPage, at: dt.datetime = NOON) -> LessonProgress:
    with time_machine.travel(at, tick=False):
        return progress.completed(member, lesson, at=at)


# --- The chain ------------------------------------------------------------------------------------


def test_each_entry_carries_the_hash_of_the_one_before(member: Member) -> None:
    first, second = make_entry(member), make_entry(member)
    other = make_entry(make_member(password=None))
    head = LedgerHead.objects.get(member=member)

    assert (first.member_seq, first.previous_hash) == (1, "")
    assert (second.member_seq, second.previous_hash) == (2, first.hash)
    assert (other.member_seq, other.previous_hash) == (1, "")
    assert (head.seq, head.hash) == (2, second.hash)


def test_the_hash_can_be_computed_again_from_the_stored_row(member: Member) -> None:
    entry = make_entry(member, said={"标题": "学习", "list": [3, 1, [2]], "none": None, "ok": True})
    stored = StudyHourEntry.objects.get(pk=entry.pk)

    assert entry_hash(stored.previous_hash, vars(stored)) == entry.hash


def test_the_hash_is_the_one_written_down_in_the_rules() -> None:
    """Fixed for ever: an outsider computes it with nothing but the row."""
    facts = {
        "branch_id": 7,
        "by_id": None,
        "category": "online",
        "created_at": dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8))),
        "earned_on": dt.date(2026, 11, 20),
        "evidence": {"b": [1, 2], "a": "学习"},
        "format": 1,
        "hours": Decimal("0.5"),
        "member_id": 5,
        "member_seq": 1,
        "reverses_id": None,
        "rule_version": "2026-1",
        "source_id": "9",
        "source_kind": "lesson",
        "source_title": "第一讲",
    }

    assert (
        entry_hash("", facts) == "be6fcaa3470c2c2fcea2e1066e88989881d114c62b8167201ac6834451655f00"
    )
    second = {"format": 2, "counted_hours": Decimal(0), "content_id": "asset:1"}
    assert (
        entry_hash("", facts | second | {"programme_id": "course:2"})
        == "c198417f647a2bfb69a370dc59230059b2b7f19fb581195006afa36656a9b225"
    )


def test_one_source_is_posted_once(member: Member) -> None:
    first, again = make_entry(member, source_id="17"), make_entry(member, "8", source_id="17")

    assert again == first
    assert [entry.hours for entry in entries_of(member, first.earned_on.year)] == [Decimal("0.50")]


def test_a_reversal_stands_beside_what_it_takes_back(member: Member, tree: BranchTree) -> None:
    entry = make_entry(member, "1")
    reversal = make_reversal(entry, by=member)
    again = make_reversal(entry, by=member)

    assert again == reversal
    assert (reversal.hours, reversal.branch, reversal.reverses) == (Decimal(-1), tree.first, entry)
    assert hours_by_category([member.pk], entry.earned_on.year) == {"group": Decimal("0.00")}


# --- The database refuses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exams_studyhourentry SET hours = 8",
        "UPDATE exams_studyhourentry SET hours = hours",
        "DELETE FROM exams_studyhourentry",
        "TRUNCATE exams_studyhourentry CASCADE",
        "TRUNCATE exams_studyhourentry, exams_ledgerhead CASCADE",
        "INSERT INTO exams_studyhourentry SELECT * FROM exams_studyhourentry"
        " ON CONFLICT (id, earned_on) DO UPDATE SET hours = 8",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(member: Member, statement: str) -> None:
    entry = make_entry(member)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement)

    assert StudyHourEntry.objects.get().hash == entry.hash


def test_the_orm_cannot_change_an_entry_either(member: Member) -> None:
    entry = make_entry(member)
    for change in (lambda: entry.save(), lambda: entry.delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


# --- From a lesson to hours ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_completed_lesson_is_credited_with_all_that_explains_it(
    member: Member, tree: BranchTree, lesson: LessonPage
) -> None:
    done = completed(member, lesson)
    [entry] = entries_of(member, 2026)
    [sitting] = entry.evidence["sessions"]

    assert (entry.hours, entry.category, entry.branch) == (Decimal("0.25"), "online", tree.first)
    assert (entry.earned_on, entry.rule_version) == (dt.date(2026, 11, 20), "preset-2026-1")
    assert (entry.source_kind, entry.source_id) == ("lesson", str(lesson.pk))
    assert entry.source_title == lesson.title
    assert {name: entry.evidence[name] for name in entry.evidence if name != "sessions"} == {
        "lesson": lesson.pk,
        "course": "数字技能",
        "published_hours": "0.25",
        "duration_ms": 180_000,
        "required_ms": 161_500,
        "covered": [[0, 180_000]],
        "covered_ms": 180_000,
        "wall_ms": 180_000,
        "completed_at": "2026-11-20T04:00:00.000+00:00",
        "policy": {
            "share": "0.950",
            "forgiven_ms": 10_000,
            "lease_ms": 1_800_000,
            "longest_beat_ms": 60_000,
        },
    }
    assert sitting == {
        "id": str(done.member.watch_sessions.get().pk),
        "opened_at": "2026-11-20T03:57:00.000+00:00",
        "closed_at": "2026-11-20T04:00:00.000+00:00",
        "last_beat_at": "2026-11-20T04:00:00.000+00:00",
        "covered": [[0, 180_000]],
        "present": [[0, 180_000]],
        "allowed_percent": 150,
        "highest_percent": 100,
        "beats": 12,
        "hidden_beats": 0,
        "refused_beats": 0,
        "checks_asked": 0,
        "checks_answered": 0,
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("at", "day", "year"),
    [
        (dt.datetime(2026, 12, 31, 15, 59, 59, tzinfo=dt.UTC), dt.date(2026, 12, 31), 2026),
        (dt.datetime(2026, 12, 31, 16, 0, 0, tzinfo=dt.UTC), dt.date(2027, 1, 1), 2027),
        (dt.datetime(2028, 2, 28, 16, 0, 0, tzinfo=dt.UTC), dt.date(2028, 2, 29), 2028),
    ],
)
def test_the_day_is_the_schools_own(
    member: Member, lesson: LessonPage, at: dt.datetime, day: dt.date, year: int
) -> None:
    completed(member, lesson, at)

    assert [entry.earned_on for entry in entries_of(member, year)] == [day]


@pytest.mark.django_db(transaction=True)
def test_hours_stay_with_the_branch_of_that_day(
    member: Member, tree: BranchTree, lesson: LessonPage
) -> None:
    """Transferred on the 20th: the 19th belongs to the old branch, the 20th to the new one."""
    later = courses.course_with_lessons(by=courses.editor())[1][0]
    Membership.objects.filter(member=member).update(left_on=dt.date(2026, 11, 20))
    Membership.objects.create(member=member, branch=tree.second, joined_on=dt.date(2026, 11, 20))
    completed(member, lesson, NOON - dt.timedelta(days=1))
    completed(member, later, NOON)

    assert [(entry.earned_on.day, entry.branch) for entry in entries_of(member, 2026)] == [
        (20, tree.second),
        (19, tree.first),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_lesson_without_hours_posts_nothing(member: Member, lesson: LessonPage) -> None:
    LessonPage.objects.filter(pk=lesson.pk).update(study_hours=0)
    done = completed(member, lesson)

    assert done.is_completed is True
    assert credit_lesson(progress_id=done.pk) is None
    assert StudyHourEntry.objects.count() == 0


@pytest.mark.slow
def test_an_unfinished_lesson_posts_nothing(member: Member, lesson: LessonPage) -> None:
    row = LessonProgress.objects.create(
        member=member, lesson=lesson, required_ms=1, duration_ms=1, settled_at=NOON
    )

    assert credit_lesson(progress_id=row.pk) is None
    assert credit_lesson(progress_id=row.pk + 1) is None


# --- Exactly once -------------------------------------------------------------------------------


def in_parallel(count: int, work: Callable[[], Any]) -> list[Any]:
    """What `count` threads got or raised, all let go at the same moment."""
    gate = threading.Barrier(count)
    results: list[Any] = []

    def run() -> None:
        gate.wait()
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001  (whatever it is, the test names it)
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_post_one_entry(
    member: Member, lesson: LessonPage, nobody_listens: None
) -> None:
    done = completed(member, lesson)
    results = in_parallel(50, lambda: credit_lesson(progress_id=done.pk))
    entry = StudyHourEntry.objects.get()

    assert results == [entry] * 50
    assert LedgerHead.objects.get(member=member).seq == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_sources_at_once_make_one_chain(member: Member) -> None:
    results = in_parallel(20, lambda: make_entry(member))
    chain = list(StudyHourEntry.objects.order_by("member_seq"))

    assert sorted(entry.member_seq for entry in results) == list(range(1, 21))
    assert [entry.previous_hash for entry in chain] == ["", *(entry.hash for entry in chain[:-1])]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sweep", [credit_completed, credit_all_completed])
def test_the_sweep_posts_what_a_lost_signal_left_behind(
    member: Member,
    lesson: LessonPage,
    nobody_listens: None,
    run_queued: Callable[..., list[str]],
    sweep: Callable[[], None],
) -> None:
    completed(member, lesson)
    before = StudyHourEntry.objects.count()
    with time_machine.travel(NOON + dt.timedelta(minutes=1), tick=False):
        sweep()
        sweep()
        ran = run_queued()
        sweep()
        ran_again = run_queued()

    assert (before, StudyHourEntry.objects.count()) == (0, 1)
    assert (ran, ran_again) == (["exams.credit_lesson"] * 2, [])


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_does_not_undo_the_completion(
    member: Member, lesson: LessonPage, nobody_listens: None
) -> None:
    def fails(**_kwargs: Any) -> None:
        raise RuntimeError("the ledger is away")

    lesson_completed.connect(fails)
    done = completed(member, lesson)
    lesson_completed.disconnect(fails)

    assert LessonProgress.objects.get(pk=done.pk).is_completed is True
