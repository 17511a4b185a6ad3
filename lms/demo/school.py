"""The demo school, built by the services that a real school uses: `build_demo_school`."""

import time
from dataclasses import dataclass
from pathlib import Path

from courses.catalogue.models import CoursePage, LessonPage
from courses.training.models import TrainingClass
from lms import env
from lms.core import clock
from lms.demo.bank import fill_bank, fill_branch_bank
from lms.demo.captions import caption_lectures
from lms.demo.content import all_lessons
from lms.demo.contest import FIRST_ROUND, NAMED, PRACTISED, hold_contest
from lms.demo.course_branch_study import BRANCH_STUDY as TALKED_ABOUT
from lms.demo.demo_year import demo_year
from lms.demo.desk import lay_on_desks
from lms.demo.enrolment import branch_of, enrol_everyone
from lms.demo.exam import hold_exam
from lms.demo.film import lecture_film
from lms.demo.final import CAME_IN, hold_final
from lms.demo.gatherings import hold_gatherings
from lms.demo.lectures import Films, Report, bring_in_lectures
from lms.demo.live import hold_classes
from lms.demo.people import BRANCHES, MEMBERS, TRANSFERS, Duty, MemberText
from lms.demo.rules import lay_down_rules
from lms.demo.study import tell_stories
from lms.demo.talk import hold_talk
from lms.demo.teaching import lesson_of, publish_courses
from lms.demo.texts import LessonText
from lms.demo.training import TITLE as CLASS_TITLE
from lms.demo.training import run_training_class
from lms.members.models import Branch, Member

# The lecture a wrong answer about reading leads to.
EXPLAINING = "title-and-contents"
# Whom the contest and its final cannot do without.
TAKING_PART = {*(sat.number for sat in FIRST_ROUND), *NAMED, *PRACTISED, *CAME_IN}
GENERAL = next(text for text in BRANCHES if text.key == "general")
FILM_CACHE = env.VAR_DIR / "demo-films"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account to sign in with; the password of all is `people.PASSWORD`."""

    number: str
    name: str
    duty: Duty
    branch: str


def kept_film(text: LessonText) -> Path:
    """The film of a lesson, made once and kept with the school's other data."""
    return lecture_film(text, cache=FILM_CACHE)


def build_demo_school(report: Report, *, films: Films = kept_film) -> list[DemoAccount]:
    """Build what is missing of the demo school; returns its accounts, those with a duty first.

    May be called any number of times: what is there is left as it is, and a build that was cut
    off is taken up where it stopped. `report` is told of every step that takes time.
    """
    year = demo_year(clock.today())
    members = enrol_everyone(transfer_day=year.transfer_day)
    lay_down_rules(members=members, year=year)
    instructor, administrator = _with(Duty.INSTRUCTOR), _with(Duty.ADMINISTRATOR)
    assets = bring_in_lectures(
        by=members[instructor.number],
        branch=branch_of(instructor.branch),
        films=films,
        report=report,
    )
    caption_lectures(assets=assets, by=members[instructor.number])
    courses = publish_courses(
        by=members[instructor.number],
        publisher=members[administrator.number],
        assets=assets,
        year=year,
    )
    lessons = [lesson_of(assets[text.key]) for _course, text in all_lessons()]
    _write_banks(
        by=members[administrator.number],
        instructor=members[instructor.number],
        lesson=lesson_of(assets[EXPLAINING]),
        report=report,
    )
    began_at = time.monotonic()
    told = tell_stories(members=members, lessons=lessons, year=year)
    hold_gatherings(members=members, branch=branch_of("first"), year=year)
    lay_on_desks(members=members, lessons=lessons, year=year)
    if told:
        report(f"{told} members have studied, told in {time.monotonic() - began_at:.0f} s")
    training_class = run_training_class(
        members=members,
        courses=courses,
        teacher=members[instructor.number],
        administrator=members[administrator.number],
        year=year,
    )
    hold_exam(training_class=training_class, by=members[administrator.number])
    add_contests()
    add_talk()
    add_classes(films=films)
    return _accounts()


