"""The demo school, built by the services that a real school uses: `build_demo_school`."""

import time
from dataclasses import dataclass
from pathlib import Path

from lms import env
from lms.core import clock
from lms.demo.bank import fill_bank
from lms.demo.captions import caption_lectures
from lms.demo.content import all_lessons
from lms.demo.contest import hold_contest
from lms.demo.demo_year import demo_year
from lms.demo.desk import lay_on_desks
from lms.demo.enrolment import branch_of, enrol_everyone
from lms.demo.exam import hold_exam
from lms.demo.film import lecture_film
from lms.demo.gatherings import hold_gatherings
from lms.demo.lectures import Films, Report, bring_in_lectures
from lms.demo.people import BRANCHES, MEMBERS, TRANSFERS, Duty, MemberText
from lms.demo.rules import lay_down_rules
from lms.demo.study import tell_stories
from lms.demo.teaching import lesson_of, publish_courses
from lms.demo.texts import LessonText
from lms.demo.training import run_training_class

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
    written = fill_bank(
        branch=branch_of("committee"),
        by=members[administrator.number],
        lesson=lesson_of(assets["title-and-contents"]),
    )
    if written:
        report(f"{written} questions written")
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
    hold_contest(branch=branch_of("committee"), members=members, by=members[administrator.number])
    return _accounts()


def _with(duty: Duty) -> MemberText:
    return next(text for text in MEMBERS if text.duty is duty)


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
