"""The school in English: nothing Chinese is left but what people wrote.

All that people would write (names, titles, texts) is Latin here, so whatever Chinese a page still
has is the school's own.
"""

import datetime as dt
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from courses.portal.models import HomePage
from exams.corrections.services import approve_correction
from exams.credit.models import StudyCategory, StudyHourEntry
from lms.core import clock
from lms.members.models import Branch, BranchKind, Member
from lms.reports.services import recount_branches
from tests.factories import courses as make
from tests.factories.closings import make_closing
from tests.factories.corrections import (
    make_addition_proposal,
    make_appeal,
    make_reversal_proposal,
)
from tests.factories.hours import evidence, make_entry, make_reversal
from tests.factories.members import (
    make_administrator,
    make_branch,
    make_member,
    make_secretary,
)
from tests.factories.progress import completed, sitting, watch

pytestmark = pytest.mark.django_db

# Han characters, and the punctuation that goes with them.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
# A language is offered in its own words.
OWN_WORDS = {"zh", "zh-Hans"}
EMPTY_ELEMENTS = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
}  # fmt: skip


class Words(HTMLParser):
    """Collects every Chinese word of a page: in text, attributes and the islands' JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.language = ""
        self._open: list[tuple[str, bool]] = []
        self._json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        own = given.get("lang") in OWN_WORDS or self._is_own()
        if tag not in EMPTY_ELEMENTS:
            self._open.append((tag, own))
        self._json = tag == "script" and given.get("type") == "application/json"
        if not own:
            for value in given.values():
                self._keep(value or "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        self._json = False

    def handle_data(self, data: str) -> None:
        if self._json:
            data = json.dumps(json.loads(data), ensure_ascii=False)
        if not self._is_own():
            self._keep(data)

    def _is_own(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _keep(self, text: str) -> None:
        self.found += CHINESE.findall(text)


def read(client: Client, address: str, *, status: int = 200, **form: str) -> Words:
    response = client.post(address, form) if form else client.get(address)
    assert response.status_code == status
    words = Words()
    words.feed(response.content.decode())
    return words


@dataclass(frozen=True)
class School:
    """A branch with people at work, all of them with Latin names."""

    secretary: Member
    member: Member
    course: str
    lesson: str
    next_lesson: str
    board: str
    entries: tuple[int, ...]


def make_school() -> School:
    home = HomePage.objects.get()
    home.title, home.headline = "School", "Welcome"
    home.save()
    committee = make_branch(name="Committee", code="C", kind=BranchKind.COMMITTEE)
    first = make_branch(committee, name="First branch", code="C1")
    make_branch(committee, name="Second branch", code="C2")
    administrator = make_administrator(committee, name="Ada Stone")
    secretary = make_secretary(first, name="Ben Hill")
    member = make_member(first, name="Cleo Reed")
    make_member(first, name="Dora West")
    by = make.editor()
    course = make.course(
        by=by, title="Digital skills", summary="Three lessons", topic="Skills",
        teacher_name="Ed Lake",
    )  # fmt: skip
    chapter = make.chapter(course=course, by=by, title="Office work")
    lessons = [
        make.lesson(
            chapter=chapter, by=by, title=title, transcript="A file name has three parts.",
            asset=make.lecture(by=by, title=title, original_name="lecture.mp4"),
        )
        for title in ("File names", "Rosters", "Passwords")
    ]  # fmt: skip
    completed(member, lessons[0], at=clock.now() - dt.timedelta(hours=1))
    begun = sitting(member, lessons[1], opened_at=clock.now() - dt.timedelta(minutes=5))
    watch(begun, 0, 60_000)
    said = evidence(course="Digital skills")
    watched = make_entry(member, "0.5", title="File names", said=said)
    group = make_entry(
        member, "4", category=StudyCategory.GROUP, title="Group study", said={"note": "Noted."}
    )
    reversal = make_reversal(group, by=administrator, reason="Entered twice")
    make_entry(
        secretary, Decimal(32), category=StudyCategory.CONCENTRATED, title="Training", said={}
    )
    make_entry(
        member, "1", earned_on=clock.today() - dt.timedelta(days=366), title="Rosters", said=said
    )
    recount_branches()
    return School(
        secretary,
        member,
        course.route(),
        f"/lessons/{lessons[0].pk}/",
        f"/lessons/{lessons[1].pk}/",
        f"/board/{committee.pk}/",
        (watched.pk, group.pk, reversal.pk),
    )


def english(member: Member | None = None, **cookies: str) -> Client:
    client = Client()
    if member is not None:
        client.force_login(member)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for name, value in cookies.items():
        client.cookies[name] = value
    return client


def chinese_left(client: Client, addresses: list[str]) -> dict[str, list[str]]:
    pages = {address: read(client, address) for address in addresses}
    assert {words.language for words in pages.values()} == {"en"}
    return {address: words.found for address, words in pages.items() if words.found}


@pytest.mark.slow
def test_a_visitor_reads_english() -> None:
    make_school()
    addresses = ["/", "/sign-in/", "/sign-in/forgotten/", "/help/"]
    assert chinese_left(english(), addresses) == {}
    assert read(english(), "/nowhere/", status=404).found == []
    assert read(english(), "/sign-in/", login="nobody", password="wrong").found == []


@pytest.mark.slow
@pytest.mark.parametrize("look", ["mode:standard", "mode:elder"])
def test_a_member_reads_english(look: str) -> None:
    school = make_school()
    addresses = [
        "/",
        "/courses/",
        "/courses/?q=nothing",
        school.course,
        school.lesson,
        school.next_lesson,
        f"{school.lesson}?tab=transcript",
        "/archive/",
        *[f"/archive/entries/{entry}/" for entry in school.entries],
        "/sign-in/password/",
        "/help/",
    ]
    assert chinese_left(english(school.member, presentation=look), addresses) == {}


@pytest.mark.slow
def test_a_secretary_reads_english() -> None:
    school = make_school()
    administrator = Member.objects.get(name="Ada Stone")
    below = f"{school.board}members/{school.member.pk}/"
    addresses = [
        school.board,
        f"{school.board}?show=behind",
        f"{school.board}?name=nobody",
        below,
        *[f"{below}entries/{entry}/" for entry in school.entries],
    ]
    assert chinese_left(english(administrator), addresses) == {}


@pytest.mark.slow
def test_corrections_appeals_and_closed_years_are_english() -> None:
    school = make_school()
    administrator = Member.objects.get(name="Ada Stone")
    entry = StudyHourEntry.objects.get(pk=school.entries[0])
    last_year = clock.today().year - 1
    proposal = make_reversal_proposal(entry, by=school.secretary, reason="Entered twice")
    addition = make_addition_proposal(
        school.member, by=school.secretary, title="Meeting", reason="Left out", note="List"
    )
    approve_correction(correction=addition, by=administrator)
    appeal = make_appeal(entry, text="Too little")
    closing = make_closing(
        Branch.objects.get(code="C"), by=administrator, year=last_year, reason="Year end"
    )
    make_entry(school.member, "1", title="Late", earned_on=dt.date(last_year, 12, 31), said={})
    lesson = school.next_lesson.strip("/").split("/")[1]
    overseen = [
        "/corrections/", "/corrections/?show=done", "/corrections/?show=below",
        f"/corrections/{proposal.pk}/", f"/corrections/{addition.pk}/",
        f"/corrections/entries/{school.entries[1]}/", f"/corrections/members/{school.member.pk}/",
        f"/appeals/{appeal.pk}/", "/closings/", f"/closings/{closing.pk}/",
        f"/closings/{closing.pk}/sheet/",
        f"/closings/new/?branch={closing.branch_id}&year={last_year}",
    ]  # fmt: skip
    own = [
        "/appeals/", "/appeals/new/", f"/appeals/{appeal.pk}/", f"/appeals/lessons/{lesson}/",
        f"/appeals/entries/{school.entries[1]}/", f"/corrections/{proposal.pk}/",
        f"/archive/entries/{entry.pk}/",
    ]  # fmt: skip
    assert chinese_left(english(administrator), overseen) == {}
    assert chinese_left(english(school.member, presentation="mode:elder"), own) == {}
    assert chinese_left(english(), [f"/verify-year/{closing.code}/"]) == {}
    assert read(english(), "/verify-year/NONE/", status=404).found == []


def test_the_school_is_chinese_until_english_is_chosen_and_back() -> None:
    client = Client(headers={"Accept-Language": "en-US,en;q=0.9"})
    first = read(client, "/help/")
    assert (first.language, "使用帮助" in first.found) == ("zh-Hans", True)
    for language, shown in [("en", "en"), ("zh-hans", "zh-Hans"), ("xx", "zh-Hans")]:
        chosen: Any = client.post("/preferences/", {"language": language, "next": "/help/"})
        assert (chosen.status_code, chosen.url) == (302, "/help/")
        answer = client.get("/help/")
        assert answer.headers["Content-Language"] == ("en" if shown == "en" else "zh-hans")
        assert read(client, "/help/").language == shown
