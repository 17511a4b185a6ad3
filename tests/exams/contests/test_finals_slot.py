"""The place of finals on a contest's page: empty until a package above fills it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.test import Client

from exams.contests.finals_slot import FinalLine, finals_of, install
from exams.contests.models import Contest
from lms.core import clock
from lms.members.models import Member
from tests.factories.contests import make_contest
from tests.factories.members import BranchTree, make_member


@pytest.fixture
def _slot_put_back() -> Iterator[None]:
    from exams.contests import finals_slot

    before = finals_slot._finals_of
    yield
    install(before)


@pytest.mark.usefixtures("_slot_put_back")
def test_finals_are_listed_on_the_page_for_whom_the_slot_answers(
    tree: BranchTree, officer: Member, client: Client
) -> None:
    contest = make_contest(tree.general, by=officer)
    member, other = make_member(tree.first), make_member(tree.second)
    starts = clock.now() + dt.timedelta(days=2)

    def only_for_member(by: Any, asked: Contest) -> Sequence[FinalLine]:
        assert asked == contest
        if by.pk != member.pk:
            return ()
        return [FinalLine("现场总决赛", starts, "未开始", "info", "/finals/7/")]

    install(only_for_member)
    seen = {}
    for person in (member, other):
        client.force_login(person)
        page = client.get(f"/contests/{contest.pk}/")
        seen[person] = (
            [line.title for line in page.context["finals"]], "/finals/7/" in page.content.decode(),
        )  # fmt: skip
    assert seen == {member: (["现场总决赛"], True), other: ([], False)}
    install(None)
    assert finals_of(member, contest) == ()
