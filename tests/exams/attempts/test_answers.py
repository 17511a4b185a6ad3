"""The route of answers over real HTTP: what is acknowledged is kept, what is refused says why."""

import datetime as dt
import threading
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.core.cache import caches
from django.db import connection

from exams.attempts import queries, room_services, services
from exams.attempts.models import (
    Allowance,
    Answer,
    Attempt,
    AttemptEvent,
    AttemptState,
    Exam,
    FinishedBy,
)
from exams.attempts.signals import attempt_finished
from exams.attempts.tickets import TICKET_SECONDS, Ticket, issue_ticket
from exams.attempts.timing import GRACE
from lms.core import clock
from lms.members.models import Member
from tests.factories.exam_attempts import CANARY, begin, make_exam, on_screen
from tests.factories.members import make_administrator, make_branch_tree, make_member
from tests.support.processes import WebProcess, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def ticket_for(attempt: Attempt, **more: Any) -> str:
    expires = int(clock.now().timestamp()) + TICKET_SECONDS
    said = {"attempt": attempt.pk.hex, "member_id": attempt.member_id, "device": "", **more}
    return issue_ticket(Ticket(**{"expires": expires, **said}))


def message(attempt: Attempt, *answers: tuple[int, int, int], **more: Any) -> dict[str, Any]:
    """Answers as (position, the author's option, revision seen)."""
    return {
        "ticket": ticket_for(attempt),
        "tab": str(uuid4()),
        "answers": [
            {"position": place, "revision": seen, "sent": on_screen(attempt, place, option)}
            for place, option, seen in answers
        ],
        **more,
    }


def post(url: str, attempt: Attempt, said: Any) -> httpx.Response:
    return httpx.post(f"{url}/exams/attempts/{attempt.pk}/answers", json=said, timeout=60)


@pytest.fixture
def sat(school_server: str) -> Attempt:
    tree = make_branch_tree()
    return begin(make_exam(tree.first), make_member(tree.first, password=None))


def test_it_is_acknowledged_with_the_servers_time_and_kept(
    school_server: str, sat: Attempt
) -> None:
    answer = post(school_server, sat, message(sat, (1, 2, 0), (3, 0, 0)))
    assert answer.status_code == 200
    said = answer.json()
    assert (said["saved"], said["unreadable"]) == ([[1, 1], [3, 1]], [])
    assert len(said["savedAt"].split(":")) == 3
    assert 3_590_000 < said["remainingMs"] <= 3_600_000
    kept = queries.answers_in(sat.pk)
    assert [kept[sat.items[place][0]].answer for place in (0, 2)] == [{"chosen": 2}, {"chosen": 0}]


def test_a_stale_answer_is_refused_with_the_current_one(school_server: str, sat: Attempt) -> None:
    tab = str(uuid4())
    post(school_server, sat, message(sat, (1, 2, 0), tab=tab))
    answer = post(school_server, sat, message(sat, (1, 3, 0), (2, 1, 0), tab=tab))
    assert answer.status_code == 409
    assert answer.json()["saved"] == [[2, 1]]
    assert answer.json()["conflicts"] == [
        {"position": 1, "revision": 1, "answer": on_screen(sat, 1, 2), "flagged": False}
    ]


def test_another_tab_is_told_so(school_server: str, sat: Attempt) -> None:
    post(school_server, sat, message(sat, (1, 2, 0)))
    answer = post(school_server, sat, message(sat, (1, 3, 1)))
    assert (answer.status_code, answer.json()["elsewhere"]) == (409, True)
    assert Answer.objects.get().answer == {"chosen": 2}


def test_after_the_end_it_says_what_counts(school_server: str, sat: Attempt) -> None:
    tab = str(uuid4())
    post(school_server, sat, message(sat, (1, 2, 0), tab=tab))
    past = clock.now() - GRACE - dt.timedelta(seconds=1)
    Attempt.objects.filter(pk=sat.pk).update(deadline_at=past)
    answer = post(school_server, sat, message(sat, (2, 2, 0), tab=tab))
    assert answer.status_code == 410
    assert answer.json()["error"].endswith("结束，之前保存的 1 题都有效。")
    sat.refresh_from_db()
    assert (sat.state, sat.finished_at) == (AttemptState.FINISHED, past)
    assert Answer.objects.count() == 1


