"""The pages of corrections and appeals: what is done there, and with how many queries."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.corrections.models import Appeal, AppealAnswer, Correction
from exams.credit.models import StudyHourEntry
from lms.members.models import Member
from tests.factories import courses, progress
from tests.factories.corrections import (
    make_addition_proposal,
    make_appeal,
    make_reversal_proposal,
)
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member, make_secretary

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def texts(client: Client, address: str) -> list[str]:
    """The titles of a page's rows."""
    context = client.get(address).context
    return [row[0].title for row in (*context["corrections"], *context["appeals"])]


@pytest.mark.slow
def test_a_secretary_proposes_and_the_level_above_approves_on_pages() -> None:
    tree = make_branch_tree()
    member, secretary = make_member(tree.first), make_secretary(tree.first)
    above = signed_in(make_secretary(tree.general))
    entry = make_entry(member, "2")
    answer = signed_in(secretary).post(
        f"/corrections/entries/{entry.pk}/", {"reason": "登记了两遍", "note": ""}
    )
    proposal = Correction.objects.get()
    page = f"/corrections/{proposal.pk}/"

    assert (answer.status_code, answer["Location"]) == (302, page)
    assert signed_in(secretary).post(page, {"act": "approve"}).status_code == 302
    assert StudyHourEntry.objects.count() == 1
    assert above.post(page, {"act": "refuse", "text": ""}).status_code == 422
    assert above.post(page, {"act": "approve"}).status_code == 302
    assert StudyHourEntry.objects.get(reverses=entry).hours == Decimal(-2)
    said = signed_in(member).get(f"/archive/entries/{entry.pk}/").context["corrections"]
    assert [(row.by, row.reason) for row in said] == [(secretary, "登记了两遍")]


def test_hours_are_added_on_a_page_with_what_is_wrong_said_beside_it() -> None:
    tree = make_branch_tree()
    member, secretary = make_member(tree.first), signed_in(make_secretary(tree.first))
    form = {
        "title": "主题党日", "category": "group", "hours": "0.3", "earned_on": "2026-11-01",
        "reason": "漏登",
    }  # fmt: skip
    address = f"/corrections/members/{member.pk}/"
    wrong = secretary.post(address, form)
    late = secretary.post(address, form | {"hours": "1", "earned_on": "2026-11-21"})
    right = secretary.post(address, form | {"hours": "2.5"})

    assert [wrong.status_code, late.status_code, right.status_code] == [422, 422, 302]
    assert [str(error) for error in wrong.context["form"].non_field_errors()] == [
        "学时以 0.25 为单位，最少 0.25，最多 200。请重新填写。"
    ]
    assert Correction.objects.get().hours == Decimal("2.5")


def test_an_appeal_goes_to_and_fro_until_it_is_answered() -> None:
    tree = make_branch_tree()
    person, overseer = make_member(tree.first), make_secretary(tree.first)
    member, secretary = signed_in(person), signed_in(overseer)
    entry = make_entry(person)
    member.post(f"/appeals/entries/{entry.pk}/", {"text": "少记了"})
    appeal = Appeal.objects.get()
    page = f"/appeals/{appeal.pk}/"
    again = member.post(f"/appeals/entries/{entry.pk}/", {"text": "少记了"})
    steps = [
        (secretary, {"act": "ask", "text": "哪一天？"}),
        (secretary, {"act": "supplement", "text": "我替他补充"}),
        (member, {"act": "supplement", "text": "十一月一日"}),
        (member, {"act": "confirm", "text": "我自己维持"}),
        (secretary, {"act": "confirm", "text": "核对过签到表，无误。"}),
        (member, {"act": "withdraw"}),
    ]
    for client, data in steps:
        assert client.post(page, data).status_code == 302

    assert (again.status_code, again["Location"]) == (302, page)
    assert list(AppealAnswer.objects.order_by("seq").values_list("kind", "text")) == [
        ("filed", "少记了"),
        ("asked_back", "哪一天？"),
        ("supplemented", "十一月一日"),
        ("confirmed", "核对过签到表，无误。"),
    ]
    assert Appeal.objects.get().state == "confirmed"