def add_banks(report: Report) -> None:
    """Give a demo school that was built before there were question banks those of today,
    and its class the exam that is made of them.

    Writes nothing where somebody has taken away what they stand on: an account, a branch, the
    lecture.
    """
    instructor, administrator = (
        Member.objects.filter(number=_with(duty).number, is_active=True).first()
        for duty in (Duty.INSTRUCTOR, Duty.ADMINISTRATOR)
    )
    title = next(text.title for _course, text in all_lessons() if text.key == EXPLAINING)
    lesson = LessonPage.objects.live().filter(title=title).order_by("pk").first()
    if instructor and administrator and lesson:
        _write_banks(by=administrator, instructor=instructor, lesson=lesson, report=report)
        training_class = TrainingClass.objects.filter(title=CLASS_TITLE).first()
        if training_class:
            hold_exam(training_class=training_class, by=administrator)
        add_contests()
        add_talk()
        add_classes()


def add_talk() -> None:
    """Talk and texts, where they are missing.

    Nothing is written where somebody has taken away who says something, a branch, or what it is
    about.
    """
    members = _members()
    branch = Branch.objects.filter(code=BRANCHES[0].code).first()
    course = CoursePage.objects.live().filter(slug=TALKED_ABOUT.slug).first()
    title = TALKED_ABOUT.lessons[2].title
    lesson = LessonPage.objects.live().filter(title=title).order_by("pk").first()
    if branch is None or course is None or lesson is None or len(members) < len(MEMBERS):
        return
    year = demo_year(clock.today())
    hold_talk(members=members, branch=branch, course=course, lesson=lesson, year=year)


def add_classes(*, films: Films = kept_film) -> None:
    """The live classes, where they are missing and nobody has been taken away."""
    members = _members()
    branch = Branch.objects.filter(code=GENERAL.code).first()
    if branch is not None and len(members) == len(MEMBERS):
        hold_classes(members=members, branch=branch, films=films, year=demo_year(clock.today()))


def add_contests() -> None:
    """The contest and its final, where they are missing.

    Nothing is written where somebody who takes part, or a branch, has been taken away.
    """
    members = _members()
    branches = {
        text.key: branch
        for text in BRANCHES
        if (branch := Branch.objects.filter(code=text.code).first()) is not None
    }
    administrator = members.get(_with(Duty.ADMINISTRATOR).number)
    if administrator is None or len(branches) < len(BRANCHES) or not set(members) >= TAKING_PART:
        return
    contest = hold_contest(branch=branches["committee"], members=members, by=administrator)
    if contest is not None:
        hold_final(contest=contest, teams=branches, members=members, by=administrator)


def _write_banks(*, by: Member, instructor: Member, lesson: LessonPage, report: Report) -> None:
    written = fill_bank(branch=branch_of("committee"), by=by, lesson=lesson)
    written += fill_branch_bank(
        branch=branch_of(_with(Duty.INSTRUCTOR).branch), by=instructor, lesson=lesson
    )
    if written:
        report(f"{written} questions written")


def _with(duty: Duty) -> MemberText:
    return next(text for text in MEMBERS if text.duty is duty)


def _members() -> dict[str, Member]:
    """Those of the demo school's people who are still there."""
    numbers = [text.number for text in MEMBERS]
    return {each.number: each for each in Member.objects.filter(number__in=numbers, is_active=True)}


def _accounts() -> list[DemoAccount]:
    names = {branch.key: branch.name for branch in BRANCHES}
    people = sorted(MEMBERS, key=lambda text: text.duty is Duty.MEMBER)
    return [
        DemoAccount(
            text.number,
            text.name,
            text.duty,
            names[TRANSFERS.get(text.number, text.branch)],
        )
        for text in people
    ]