def test_what_cannot_be_read_does_not_keep_the_others_back(
    school_server: str, sat: Attempt
) -> None:
    said = message(sat, (1, 2, 0))
    said["answers"] += [
        {"position": 2, "revision": 0, "sent": {"choice": ["99"]}},
        {"position": 77, "revision": 0, "sent": {"choice": ["0"]}},
    ]
    answer = post(school_server, sat, said)
    assert (answer.status_code, answer.json()["saved"]) == (200, [[1, 1]])
    assert answer.json()["unreadable"] == [2, 77]


def test_leaving_the_window_is_written_down_where_it_is_watched(
    school_server: str, sat: Attempt
) -> None:
    tab = str(uuid4())
    events = [["left", 30], ["returned", 5]]
    post(school_server, sat, message(sat, tab=tab, events=events))
    rows = list(AttemptEvent.objects.order_by("at"))
    assert [row.kind for row in rows] == ["left", "returned"]
    assert round((rows[1].at - rows[0].at).total_seconds()) == 25
    Exam.objects.update(fairness="none")
    post(school_server, sat, message(sat, tab=tab, events=events))
    assert AttemptEvent.objects.count() == 2


def test_handing_in_is_one_message_with_the_last_answers_and_done_once(
    school_server: str, sat: Attempt
) -> None:
    told_of: list[Any] = []

    def listen(attempt_id: Any, **_about: Any) -> None:
        told_of.append(attempt_id)

    attempt_finished.connect(listen)
    tab = str(uuid4())
    try:
        answer = post(school_server, sat, message(sat, (3, 2, 0), tab=tab, handIn=True))
        wait_until(lambda: told_of, what="the announcement")
        again = post(school_server, sat, message(sat, (3, 1, 1), tab=tab, handIn=True))
        late = post(school_server, sat, message(sat, (3, 1, 1), tab=tab))
    finally:
        attempt_finished.disconnect(listen)
    sat.refresh_from_db()
    said = {"receipt": sat.receipt, "url": f"/exams/attempts/{sat.pk}/receipt/"}
    assert [(one.status_code, one.json()) for one in (answer, again)] == [(200, said)] * 2
    assert (sat.state, sat.finished_by, sat.tab) == (
        AttemptState.FINISHED,
        FinishedBy.MEMBER,
        None,
    )
    assert len(sat.receipt) == 17
    assert (late.status_code, told_of) == (410, [sat.pk])
    assert Answer.objects.get().answer == {"chosen": 2}


def test_nothing_is_handed_in_over_what_is_not_kept(school_server: str, sat: Attempt) -> None:
    tab = str(uuid4())
    post(school_server, sat, message(sat, (1, 2, 0), tab=tab))
    stale = post(school_server, sat, message(sat, (1, 3, 0), (2, 1, 0), tab=tab, handIn=True))
    assert (stale.status_code, stale.json()["saved"]) == (409, [[2, 1]])
    assert stale.json()["conflicts"] == [
        {"position": 1, "revision": 1, "answer": on_screen(sat, 1, 2), "flagged": False}
    ]
    elsewhere = post(school_server, sat, message(sat, handIn=True))
    assert (elsewhere.status_code, elsewhere.json()["elsewhere"]) == (409, True)
    unreadable = message(sat, (3, 1, 0), tab=tab, handIn=True)
    unreadable["answers"].append({"position": 9, "revision": 0, "sent": {}})
    assert post(school_server, sat, unreadable).status_code == 422
    sat.refresh_from_db()
    assert (sat.state, sat.receipt, Answer.objects.count()) == (AttemptState.OPEN, "", 2)