@pytest.mark.slow
def test_a_lesson_without_hours_is_explained_before_it_is_appealed() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)
    lesson = courses.course_with_lessons(by=courses.editor())[1][0]
    address = f"/appeals/lessons/{lesson.pk}/"
    unseen = signed_in(member).get(address).context["progress"]
    sitting = progress.sitting(member, lesson, opened_at=NOON - dt.timedelta(minutes=5))
    progress.watch(sitting, 0, 60_000)
    from courses.progress.services import settle_lesson

    settle_lesson(member_id=member.pk, terms=progress.terms_of(lesson))
    half = signed_in(member).get(address).context["progress"]
    listed = signed_in(member).get("/appeals/new/").context["without_hours"]
    signed_in(member).post(address, {"text": "我看完了"})

    assert unseen is None
    assert (half.covered_ms, half.required_ms) == (60_000, 161_500)
    assert [row.lesson_id for row in listed] == [lesson.pk]
    assert list(Appeal.objects.values_list("subject", "subject_id", "title")) == [
        ("lesson", str(lesson.pk), lesson.title)
    ]


@pytest.mark.parametrize(("subject", "key"), [
    ("day", "2026-11-01"), ("gathering", "2026-11-01 主题党日"),
])  # fmt: skip
def test_what_is_missing_is_appealed_by_day(subject: str, key: str) -> None:
    tree = make_branch_tree()
    client = signed_in(make_member(tree.first))
    form = {"subject": subject, "title": "主题党日", "day": "2026-11-01", "text": "我到场了"}
    answers = [
        client.post("/appeals/new/", form | changed).status_code
        for changed in ({"day": "2026-11-21"}, {}, {})
    ]

    assert answers == [422, 302, 422]
    assert Appeal.objects.get().subject_id == key


@pytest.mark.slow
def test_overseers_find_what_waits_what_is_done_and_what_comes_from_below() -> None:
    tree = make_branch_tree()
    secretary, above = make_secretary(tree.first), make_secretary(tree.general)
    sibling = make_secretary(tree.second)
    member = make_member(tree.first)
    make_reversal_proposal(make_entry(member, title="待批准的"), by=secretary)
    with time_machine.travel(NOON - dt.timedelta(days=17), tick=False):
        make_appeal(make_entry(member, title="逾期的申诉"))
    make_appeal(make_entry(member, title="新的申诉"))

    def seen(by: Member) -> list[list[str]]:
        return [texts(signed_in(by), f"/corrections/{show}") for show in ("", "?show=below")]

    assert seen(secretary) == [["待批准的", "逾期的申诉", "新的申诉"], []]
    assert seen(above) == [["待批准的", "逾期的申诉", "新的申诉"], ["待批准的", "逾期的申诉"]]
    assert seen(sibling) == [[], []]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_the_lists(size: int) -> None:
    tree = make_branch_tree()
    person, secretary = make_member(tree.first), make_secretary(tree.first)
    for _ in range(size):
        make_reversal_proposal(make_entry(person), by=secretary)
        make_addition_proposal(person, by=secretary)
        make_appeal(make_entry(person))
    proposal, appeal = Correction.objects.first(), Appeal.objects.first()
    assert proposal is not None
    assert appeal is not None
    overseer, member = signed_in(make_secretary(tree.general)), signed_in(person)
    pages = [
        (overseer, "/corrections/"),
        (overseer, "/corrections/?show=done"),
        (overseer, "/corrections/?show=below"),
        (overseer, f"/corrections/{proposal.pk}/"),
        (overseer, f"/appeals/{appeal.pk}/"),
        (member, "/appeals/"),
        (member, f"/appeals/{appeal.pk}/"),
    ]
    counted = []
    for client, address in pages:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counted.append(len(captured))
    assert counted == [8, 6, 9, 7, 6, 3, 6]
