"""The player's addresses: who may call them, and what they answer."""

import json
from typing import Any

import pytest
from django.test import Client

from courses.catalogue.models import CoursePage, LessonPage
from courses.progress.models import WatchSession
from courses.progress.tickets import read_ticket
from lms.core import clock
from lms.members.models import Member
from tests.factories import courses, progress
from tests.factories.members import BranchTree, make_branch_tree, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def member(tree: BranchTree) -> Member:
    return make_member(tree.first)


@pytest.fixture
def lesson(tree: BranchTree) -> LessonPage:
    """For the first branch only."""
    by = courses.editor()
    return courses.course_with_lessons(by=by, audience=tree.first)[1][0]


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, "lms.members.backends.NumberOrPhoneBackend")
    return client


def started(client: Client, lesson: LessonPage) -> dict[str, Any]:
    answer = client.post("/learn/sessions/", {"lesson": lesson.pk})
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return said


@pytest.mark.slow
def test_starting_gives_all_that_a_player_needs(member: Member, lesson: LessonPage) -> None:
    said = started(signed_in(member), lesson)
    session = WatchSession.objects.get()
    ticket = read_ticket(said["token"], clock.now().timestamp())

    assert ticket is not None
    assert (ticket.session, ticket.member_id, ticket.lesson_id) == (
        session.pk.hex,
        member.pk,
        lesson.pk,
    )
    assert {name: said[name] for name in said if name not in {"token", "playlist"}} == {
        "session": str(session.pk),
        "settleUrl": f"/learn/sessions/{session.pk}/settle/",
        "playlistUrl": f"/learn/sessions/{session.pk}/playlist/",
        "refreshSeconds": 400,
        "resumeMs": 0,
        "covered": [],
        "completed": False,
        "resumed": False,
        "check": False,
        "checkUrl": f"/learn/sessions/{session.pk}/check/",
    }
    assert said["playlist"].startswith("/hls/")


@pytest.mark.slow
def test_starting_takes_json_too(member: Member, lesson: LessonPage) -> None:
    answer = signed_in(member).post(
        "/learn/sessions/", json.dumps({"lesson": lesson.pk}), content_type="application/json"
    )

    assert answer.status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("said", ["", "x", "-1", "0", "99999999", "9" * 40, "1.5", "½"])
def test_no_such_lesson(member: Member, lesson: LessonPage, said: str) -> None:
    client = signed_in(member)
    as_json = client.post(
        "/learn/sessions/", json.dumps({"lesson": said}), content_type="application/json"
    )

    assert client.post("/learn/sessions/", {"lesson": said}).status_code == 404
    assert as_json.status_code == 404


@pytest.mark.slow
def test_who_may_start(member: Member, lesson: LessonPage, tree: BranchTree) -> None:
    stranger = make_member(tree.second)
    address = "/learn/sessions/"
    anonymous = Client().post(address, {"lesson": lesson.pk})

    assert signed_in(member).post(address, {"lesson": lesson.pk}).status_code == 200
    assert signed_in(stranger).post(address, {"lesson": lesson.pk}).status_code == 404
    assert (anonymous.status_code, anonymous.headers["location"]) == (
        302,
        "/sign-in/?next=/learn/sessions/",
    )
    assert signed_in(member).get(address).status_code == 405
    assert Client(enforce_csrf_checks=True).post(address).status_code in {302, 403}


@pytest.mark.slow
def test_a_lesson_without_a_recording_says_so(member: Member, tree: BranchTree) -> None:
    by = courses.editor()
    chapter = courses.chapter(course=courses.course(by=by), by=by)
    lesson = courses.lesson(chapter=chapter, by=by, blocks=[("article", "<p>读一读</p>")])
    answer = signed_in(member).post("/learn/sessions/", {"lesson": lesson.pk})

    assert (answer.status_code, answer.json()) == (
        409,
        {"error": "这一讲没有视频，不需要计时，直接阅读内容即可。"},
    )


@pytest.mark.slow
def test_a_sitting_belongs_to_one_member(
    member: Member, lesson: LessonPage, tree: BranchTree
) -> None:
    client, neighbour = signed_in(member), signed_in(make_member(tree.first))
    said = started(client, lesson)

    assert client.post(said["settleUrl"]).status_code == 200
    assert client.get(said["playlistUrl"]).status_code == 200
    assert neighbour.post(said["settleUrl"]).status_code == 404
    assert neighbour.get(said["playlistUrl"]).status_code == 404


