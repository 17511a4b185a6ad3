"""The pages of exams: the list, the plain form, the room; who sees which, with how many queries."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.attempts import queries, services
from exams.attempts.models import (
    Allowance,
    Attempt,
    AttemptEvent,
    AttemptState,
    Fairness,
    FinishedBy,
)
from exams.attempts.page import question_blocks
from exams.papers.models import PaperItem
from exams.questions.models import QuestionVersion
from exams.questions.types import question_type
from exams.templatetags.questions import question_inputs
from lms.core import clock
from lms.members.models import Member
from tests.factories.exam_attempts import (
    OPTIONS,
    begin,
    make_exam,
    make_version,
    on_screen,
    told,
)
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_instructor,
    make_member,
    make_secretary,
)
from tests.factories.training import enrol, make_class

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def sitter(tree: BranchTree) -> Member:
    return make_member(tree.first)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def chosen_in(html: str) -> list[tuple[str, str]]:
    """The name and value of what is checked."""
    return re.findall('name="([^"]+)" value="([^"]+)" checked', html)


def revisions_in(html: str) -> list[str]:
    return re.findall('-revision" value="([^"]+)"', html)


def options_in(html: str) -> list[list[str]]:
    """The options of each question, as they stand."""
    return [
        re.findall("<span>([^<]+)</span></label>", group)
        for group in re.findall('(?s)role="radiogroup"(.*?)</div>', html)
    ]


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def links_on(client: Client) -> list[str]:
    """The addresses in the head of the list, and of the rooms one keeps, in their order."""
    html = client.get("/exams/").content.decode()
    main = html[html.index('<main id="main"') : html.index("</main>")]
    return [
        address
        for address in re.findall('<a [^>]*href="([^"]+)"', main)
        if not address.startswith("/exams/") or re.search("mark|results|room", address)
    ][1:]  # the first is the way back home


@pytest.mark.slow
def test_the_list_leads_whom_it_concerns_to_marks_results_and_rooms(
    tree: BranchTree, sitter: Member
) -> None:
    exam = make_exam(tree.first)
    contests, marking, results = (
        reverse(name) for name in ("contests", "exams_to_mark", "exams_with_results")
    )
    room = reverse("exam_room", args=[exam.pk])
    for who, found in (
        (sitter, [contests]),
        (make_instructor(tree.first), [marking, contests]),
        (make_secretary(tree.first), [results, contests]),
        (make_administrator(tree.first), [marking, results, contests, room]),
        (make_administrator(tree.second), [marking, results, contests, "/courses/"]),
    ):
        client = signed_in(who)
        assert links_on(client) == found
        for address in found:  # no link leads nowhere
            assert client.get(address).status_code == 200
    assert signed_in(sitter).get(marking).status_code == 404


def test_the_list_of_who_keeps_rooms_costs_the_same(tree: BranchTree) -> None:
    client = signed_in(make_administrator(tree.first))
    make_exam(tree.first)
    assert statements(client, "/exams/") == 7
    for _each in range(2):
        make_exam(tree.first)
    assert statements(client, "/exams/") == 7


def test_my_exams_in_three_groups(tree: BranchTree, sitter: Member) -> None:
    now = clock.now()
    make_exam(tree.first, title="进行中的考试")
    make_exam(tree.general, title="下午的考试", opens_at=now + HOUR)
    make_exam(tree.committee, title="昨天的考试", opens_at=now - 24 * HOUR)
    make_exam(tree.second, title="别的支部的考试")
    make_exam(tree.first, title="草稿", state="draft")
    rows = signed_in(sitter).get("/exams/").context["groups"]
    assert [(str(words), [row.exam.title for row in of_group]) for words, of_group in rows] == [
        ("现在可以答", ["进行中的考试"]),
        ("即将开始", ["下午的考试"]),
        ("已结束", ["昨天的考试"]),
    ]


def test_the_list_costs_the_same_with_one_exam_and_with_three(
    tree: BranchTree, sitter: Member
) -> None:
    client = signed_in(sitter)
    services.submit_attempt(attempt=begin(make_exam(tree.first), sitter))
    assert statements(client, "/exams/") == 6
    for _ in range(2):
        services.submit_attempt(attempt=begin(make_exam(tree.first), sitter))
    assert statements(client, "/exams/") == 6


def test_an_exam_of_a_class_is_for_its_people(tree: BranchTree, sitter: Member) -> None:
    made = make_class(tree.first)
    exam = make_exam(tree.first, training_class=made)
    assert signed_in(sitter).get(f"/exams/{exam.pk}/").status_code == 404
    enrol(made, sitter)
    assert signed_in(sitter).get(f"/exams/{exam.pk}/").status_code == 200


def test_before_the_opening_one_waits_and_afterwards_there_is_nothing_to_press(
    tree: BranchTree, sitter: Member
) -> None:
    client = signed_in(sitter)
    soon = make_exam(tree.first, opens_at=clock.now() + HOUR)
    page = client.get(f"/exams/{soon.pk}/")
    assert 3_590_000 < page.context["wait"]["remainingMs"] <= 3_600_000
    refused = client.post(f"/exams/{soon.pk}/start/", follow=True)
    assert "考试还没有开始" in refused.content.decode()
    over = make_exam(tree.first, opens_at=clock.now() - 3 * HOUR)
    assert f"/exams/{over.pk}/start/" not in client.get(f"/exams/{over.pk}/").content.decode()
    assert Attempt.objects.count() == 0


def test_the_plain_form_saves_marks_clears_and_goes_on(tree: BranchTree, sitter: Member) -> None:
    client = signed_in(sitter)
    exam = make_exam(tree.first)
    client.post(f"/exams/{exam.pk}/start/")
    attempt = Attempt.objects.select_related("exam__paper").get()
    page = f"/exams/attempts/{attempt.pk}/"
    chosen = on_screen(attempt, 1, 2)["choice"][0]
    form = {"q1-revision": "0", "q1-choice": chosen, "q2-revision": "0", "q2-flag": "1"}
    answer = client.post(page, {**form, "go": "2"})
    assert (answer.status_code, answer["Location"]) == (302, f"{page}#q2")
    kept = queries.answers_in(attempt.pk)
    first, second = (kept[item] for item, _order in attempt.items[:2])
    assert (first.answer, first.revision) == ({"chosen": 2}, 1)
    assert (second.answer, second.is_flagged) == ({}, True)
    # A page that shows nothing chosen takes nothing away; the button does.
    client.post(page, {"q1-revision": "1"})
    assert queries.answered_count(attempt.pk) == 1
    client.post(page, {"q1-revision": "1", "clear": "1"})
    assert queries.answered_count(attempt.pk) == 0


def test_a_stale_form_is_shown_again_with_what_was_written(
    tree: BranchTree, sitter: Member
) -> None:
    client = signed_in(sitter)
    attempt = begin(make_exam(tree.first), sitter)
    services.save_answers(attempt=attempt, answers=[told(attempt, 1, 1)])
    page = f"/exams/attempts/{attempt.pk}/"
    form = {"q1-revision": "0", "q1-choice": on_screen(attempt, 1, 3)["choice"][0]}
    answer = client.post(page, form)
    html = answer.content.decode()
    assert (answer.status_code, chosen_in(html), revisions_in(html)) == (
        409,
        [("q1-choice", form["q1-choice"])],
        ["1", "0", "0"],
    )
    assert "第 1 题在别处有更新的答案" in html
    assert queries.answers_in(attempt.pk)[attempt.items[0][0]].answer == {"chosen": 1}
    client.post(page, {**form, "q1-revision": "1"})
    assert queries.answers_in(attempt.pk)[attempt.items[0][0]].answer == {"chosen": 3}


def test_a_start_is_four_statements_of_which_one_writes(tree: BranchTree) -> None:
    exam = make_exam(tree.first)
    signed_in(make_member(tree.first)).post(f"/exams/{exam.pk}/start/")  # the paper is kept now
    client = signed_in(make_member(tree.first))
    with CaptureQueriesContext(connection) as start:
        assert client.post(f"/exams/{exam.pk}/start/").status_code == 200
    assert [query["sql"].split()[0] for query in start] == ["SELECT", "SELECT", "SELECT", "INSERT"]


def test_what_is_drawn_once_holds_nothing_of_a_member(tree: BranchTree) -> None:
    exam = make_exam(tree.first, title="100% <测试>")
    pages = [
        signed_in(make_member(tree.first)).post(f"/exams/{exam.pk}/start/").content.decode()
        for _ in range(2)
    ]
    own = [
        (attempt, re.search('"ticket": "([^"]+)"', page))
        for attempt, page in zip(Attempt.objects.order_by("started_at"), pages, strict=True)
    ]
    for (attempt, ticket), page in zip(own, pages, strict=True):
        assert ticket is not None
        assert ticket[1].startswith(f"{attempt.pk.hex}.{attempt.member_id}.")
        assert f'action="/exams/attempts/{attempt.pk}/"' in page
        assert "<h1>100% &lt;测试&gt;</h1>" in page
        others = [one for one, _ticket in own if one != attempt]
        assert [one.pk.hex in page or str(one.pk) in page for one in others] == [False]
        options = [[OPTIONS[index] for index in order] for _item, order in attempt.items]
        assert options_in(page) == options
    tokens = [set(re.findall('csrfmiddlewaretoken" value="([^"]+)"', page)) for page in pages]
    assert [len(each) for each in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    assert [sign for page in pages for sign in page if 0xE000 <= ord(sign) < 0xF900] == []


def test_a_question_is_shown_as_its_template_draws_it(tree: BranchTree, sitter: Member) -> None:
    exam = make_exam(tree.first, questions=0)
    contents: list[tuple[str, dict[str, Any]]] = [
        ("single", {"options": ["5 % < 6 %", "%(stem)s", "{{ x }}"]}),
        ("multiple", {"options": ["甲", "乙"]}),
        ("true_false", {}),
        ("blank", {"blanks": 2, "any_order": False}),
        ("matching", {"left": ["左 1", "左 2"], "right": ["<a>", "b%"]}),
        ("ordering", {"items": ["一", "三", "二"]}),
        (
            "case",
            {
                "parts": [
                    {
                        "kind": "single",
                        "stem": "100 %",
                        "content": {"options": ["对 %", "错"]},
                        "points": "2",
                    }
                ]
            },
        ),
    ]
    for position, (kind, content) in enumerate(contents, start=1):
        version = make_version(tree.first)
        QuestionVersion.objects.filter(pk=version.pk).update(kind=kind, content=content)
        PaperItem.objects.create(
            paper=exam.paper, position=position, version=version, points=Decimal("2.50")
        )
    sitting = services.start_sitting(by=sitter, exam=exam)
    html = question_blocks(sitting, sitter.pk)
    for question in sitting.questions:
        item, order = question.asked.item, question.asked.arrangement
        content = question_type(item.kind).arranged(item.content, order)
        prefix = f"q{question.asked.position}-"
        assert question_inputs(item.kind, content, {}, prefix) in html


@pytest.mark.slow
def test_one_device_is_told_how_it_is_let_go(tree: BranchTree, sitter: Member) -> None:
    exam = make_exam(tree.first, fairness=Fairness.ONE_DEVICE)
    first, second = signed_in(sitter), signed_in(sitter)
    assert first.post(f"/exams/{exam.pk}/start/").status_code == 200
    refused = second.post(f"/exams/{exam.pk}/start/", follow=True)
    assert "解除绑定" in refused.content.decode()
    attempt = Attempt.objects.get()
    officer = signed_in(make_administrator(tree.first))
    officer.post(
        f"/exams/{exam.pk}/room/act/",
        {"do": "release", "attempt": str(attempt.pk), "reason": "手机没电"},
    )
    assert second.get(f"/exams/attempts/{attempt.pk}/").status_code == 200
    assert first.get(f"/exams/attempts/{attempt.pk}/").status_code == 302
    assert list(AttemptEvent.objects.values_list("kind", flat=True)) == ["released", "device"]


# --- The room -------------------------------------------------------------------------------------


def test_the_room_is_for_its_administrators_and_costs_the_same_for_all(tree: BranchTree) -> None:
    exam = make_exam(tree.general)
    address = f"/exams/{exam.pk}/room/"
    assert signed_in(make_secretary(tree.general)).get(address).status_code == 404
    office = signed_in(make_administrator(tree.general))
    begin(exam, make_member(tree.first))
    assert statements(office, address) == 5
    for _ in range(2):
        begin(exam, make_member(tree.first))
    assert statements(office, address) == 5


def test_more_time_for_the_chosen_and_for_numbers_or_for_nobody(tree: BranchTree) -> None:
    exam = make_exam(tree.general)
    sitting, waiting = make_member(tree.first), make_member(tree.second)
    attempt = begin(exam, sitting)
    office = signed_in(make_administrator(tree.general))
    act = f"/exams/{exam.pk}/room/act/"
    form = {"do": "allow", "attempt": str(attempt.pk), "minutes": "15", "percent": "100"}
    assert office.post(act, {**form, "numbers": waiting.number}).status_code == 422  # no reason
    wrong = {**form, "reason": "视力障碍", "numbers": f"{waiting.number} 999999"}
    assert "999999" in office.post(act, wrong).content.decode()
    assert Allowance.objects.count() == 0
    office.post(act, {**form, "reason": "视力障碍", "numbers": waiting.number})
    before = attempt.deadline_at
    attempt.refresh_from_db()
    assert attempt.deadline_at - before == dt.timedelta(minutes=15)
    later = begin(exam, waiting)
    assert later.deadline_at - later.started_at == dt.timedelta(minutes=75)


def test_opened_again_with_what_was_left_and_handed_in_for_somebody(tree: BranchTree) -> None:
    exam = make_exam(tree.general)
    attempt = begin(exam, make_member(tree.first))
    services.submit_attempt(attempt=attempt, answers=[told(attempt, 1, 1)])
    receipt = attempt.receipt
    office = signed_in(make_administrator(tree.general))
    act = f"/exams/{exam.pk}/room/act/"
    chosen = {"attempt": str(attempt.pk), "percent": "100"}
    office.post(act, {**chosen, "do": "reopen", "reason": "误点交卷"})
    attempt.refresh_from_db()
    assert (attempt.state, attempt.receipt, attempt.finished_at) == (AttemptState.OPEN, "", None)
    left = attempt.deadline_at - clock.now()
    assert dt.timedelta(minutes=59) < left <= dt.timedelta(minutes=60)
    office.post(act, {**chosen, "do": "finish", "reason": "身体不适离场"})
    attempt.refresh_from_db()
    assert (attempt.state, attempt.finished_by) == (AttemptState.FINISHED, FinishedBy.OFFICER)
    assert attempt.receipt not in {"", receipt}
    assert queries.answered_count(attempt.pk) == 1
    log: Any = office.get(f"/exams/attempts/{attempt.pk}/log/").context["rows"]
    assert [row["words"] for row in log] == ["重新打开", "代为交卷"]
    assert log[0]["event"].details["receipt"] == receipt
