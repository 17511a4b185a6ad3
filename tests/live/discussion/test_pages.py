"""The pages of discussions: who sees which, what they cost, and that they work as plain forms."""

from typing import Any

import pytest
from django.test import Client

from live.discussion import moderation_services, services
from live.discussion.models import Draft, Hiding, Post, Thread
from lms.members.models import Member
from tests.factories.courses import course_with_lessons, editor
from tests.factories.discussion import (
    beginning,
    make_answer,
    make_board,
    make_talk,
    make_thread,
    new_key,
)
from tests.factories.members import BranchTree, make_branch_tree, make_member, make_secretary

pytestmark = pytest.mark.django_db

HOME_QUERIES = 8
THREADS_QUERIES = 8
THREAD_QUERIES = 10
AFTER_QUERIES = 6
SEARCH_QUERIES = 6
DESK_QUERIES = 8
LOG_QUERIES = 5


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_for_three(
    tree: BranchTree, django_assert_num_queries: Any, count: int
) -> None:
    board, member = make_board(tree.general), make_member(tree.first)
    for _each in range(count):
        make_thread(board, by=make_member(tree.first), text="一样的话")
        make_talk(tree.general)
    client = of(member)
    with django_assert_num_queries(HOME_QUERIES):
        page = client.get("/discussion/")
    assert len(page.context["rows"]) == 2 * count
    with django_assert_num_queries(THREADS_QUERIES):
        page = client.get(f"/discussion/boards/{board.pk}/")
    assert len(page.context["rows"]) == count
    with django_assert_num_queries(SEARCH_QUERIES):
        page = client.get("/discussion/search/?q=一样的话")
    assert len(page.context["rows"]) == count


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_a_thread_costs_the_same_for_one_and_for_three(
    tree: BranchTree, django_assert_num_queries: Any, count: int
) -> None:
    thread = make_talk(tree.general, answers=count)
    for post in thread.posts.filter(number__gt=1):
        make_answer(thread, by=make_member(tree.first), parent=post)
    client = of(make_member(tree.first))
    with django_assert_num_queries(THREAD_QUERIES):
        page = client.get(f"/discussion/{thread.pk}/")
    assert [len(view.answers) for view in page.context["answers"]] == [1] * count
    with django_assert_num_queries(AFTER_QUERIES):
        page = client.get(f"/discussion/{thread.pk}/after/?n=1")
    assert len(page.context["rows"]) == 2 * count


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_and_the_log_cost_the_same_for_one_and_for_three(
    tree: BranchTree, django_assert_num_queries: Any, count: int
) -> None:
    thread, secretary = make_talk(tree.first), make_secretary(tree.first)
    above = make_secretary(tree.general)
    for _each in range(count):
        reported, hidden = (make_answer(thread, by=make_member(tree.first)) for _one in "12")
        moderation_services.report_post(by=make_member(tree.first), post=reported, reason="rude")
        hiding = moderation_services.hide_post(by=secretary, post=hidden, reason="离题")
        moderation_services.appeal_hiding(by=hidden.author, hiding=hiding, words="没有离题")
    client = of(above)
    with django_assert_num_queries(DESK_QUERIES):
        page = client.get("/discussion/desk/")
    assert [len(page.context["reports"]), len(page.context["appeals"])] == [count, count]
    with django_assert_num_queries(LOG_QUERIES):
        page = client.get("/discussion/log/")
    assert len(page.context["rows"]) == 3 * count
    assert of(make_member(tree.first)).get("/discussion/desk/").status_code == 404