def test_handed_in_after_the_end_it_is_finished_at_its_deadline(
    school_server: str, sat: Attempt
) -> None:
    past = clock.now() - GRACE - dt.timedelta(seconds=1)
    Attempt.objects.filter(pk=sat.pk).update(deadline_at=past)
    answer = post(school_server, sat, message(sat, (1, 1, 0), handIn=True))
    sat.refresh_from_db()
    assert (answer.status_code, answer.json()["receipt"]) == (200, sat.receipt)
    assert (sat.finished_at, sat.finished_by) == (past, FinishedBy.TIME)
    assert Answer.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"ticket": "forged"}, 401),
        ({"tab": "no tab"}, 422),
        ({"answers": [{"position": 1}]}, 422),
        ({"answers": [{"position": True, "revision": 0, "sent": {}}]}, 422),
        ({"answers": [{"position": 1, "revision": -1, "sent": {}}]}, 422),
        ({"answers": [{"position": 1, "revision": 0, "sent": {"choice": ["\0"]}}]}, 422),
        ({"answers": {}}, 422),
        ({"events": [["invented", 1]]}, 422),
        ({"answers": [{}] * 501}, 413),
    ],
)
def test_what_is_no_message_is_refused(
    school_server: str, sat: Attempt, change: dict[str, Any], status: int
) -> None:
    answer = post(school_server, sat, {**message(sat, (1, 1, 0)), **change})
    assert (answer.status_code, Answer.objects.count()) == (status, 0)
    assert answer.json()["error"] != ""


def test_a_ticket_is_for_one_attempt_of_one_member(school_server: str, sat: Attempt) -> None:
    other = begin(sat.exam, make_member(password=None))
    crossed = message(sat, (1, 1, 0), ticket=ticket_for(other))
    assert post(school_server, sat, crossed).status_code == 401
    stolen = message(sat, (1, 1, 0), ticket=ticket_for(sat, member_id=other.member_id))
    assert post(school_server, sat, stolen).status_code == 401
    foreign = httpx.post(
        f"{school_server}/exams/attempts/{sat.pk}/answers",
        json=message(sat, (1, 1, 0)),
        headers={"Origin": "http://elsewhere.example"},
    )
    assert (foreign.status_code, Answer.objects.count()) == (403, 0)


# --- Races --------------------------------------------------------------------------------------


