"""The demo final: open once, in a school of today and in one that was built before it."""

import pytest
from django.core.serializers import serialize

from exams.contests.models import Contest
from exams.finals import play_services, queries
from exams.finals.course import Phase
from exams.finals.models import Final, FinalEvent, FinalPlayer
from lms.demo.bank import fill_bank
from lms.demo.contest import hold_contest
from lms.demo.final import EACH, SECTIONS, hold_final
from lms.demo.people import BRANCHES, MEMBERS
from lms.demo.school import add_contests
from lms.members.models import Branch, Member
from tests.factories import courses
from tests.factories.members import make_administrator, make_branch, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def branches() -> dict[str, Branch]:
    """As the demo calls them."""
    made: dict[str, Branch] = {}
    for text in BRANCHES:
        parent = made.get(text.parent) if text.parent else None
        made[text.key] = make_branch(parent, name=text.name, code=text.code)
    return made


@pytest.fixture
def members(branches: dict[str, Branch]) -> dict[str, Member]:
    made = {
        text.number: make_member(branches[text.branch], number=text.number, name=text.name)
        for text in MEMBERS
        if text.number != "100001"
    }
    made["100001"] = make_administrator(branches["committee"], number="100001")
    return made


def everything() -> list[str]:
    return [
        serialize("json", model.objects.order_by("pk"))
        for model in (Contest, Final, FinalEvent, FinalPlayer)
    ]


def test_the_final_is_opened_once_and_can_begin(
    branches: dict[str, Branch], members: dict[str, Member]
) -> None:
    by = members["100001"]
    _course, lessons = courses.course_with_lessons(by=courses.editor(), lessons=1)
    fill_bank(branch=branches["committee"], by=by, lesson=lessons[0])
    contest = hold_contest(branch=branches["committee"], members=members, by=by)
    assert contest is not None
    final = hold_final(contest=contest, teams=branches, members=members, by=by)
    assert final is not None
    assert final.contest == contest
    before = everything()
    assert hold_final(contest=contest, teams=branches, members=members, by=by) == final
    assert everything() == before
    assert [row.section for row in queries.rounds_of(final)] == list(SECTIONS)
    assert len(queries.paper_items(final.paper)) == EACH * len(SECTIONS)
    play_services.begin(final=final, by=by)
    assert queries.state_of(final).phase is Phase.RUNNING


def test_a_school_made_before_is_given_both_and_only_once(
    branches: dict[str, Branch], members: dict[str, Member]
) -> None:
    add_contests()
    assert (Contest.objects.count(), Final.objects.count()) == (0, 0)  # the bank is empty
    by = members["100001"]
    _course, lessons = courses.course_with_lessons(by=courses.editor(), lessons=1)
    fill_bank(branch=branches["committee"], by=by, lesson=lessons[0])
    add_contests()
    before = everything()
    add_contests()
    assert everything() == before
    assert (Contest.objects.count(), Final.objects.count()) == (1, 1)


def test_where_somebody_is_gone_nothing_is_written(
    branches: dict[str, Branch], members: dict[str, Member]
) -> None:
    by = members["100001"]
    _course, lessons = courses.course_with_lessons(by=courses.editor(), lessons=1)
    fill_bank(branch=branches["committee"], by=by, lesson=lessons[0])
    Member.objects.filter(number="400001").update(is_active=False)
    add_contests()
    assert (Contest.objects.count(), Final.objects.count()) == (0, 0)