@pytest.mark.slow
def test_a_conversation_by_plain_forms(tree: BranchTree) -> None:
    board, asker, helper = make_board(tree.first), make_member(tree.first), make_member(tree.first)
    client, address = of(asker), f"/discussion/boards/{board.pk}/new/"
    said = {"title": "怎么过组织生活", "kind": "question", "text": "请教。", "key": new_key()}
    assert client.post(address, {**said, "title": ""}).status_code == 422
    made = client.post(address, said)
    assert client.post(address, said)["Location"] == made["Location"]
    thread = Thread.objects.get()
    assert made["Location"] == f"/discussion/{thread.pk}/"
    other = of(helper)
    assert other.post(made["Location"], {"text": " ", "key": new_key()}).status_code == 422
    answered = other.post(made["Location"], {"text": "按时参加。", "key": new_key()})
    assert answered["Location"] == f"/discussion/{thread.pk}/#post-2"
    answer = thread.posts.get(number=2)
    below = client.get(f"/discussion/{thread.pk}/?reply={answer.pk}")
    assert below.context["parent"] == answer
    client.post(
        f"/discussion/{thread.pk}/", {"text": "明白了。", "key": new_key(), "parent": answer.pk}
    )
    assert thread.posts.get(number=3).parent == answer
    accept = f"/discussion/posts/{answer.pk}/accept/"
    assert other.post(accept).status_code == 404
    assert client.post(accept)["Location"] == f"/discussion/{thread.pk}/#post-2"
    thread.refresh_from_db()
    assert thread.accepted == answer
    change = f"/discussion/posts/{answer.pk}/edit/"
    assert client.get(change).status_code == 404
    assert other.post(change, {"text": "按时参加，如实汇报。"}).status_code == 302
    versions = client.get(f"/discussion/posts/{answer.pk}/versions/")
    assert [version.text for version in versions.context["versions"]] == ["按时参加。"]
    assert other.post(change, {"act": "withdraw"}).status_code == 302
    assert "如实汇报" not in client.get(f"/discussion/{thread.pk}/").content.decode()
    assert client.get(f"/discussion/posts/{answer.pk}/versions/").status_code == 404


@pytest.mark.slow
def test_what_is_not_visible_is_not_there(tree: BranchTree) -> None:
    thread = make_talk(tree.first)
    post, stranger = beginning(thread), of(make_member(tree.third))
    for address in (
        f"/discussion/{thread.pk}/",
        f"/discussion/{thread.pk}/after/",
        f"/discussion/boards/{thread.board_id}/",
        f"/discussion/boards/{thread.board_id}/new/",
        f"/discussion/posts/{post.pk}/",
        f"/discussion/posts/{post.pk}/report/",
        f"/discussion/people/thread/{thread.pk}/",
        f"/discussion/people/boards/{thread.board_id}/",
        "/discussion/people/anything/1/",
    ):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/discussion/{thread.pk}/", {"text": "我也说", "key": new_key()})
    assert Post.objects.filter(thread=thread).count() == 2


@pytest.mark.slow
def test_hidden_words_are_read_by_their_author_and_who_looks_after_them(tree: BranchTree) -> None:
    thread, secretary = make_talk(tree.first), make_secretary(tree.first)
    post = make_answer(thread, by=make_member(tree.first), text="一句气话")
    hide = f"/discussion/posts/{post.pk}/hide/"
    assert of(make_member(tree.first)).get(hide).status_code == 404
    assert of(secretary).post(hide, {"words": ""}).status_code == 422
    assert of(secretary).post(hide, {"words": "请就事论事"}).status_code == 302
    hiding = Hiding.objects.get()
    shown = {
        name: of(member).get(f"/discussion/{thread.pk}/").content.decode()
        for name, member in (
            ("author", post.author),
            ("secretary", secretary),
            ("member", make_member(tree.first)),
        )
    }
    assert {name: "一句气话" in page for name, page in shown.items()} == {
        "author": True,
        "secretary": True,
        "member": False,
    }
    assert "请就事论事" not in shown["member"]
    changed = of(make_member(tree.first)).get(f"/discussion/{thread.pk}/after/").content.decode()
    assert "一句气话" not in changed
    appeal = f"/discussion/hidings/{hiding.pk}/"
    assert of(make_member(tree.first)).get(appeal).status_code == 404
    assert of(post.author).post(appeal, {"words": "属于批评"}).status_code == 302
    assert of(secretary).get(appeal).context["act"] == ""
    above = of(make_secretary(tree.general))
    assert above.get(appeal).context["act"] == "decide"
    above.post(appeal, {"words": "属于批评", "decision": "lift"})
    post.refresh_from_db()
    assert post.state == "shown"