@pytest.mark.slow
def test_a_withdrawn_lesson_gives_no_fresh_link(member: Member, lesson: LessonPage) -> None:
    client = signed_in(member)
    said = started(client, lesson)
    CoursePage.objects.update(live=False)

    assert client.get(said["playlistUrl"]).status_code == 404
    assert client.post(said["settleUrl"]).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("watched", "answer"),
    [
        (
            0,
            {"coveredMs": 0, "requiredMs": 0, "completed": False, "message": "还没有学习记录。"},
        ),
        (
            60_000,
            {
                "coveredMs": 60_000,
                "requiredMs": 161_500,
                "completed": False,
                "message": "还需学习1分41秒即可完成。",
            },
        ),
        (
            180_000,
            {
                "coveredMs": 180_000,
                "requiredMs": 161_500,
                "completed": True,
                "message": "本讲已完成，计0.25学时",
            },
        ),
    ],
)
def test_settling_says_how_far_it_is(
    member: Member, lesson: LessonPage, watched: int, answer: dict[str, Any]
) -> None:
    client = signed_in(member)
    said = started(client, lesson)
    progress.watch(WatchSession.objects.get(), 0, watched)

    assert client.post(said["settleUrl"]).json() == answer


@pytest.mark.slow
@pytest.mark.parametrize("before", [2, 4])
def test_starting_costs_the_same_after_many_sittings(
    member: Member, lesson: LessonPage, before: int, django_assert_num_queries: Any
) -> None:
    client = signed_in(member)
    for _ in range(before):
        started(client, lesson)
        progress.watch(WatchSession.objects.get(closed_at=None), 0, 15_000)
    with django_assert_num_queries(22):
        started(client, lesson)


# --- Presence checks ------------------------------------------------------------------------


def asking(tree: BranchTree, *questions: dict[str, Any]) -> LessonPage:
    """A lesson of a course that asks now and then whether somebody is there."""
    by = courses.editor()
    course = courses.course(by=by, audience=tree.first, presence_check=True)
    chapter = courses.chapter(course=course, by=by)
    blocks = [("question", question) for question in questions]
    return courses.lesson(chapter=chapter, by=by, check_questions=blocks)


def ask_now(member: Member) -> None:
    WatchSession.objects.filter(member=member).update(answer_by_ms=180_000, checks_asked=1)


@pytest.mark.slow
def test_a_check_is_for_the_member_alone(tree: BranchTree, member: Member) -> None:
    lesson = asking(tree)
    said = started(signed_in(member), lesson)
    assert said["check"] is False
    ask_now(member)
    stranger = signed_in(make_member(tree.first))

    assert stranger.get(said["checkUrl"]).status_code == 404
    assert stranger.post(said["checkUrl"]).status_code == 404
    assert WatchSession.objects.get().is_asked is True
    assert signed_in(member).get(said["checkUrl"]).json() == {
        "asked": True,
        "question": "",
        "options": [],
    }
    assert signed_in(member).post(said["checkUrl"]).json() == {"right": None, "message": ""}
    session = WatchSession.objects.get()
    assert (session.is_asked, session.checks_asked, session.checks_answered) == (False, 1, 1)
    assert signed_in(member).post(said["checkUrl"]).json() == {"right": None, "message": ""}
    assert WatchSession.objects.get().checks_answered == 1


@pytest.mark.slow
def test_a_question_of_the_lesson_and_any_answer_to_it_counts(
    tree: BranchTree, member: Member
) -> None:
    lesson = asking(
        tree,
        {"text": "党的根本宗旨是？", "options": ["发展经济", "为人民服务"], "right": 2},
        {"text": "条例第几章讲处分？", "options": ["第一章", "第二章", "第三章"], "right": 1},
    )
    client = signed_in(member)
    said = started(client, lesson)
    assert client.get(said["checkUrl"]).json()["question"] == ""  # nobody is asked yet
    ask_now(member)

    assert client.get(said["checkUrl"]).json() == {
        "asked": True,
        "question": "党的根本宗旨是？",
        "options": ["发展经济", "为人民服务"],
    }
    answer = client.post(said["checkUrl"], {"choice": 0})
    assert answer.json() == {"right": False, "message": "正确答案是：为人民服务"}
    assert WatchSession.objects.get().is_asked is False

    ask_now(member)
    assert client.get(said["checkUrl"]).json()["question"] == "条例第几章讲处分？"
    answer = client.post(
        said["checkUrl"], json.dumps({"choice": 0}), content_type="application/json"
    )
    assert answer.json() == {"right": True, "message": "回答正确。"}
    assert WatchSession.objects.get().checks_answered == 2


@pytest.mark.slow
@pytest.mark.parametrize("asks", [True, False])
def test_only_a_course_that_wants_it_draws_a_moment(
    tree: BranchTree, member: Member, asks: bool
) -> None:
    lesson = asking(tree) if asks else courses.course_with_lessons(by=courses.editor())[1][0]
    started(signed_in(member), lesson)
    due = WatchSession.objects.get().check_due_ms

    assert (due is not None) is asks
    assert due is None or 15 * 60_000 <= due < 30 * 60_000


@pytest.mark.slow
def test_a_question_that_waits_goes_on_waiting_in_the_next_window(
    tree: BranchTree, member: Member
) -> None:
    lesson = asking(tree)
    client = signed_in(member)
    started(client, lesson)
    ask_now(member)
    second = started(client, lesson)
    assert second["check"] is True
    client.post(second["checkUrl"])

    assert list(WatchSession.objects.values_list("answer_by_ms", flat=True)) == [None, None]
    assert started(client, lesson)["check"] is False
