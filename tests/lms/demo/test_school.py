"""The demo school: whole after a build that was cut off, and every number has its evidence."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.serializers import serialize
from django.db.models import Sum
from django.test import Client

from courses.catalogue.models import LessonPage
from courses.catalogue.queries import visible_courses, visible_lessons
from courses.progress.models import LessonProgress, WatchSession
from courses.training.models import Essay, TrainingClass
from exams.certificates.models import Certificate
from exams.corrections.models import Appeal
from exams.credit.models import SourceKind, StudyCategory, StudyHourEntry
from exams.credit.totals import differences
from exams.gatherings.models import Gathering
from exams.gatherings.queries import uncredited
from exams.integrity.models import ReviewCase
from exams.passing.models import CreditAward
from live.classroom.models import ClassState as LiveState
from live.classroom.models import LiveClass
from live.discussion.models import Post, Thread
from live.writings.models import Writing
from lms.core import clock, jobs
from lms.demo.content import all_lessons
from lms.demo.demo_year import demo_year
from lms.demo.desk import AGAIN, APPELLANT, TWICE
from lms.demo.gatherings import HELD, HOURS, PLANNED, PRESENT
from lms.demo.live_texts import COMING, LECTURE, LINES, PUNCTUAL
from lms.demo.live_texts import HELD as HELD_LIVE
from lms.demo.people import MEMBERS, PASSWORD, TRANSFERS, Duty
from lms.demo.school import build_demo_school
from lms.demo.stories import EXTRAS, STORIES
from lms.demo.talk import SECRETARY, TEACHER, THREADS
from lms.members.merging.models import RecordMerge
from lms.members.merging.queries import preview, same_names
from lms.members.models import Branch, Member, Membership, Role, RoleAssignment
from lms.members.queries import branch_on, visible_branches
from lms.reports.queries import board_of, years_of
from lms.reports.years import YearState
from media_pipeline.models import Asset, AssetState, CaptionTrack, Rendition
from media_pipeline.services import ingest_file
from tests.factories.media import make_recording
from tests.support import databases
from tests.support.environment import BASE_DIR

pytestmark = pytest.mark.slow

OURS = ("members", "media_pipeline", "courses", "exams", "live", "wagtailcore")


class CutOffError(Exception):
    """What stands for Ctrl-C in the middle of a build."""


def everything() -> dict[str, str]:
    """All rows of the school."""
    return {
        model._meta.label: serialize("json", model._base_manager.order_by("pk"))
        for label in OURS
        for model in apps.get_app_config(label).get_models()
    }


def bring_in_and_die_three_times(film: Path) -> None:
    """The third lecture as three starts leave it that were killed while they worked on it."""
    text = all_lessons()[2][1]
    by = Member.objects.get(number="300001")
    began = clock.now() - dt.timedelta(hours=4)
    with clock.pretended(began):
        asset = ingest_file(
            path=film,
            title=text.title,
            by=by,
            branch=branch_on(by, clock.today()),
            original_name=f"{text.key}.mp4",
        )
    job = jobs.jobs_of(subject_id=str(asset.pk)).get()
    for hours in (1, 2, 3):
        with clock.pretended(began + dt.timedelta(hours=hours)):
            assert jobs.claim(job_id=job.pk) is not None


@pytest.fixture(scope="module")
def school(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[SimpleNamespace]:
    """Built with twelve-second films: cut off at the third lecture, finished, called once more."""
    film = make_recording(tmp_path_factory.mktemp("films") / "film.mp4", seconds=12, size="320x180")
    made = SimpleNamespace(said=[], cut_off=0)

    def report(line: str) -> None:
        made.said.append(line)
        if line.startswith("lecture 3") and not made.cut_off:
            made.cut_off = 1
            raise CutOffError

    with django_db_blocker.unblock():
        with pytest.raises(CutOffError):
            build_demo_school(report, films=lambda _text: film)
        made.after_cut_off = (Asset.objects.count(), LessonPage.objects.count())
        bring_in_and_die_three_times(film)
        made.accounts = build_demo_school(report, films=lambda _text: film)
        made.rows = everything()
        said_before = len(made.said)
        made.accounts_again = build_demo_school(report, films=lambda _text: film)
        made.rows_again = everything()
        made.said_again = made.said[said_before:]
        yield made
        databases.copy_template()


def test_a_build_that_was_cut_off_is_taken_up_where_it_stopped(school, db):
    assert school.after_cut_off == (2, 0)
    assert [line.split(":")[0] for line in school.said if line.startswith("lecture")] == [
        f"lecture {number} of 9" for number in (1, 2, 3, 3, 4, 5, 6, 7, 8, 9)
    ]
    assert Member.objects.exclude(number=AGAIN).count() == 30
    assert LessonPage.objects.live().count() == 9


def test_a_second_call_changes_nothing_and_has_nothing_to_say(school, db):
    assert school.rows_again == school.rows
    assert school.said_again == []
    assert school.accounts_again == school.accounts


def test_the_accounts_are_named_duties_first_and_can_sign_in(school, db):
    assert [account.duty for account in school.accounts[:6]] == [
        Duty.ADMINISTRATOR,
        Duty.SECRETARY,
        Duty.SECRETARY,
        Duty.SECRETARY,
        Duty.INSTRUCTOR,
        Duty.MEMBER,
    ]
    assert len(school.accounts) == 30
    for text in (MEMBERS[0], MEMBERS[-1]):
        for name in (text.number, text.phone):
            browser = Client()
            answer = browser.post("/sign-in/", {"login": name, "password": PASSWORD})
            assert answer.status_code == 302
            assert browser.get("/archive/").status_code == 200


def test_roles_and_transfers_stand_in_the_register(school, db):
    held = RoleAssignment.objects.order_by("member__number").values_list(
        "member__number", "role", "branch__name"
    )
    assert list(held) == [
        ("100001", Role.ADMINISTRATOR, "某县机关党委"),
        ("200001", Role.SECRETARY, "第一党支部"),
        ("200002", Role.SECRETARY, "第二党支部"),
        ("200003", Role.SECRETARY, "离退休党支部"),
        ("300001", Role.INSTRUCTOR, "第一党支部"),
    ]
    on = demo_year(clock.today()).transfer_day
    moved = Membership.objects.filter(left_on=on).order_by("member__number")
    assert list(moved.values_list("member__number", flat=True)) == list(TRANSFERS)
    assert [
        branch_on(Member.objects.get(number=number), on).name for number in TRANSFERS
    ] == ["第二党支部", "第一党支部", "离退休党支部"]  # fmt: skip


def test_every_lecture_went_through_the_pipeline_and_is_published_with_its_hours(school, db):
    assert list(Asset.objects.values_list("state", flat=True)) == [AssetState.READY] * 9
    assert set(Rendition.objects.values_list("asset_id", flat=True)) == set(
        Asset.objects.values_list("pk", flat=True)
    )
    assert (
        list(CaptionTrack.objects.values_list("language", "changed_by__number"))
        == [("zh-Hans", "300001")] * 9
    )
    lessons = list(LessonPage.objects.order_by("path"))
    assert [lesson.title for lesson in lessons] == [text.title for _course, text in all_lessons()]
    assert {lesson.study_hours for lesson in lessons} == {Decimal("0.25")}
    assert [lesson.title for lesson in lessons if not lesson.transcript] == []


def test_one_course_is_seen_by_the_first_branch_alone(school, db):
    def seen(number: str) -> list[str]:
        member = Member.objects.get(number=number)
        return list(visible_courses(member).values_list("slug", flat=True))

    assert seen("400001") == ["digital-skills", "branch-study", "read-regulation"]
    assert seen("400010") == ["digital-skills", "branch-study"]
    assert seen("400003") == ["digital-skills", "branch-study"]  # has left the first branch
    assert seen("400012") == ["digital-skills", "branch-study", "read-regulation"]


def test_everybody_has_studied_exactly_what_the_story_says(school, db):
    year = demo_year(clock.today()).start.year
    for number, story in STORIES.items():
        member = Member.objects.get(number=number)
        progress = LessonProgress.objects.filter(member=member)
        whole = int(story.lessons)
        assert progress.filter(completed_at__isnull=False).count() == whole
        assert progress.filter(completed_at__isnull=True).count() == (story.lessons > whole)
        by_category = years_of([member.pk], year)[member.pk].by_category
        assert by_category == {
            name: Decimal(hours)
            for name, hours in {
                StudyCategory.CONCENTRATED: 8 * story.trainings,
                StudyCategory.GROUP: 2 * story.meetings + HOURS * (number in PRESENT),
                StudyCategory.ONLINE: whole * 0.25,
                **_extra_hours(number, story.extras),
            }.items()
            if hours
        }


def _extra_hours(number: str, count: int) -> dict[str, int]:
    place = list(STORIES).index(number)
    service, reading = (int(count == 2 or (count == 1 and place % 2 == at)) for at in (0, 1))
    assert [study.hours for study in EXTRAS] == [3, 2]
    return {StudyCategory.ACTIVITY: 3 * service, StudyCategory.INDIVIDUAL: 2 * reading}


def test_rings_spread_from_nothing_over_exactly_the_target_to_more(school, db):
    day = demo_year(clock.today()).end
    years = years_of(Member.objects.values_list("pk", flat=True), day.year).values()
    counted = [study.counted for study in years]
    assert (min(counted), max(counted)) == (Decimal(0), Decimal("38.25"))
    assert counted.count(Decimal(32)) == 1
    assert {study.state for study in years} == set(YearState)
    assert sorted({study.target for study in years}) == [0, 32, 56]


def test_the_ledger_is_whole_and_the_balances_are_its_sums(school, db, capsys):
    call_command("verify-ledger")
    assert differences() == []


def test_boards_add_up_to_the_ledger(school, db):
    day = demo_year(clock.today()).end
    administrator = Member.objects.get(number="100001")
    visible = visible_branches(administrator)
    root = Branch.objects.get(depth=1)
    board = board_of(root, day.year, day, visible=visible)
    total = StudyHourEntry.objects.aggregate(total=Sum("hours"))["total"]
    assert board.figures.members == 31
    assert board.figures.credited_hours == total
    assert sum(row.figures.credited_hours for row in board.rows) == total
    assert sum(row.figures.members for row in board.rows) == 31


def test_hours_from_before_the_transfer_stay_with_the_old_branch(school, db):
    on = demo_year(clock.today()).transfer_day
    for number in TRANSFERS:
        entries = StudyHourEntry.objects.filter(member__number=number)
        before = set(entries.filter(earned_on__lt=on).values_list("branch__name", flat=True))
        after = set(entries.filter(earned_on__gte=on).values_list("branch__name", flat=True))
        assert (len(before), len(after), before & after) == (1, 1, set())


def test_every_lesson_entry_carries_sittings_that_suffice(school, db):
    entries = StudyHourEntry.objects.filter(source_kind=SourceKind.LESSON)
    assert entries.count() == sum(int(story.lessons) for story in STORIES.values())
    for entry in entries:
        said = entry.evidence
        assert said["sessions"] != []
        assert said["covered_ms"] >= said["required_ms"]
        completed = LessonProgress.objects.get(
            member=entry.member, lesson_id=int(entry.source_id)
        ).completed_at
        assert entry.earned_on == clock.local_date(completed)
        assert dt.datetime.fromisoformat(said["completed_at"]) <= clock.now()


def test_one_afternoon_of_group_study_is_confirmed_and_one_is_planned(school, db):
    gatherings = Gathering.objects.order_by("starts_at")
    assert [(one.title, one.state) for one in gatherings] == [
        (HELD, "confirmed"),
        (PLANNED, "planned"),
    ]
    entries = StudyHourEntry.objects.filter(source_kind=SourceKind.GROUP)
    assert sorted(entries.values_list("member__number", "hours")) == [
        (number, Decimal(HOURS)) for number in sorted(PRESENT)
    ]
    assert uncredited().count() == 0


def test_every_offline_entry_says_what_it_was_and_who_wrote_it_down(school, db):
    entries = (
        StudyHourEntry.objects.filter(source_kind=SourceKind.OFFLINE)
        .exclude(member__number=AGAIN)
        .select_related("by")
    )
    attended = [story.trainings + story.meetings + story.extras for story in STORIES.values()]
    assert entries.count() == sum(attended)
    for entry in entries:
        note = entry.evidence["note"]
        assert note.startswith("示范数据：")
        assert f"{entry.earned_on.year}年{entry.earned_on.month}月{entry.earned_on.day}日" in note
        assert f"计{entry.hours:.0f}学时" in note
        assert entry.by_id != entry.member_id
        assert entry.by.number in {"100001", "200001", "200002", "200003"}


def test_nobody_watched_two_lectures_at_once_or_one_they_may_not_see(school, db):
    now = clock.now()
    for member in Member.objects.all():
        mine = list(WatchSession.objects.filter(member=member).order_by("opened_at"))
        ends = [session.closed_at for session in mine]
        assert [end for end in ends if end is None or end > now] == []
        assert [
            session
            for session, before in zip(mine[1:], ends[:-1], strict=True)
            if session.opened_at < before
        ] == []
        assert {session.lesson_id for session in mine} <= set(
            visible_lessons(member).values_list("pk", flat=True)
        )


def test_entries_of_a_chain_follow_the_calendar(school, db):
    for member in Member.objects.all():
        entries = StudyHourEntry.objects.filter(member=member).order_by("member_seq")
        moments = list(entries.values_list("created_at", flat=True))
        assert moments == sorted(moments)


def test_only_the_demo_school_pretends_another_time():
    users = {
        str(path.relative_to(BASE_DIR).parent)
        for folder in ("lms", "courses", "exams", "media_pipeline", "live")
        for path in (BASE_DIR / folder).rglob("*.py")
        if "clock.pretended" in path.read_text()
    }
    assert users == {"lms/demo"}


def test_a_training_class_runs_with_people_who_are_differently_far(school, db):
    made = TrainingClass.objects.get()
    people = made.enrolments.order_by("member__number")
    states = dict(Counter(people.values_list("state", flat=True)))
    assert states == {"enrolled": 10, "passed": 1, "withdrawn": 1}
    essays = Essay.objects.order_by("pk").values_list("state", flat=True)
    assert list(essays) == ["accepted", "submitted", "returned"]
    certificate = Certificate.objects.get()
    assert certificate.enrolment.state == "passed"
    assert certificate.said.class_title == made.title
    assert CreditAward.objects.get().member_id == certificate.member_id


def test_there_is_something_on_every_desk(school, db):
    assert list(ReviewCase.objects.values_list("kind", "state", "branch__name")) == [
        ("mirror", "open", "机关第一党总支")
    ]
    appeal = Appeal.objects.get()
    assert (appeal.member.number, appeal.state) == (APPELLANT, "confirmed")
    assert [answer.kind for answer in appeal.answers.order_by("seq")] == ["filed", "confirmed"]
    administrator = Member.objects.get(number="100001")
    ((_name, records),) = same_names(administrator)
    assert [record.number for record in records] == [TWICE, AGAIN]
    kept, lost = records
    rows = {row.label: row for row in preview(RecordMerge(kept=kept, lost=lost))}
    assert "不重复计" in rows


def test_there_is_talk_with_answered_questions_and_texts_with_their_rounds(school, db):
    rows = Thread.objects.order_by("made_at").values_list("title", "kind", "answers", "is_hidden")
    assert [tuple(row) for row in rows] == [
        (text.title, text.kind, len(text.answers), False)
        for text in sorted(THREADS, key=lambda text: text.share)
    ]
    asked = Thread.objects.filter(kind="question").order_by("made_at")
    assert [thread.accepted.author.number for thread in asked] == [TEACHER, SECRETARY]
    assert {(post.thread.board is None) for post in Post.objects.all()} == {True, False}
    assert Thread.objects.exclude(at_seconds=None).get().lesson is not None
    texts = Writing.objects.order_by("made_at")
    assert [(text.state, text.rounds.count()) for text in texts] == [
        ("accepted", 2), ("handed_in", 1),
    ]  # fmt: skip
    assert Post.objects.filter(made_at__gt=clock.now()).count() == 0


def test_one_live_class_was_held_with_its_replay_and_one_is_to_come(school, db):
    """Its film is so short that nobody earns anything by it."""
    held = LiveClass.objects.get(title=HELD_LIVE)
    coming = LiveClass.objects.get(title=COMING)
    assert (held.state, coming.state) == (LiveState.CLOSED, LiveState.SCHEDULED)
    assert coming.starts_at > clock.now()
    member = Client()
    member.force_login(Member.objects.get(number=PUNCTUAL[0]))
    told = member.get(f"/live/{held.pk}/replay/").json()
    assert told["replay"].endswith("/index.m3u8")
    assert Counter(entry["kind"] for entry in told["entries"]) == {
        "slide": len(LECTURE.slides),
        "chat": len(LINES),
        "check_open": 1,
        "check_told": 1,
    }
    assert member.get(told["replay"]).status_code == 200
    assert held.credited_at is not None
    assert not StudyHourEntry.objects.filter(source_kind=SourceKind.LIVE).exists()