def test_a_draft_is_there_on_another_device(tree: BranchTree) -> None:
    thread, member = make_talk(tree.first), make_member(tree.first)
    place = f"thread:{thread.pk}"
    kept = of(member).post("/discussion/draft/", {"place": place, "text": "写了一半"})
    assert len(kept.json()["kept"]) == len("12:34")
    page = of(member).get(f"/discussion/{thread.pk}/")
    assert page.context["form"]["text"].value() == "写了一半"
    assert of(member).post("/discussion/draft/", {"place": "x", "text": "y"}).status_code == 422
    assert Draft.objects.count() == 1


@pytest.mark.slow
def test_threads_stand_beside_their_lesson_and_lead_back_to_the_second(tree: BranchTree) -> None:
    _course, lessons = course_with_lessons(by=editor(), audience=tree.first)
    part, member = lessons[0], make_member(tree.first)
    client = of(member)
    asked = client.get(f"/discussion/lessons/{part.pk}/new/?at=75")
    assert asked.context["form"]["at"].value() == 75
    said = {"title": "这里没听懂", "kind": "question", "text": "?", "key": new_key(), "at": "75"}
    thread = client.post(f"/discussion/lessons/{part.pk}/new/", said)["Location"]
    page = client.get(thread).content.decode()
    assert f"/lessons/{part.pk}/?t=75" in page
    assert "1:15" in page
    beside = client.get(f"/lessons/{part.pk}/").content.decode()
    assert thread in beside
    assert "讨论（1）" in beside
    listed = client.get(f"/discussion/lessons/{part.pk}/").context["rows"]
    assert [row.thread.title for row in listed] == ["这里没听懂"]
    course_page = client.get(f"/courses/{_course.slug}/").content.decode()
    assert f"/discussion/courses/{_course.pk}/" in course_page


def test_a_board_is_made_and_changed_by_who_looks_after_its_branch(tree: BranchTree) -> None:
    secretary, member = of(make_secretary(tree.first)), of(make_member(tree.first))
    said = {"branch": tree.first.pk, "title": "热点讨论", "introduction": "每周一题"}
    assert member.get("/discussion/boards/new/").status_code == 404
    assert secretary.post("/discussion/boards/new/", {**said, "branch": tree.second.pk})
    made = secretary.post("/discussion/boards/new/", said)["Location"]
    assert secretary.post("/discussion/boards/new/", said).status_code == 422
    assert member.get(f"{made}edit/").status_code == 404
    closed = {"title": "热点讨论", "introduction": "", "is_open": ""}
    assert secretary.post(f"{made}edit/", closed)["Location"] == made
    assert member.get(made).context["can_begin"] is False
    assert member.get(f"{made}new/").context["can_begin"] is False


@pytest.mark.slow
def test_a_page_further_on_is_found(tree: BranchTree, monkeypatch: pytest.MonkeyPatch) -> None:
    from live.discussion import showing

    monkeypatch.setattr(showing, "ANSWERS_A_PAGE", 2)
    monkeypatch.setattr(services, "MOST_A_MINUTE", 100)
    thread, member = make_talk(tree.first, answers=4), make_member(tree.first)
    last = make_answer(thread, by=member)
    client = of(member)
    assert client.get(f"/discussion/posts/{last.pk}/")["Location"] == (
        f"/discussion/{thread.pk}/?page=3#post-6"
    )
    page = client.get(f"/discussion/{thread.pk}/?page=3")
    assert [view.post for view in page.context["answers"]] == [last]