def together(count: int, act: Any) -> None:
    """`act(number)` in so many threads at the same moment."""
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            act(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_hundred_starts_at_once_are_one_attempt(school_server: str) -> None:
    tree = make_branch_tree()
    exam, member = make_exam(tree.first), make_member(tree.first, password=None)
    begun: list[Any] = []
    together(100, lambda _number: begun.append(begin(exam, member).pk))
    assert len(begun) == 100
    assert set(begun) == {Attempt.objects.get().pk}


def test_64_saves_and_submissions_race_at_the_deadline(school_server: str) -> None:
    tree = make_branch_tree()
    exam = make_exam(tree.first, questions=12)
    sat = begin(exam, make_member(tree.first, password=None))
    # What was on its way ends a second from now, in the middle of all this.
    end = clock.now() + dt.timedelta(seconds=1) - GRACE
    Attempt.objects.filter(pk=sat.pk).update(deadline_at=end)
    tab = str(uuid4())
    acknowledged: set[int] = set()
    statuses: list[int] = []

    def act(number: int) -> None:
        if number % 16 == 15:
            stored = Attempt.objects.select_related("exam__paper").get(pk=sat.pk)
            almost = end + GRACE - dt.timedelta(milliseconds=100)
            wait_until(lambda: clock.now() >= almost, what="the deadline")
            services.submit_attempt(attempt=stored)
            return
        with httpx.Client(base_url=school_server, timeout=60) as client:
            for place in range(1, 13):
                said = message(sat, (place, number % 4, 0), tab=tab)
                answer = client.post(f"/exams/attempts/{sat.pk}/answers", json=said)
                statuses.append(answer.status_code)
                acknowledged.update(one for one, _revision in answer.json().get("saved", []))

    together(64, act)
    stored = Attempt.objects.get(pk=sat.pk)
    kept = {answer.item_id: answer for answer in Answer.objects.all()}
    places = {place for place, (item, _) in enumerate(stored.items, start=1) if item in kept}
    assert stored.state == AttemptState.FINISHED
    assert acknowledged == places  # nothing acknowledged is missing, nothing else is there
    assert stored.finished_at is not None
    assert [kept[item].saved_at > end + GRACE for item in kept] == [False] * len(kept)
    assert set(statuses) <= {200, 409, 410, 503}


@pytest.mark.slow
def test_kill_9_keeps_every_acknowledged_answer(web_process: WebProcess) -> None:
    tree = make_branch_tree()
    exam = make_exam(tree.first, questions=50)
    attempts = [begin(exam, make_member(tree.first, password=None)) for _ in range(8)]
    deadlines = {attempt.pk: attempt.deadline_at for attempt in attempts}
    acknowledged: dict[Any, dict[int, int]] = {attempt.pk: {} for attempt in attempts}

    def sit(attempt: Attempt) -> None:
        tab = str(uuid4())
        with httpx.Client(base_url=web_process.url, timeout=60) as client:
            for turn in range(10_000):
                place, option = turn % 50 + 1, turn // 50 % 4
                said = message(attempt, (place, option, turn // 50), tab=tab)
                try:
                    answer = client.post(f"/exams/attempts/{attempt.pk}/answers", json=said)
                except httpx.HTTPError:
                    return
                for one, _revision in answer.json()["saved"]:
                    acknowledged[attempt.pk][one] = option

    threads = [threading.Thread(target=sit, args=[attempt]) for attempt in attempts]
    for thread in threads:
        thread.start()
    wait_until(lambda: sum(map(len, acknowledged.values())) >= 100, what="saved answers")
    web_process.kill()
    for thread in threads:
        thread.join()
    for attempt in attempts:
        kept = queries.answers_in(attempt.pk)
        for place, option in acknowledged[attempt.pk].items():
            answer = kept[attempt.items[place - 1][0]]
            # The one in flight may be there too: a later turn at the same question.
            assert answer.answer["chosen"] in {option, (option + 1) % 4}
        attempt.refresh_from_db()
        assert (attempt.state, attempt.deadline_at) == (AttemptState.OPEN, deadlines[attempt.pk])


# --- No key on the wire ---------------------------------------------------------------------------


def test_no_key_anywhere_a_member_could_look(school_server: str, client: Any) -> None:
    tree = make_branch_tree()
    member: Member = make_member(tree.first)
    exam = make_exam(tree.first)
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    seen = [client.get("/exams/"), client.get(f"/exams/{exam.pk}/")]
    seen.append(client.post(f"/exams/{exam.pk}/start/"))
    sat = Attempt.objects.select_related("exam__paper").get()
    page = f"/exams/attempts/{sat.pk}/"
    seen += [client.get(page), client.get(f"{page}state/"), client.get(f"{page}submit/")]
    tab = str(uuid4())
    saved = post(school_server, sat, message(sat, (1, 1, 0), tab=tab))
    stale = post(school_server, sat, message(sat, (1, 2, 0), tab=tab))
    seen.append(client.post(f"{page}submit/"))
    seen.append(client.get(f"{page}receipt/"))
    texts = [answer.content.decode() for answer in seen] + [saved.text, stale.text]
    assert [CANARY in text or '"correct"' in text for text in texts] == [False] * len(texts)
    assert [answer.status_code for answer in seen] == [200] * 6 + [302, 200]
    redis = caches["default"]._cache.get_client()
    stored = b"".join((redis.dump(key) or b"") + key for key in redis.scan_iter(b"*"))
    assert CANARY.encode() not in stored


def test_an_allowance_reaches_a_running_attempt_at_once(school_server: str, sat: Attempt) -> None:
    officer = make_administrator(sat.exam.branch, password=None)
    room_services.allow(
        exam=sat.exam, members=[sat.member], by=officer, reason="停电", extra_seconds=600
    )
    answer = post(school_server, sat, message(sat, (1, 1, 0)))
    assert answer.json()["remainingMs"] > 4_190_000
    assert Allowance.objects.get().reason == "停电"
