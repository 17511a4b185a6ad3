"""Writing in discussions: who may, once, in two levels; answers accepted; words kept."""

import datetime as dt

import pytest

from live.discussion import draft_services, queries, services
from live.discussion.draft_services import keep_draft
from live.discussion.models import Draft, Post, PostState, PostVersion, Thread
from live.discussion.places import of_board
from lms.core import clock
from lms.core.errors import DomainError
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.discussion import (
    beginning,
    make_answer,
    make_board,
    make_talk,
    make_thread,
    new_key,
)
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def test_a_form_sent_twice_is_posted_once(tree: BranchTree) -> None:
    member, board = make_member(tree.first), make_board(tree.general)
    key = new_key()
    first = make_thread(board, by=member, key=key)
    assert make_thread(board, by=member, key=key) == first
    again = new_key()
    answer = make_answer(first, by=member, key=again)
    assert make_answer(first, by=member, key=again) == answer
    assert [post.number for post in queries.posts_of(first)] == [1, 2]
    # Another member's form of the same name is another form.
    assert make_answer(first, by=make_member(tree.first), key=again) != answer


def test_a_board_is_there_for_its_branch_and_below(tree: BranchTree) -> None:
    thread = make_talk(tree.general)
    for branch, seen in ((tree.first, True), (tree.general, True), (tree.third, False)):
        assert queries.may_see(make_member(branch), thread) is seen
    assert queries.may_see(make_secretary(tree.committee), thread) is True
    assert queries.may_see(make_secretary(tree.third), thread) is False


@pytest.mark.slow
def test_a_thread_of_a_lesson_is_there_for_who_may_study_it(tree: BranchTree) -> None:
    by = editor()
    own = course(by=by, audience=tree.general)
    part = lesson(chapter=chapter(course=own, by=by), by=by)
    asker = make_member(tree.first)
    thread = make_thread(part, by=asker, kind="question", at_seconds=75)
    assert (thread.branch, thread.at_seconds) == (tree.general, 75)
    assert queries.may_see(make_member(tree.second), thread) is True
    assert queries.may_see(make_member(tree.third), thread) is False
    everybody = make_thread(course(by=by), by=asker)
    assert everybody.branch == tree.committee
    assert queries.may_see(make_member(tree.third), everybody) is True


def test_answers_stand_in_two_levels(tree: BranchTree) -> None:
    thread, member = make_talk(tree.first), make_member(tree.first)
    top = thread.posts.get(number=2)
    below = make_answer(thread, by=member, parent=top)
    assert below.parent == top
    assert make_answer(thread, by=member, parent=below).parent == top
    assert make_answer(thread, by=member, parent=beginning(thread)).parent is None
    elsewhere = make_talk(tree.first).posts.get(number=2)
    assert make_answer(thread, by=member, parent=elsewhere).parent is None
    thread.refresh_from_db()
    assert (thread.answers, thread.last_seq) == (5, 6)


def test_who_asked_and_who_teaches_accept_an_answer_and_others_do_not(tree: BranchTree) -> None:
    asker = make_member(tree.first)
    thread = make_thread(make_board(tree.general), by=asker, kind="question")
    answer, other = (make_answer(thread, by=make_member(tree.first)) for _each in range(2))
    with pytest.raises(DomainError):
        services.accept_answer(by=make_member(tree.first), post=answer)
    services.accept_answer(by=asker, post=answer)
    services.accept_answer(by=make_instructor(tree.general), post=other)
    thread.refresh_from_db()
    assert thread.accepted == other
    changed = {post.pk for post in queries.posts_changed(thread, thread.last_seq - 1)}
    assert changed == {answer.pk, other.pk}
    services.take_back_acceptance(by=asker, thread=thread)
    thread.refresh_from_db()
    assert thread.accepted is None
    with pytest.raises(DomainError):
        services.accept_answer(by=asker, post=beginning(thread))
    talk = make_talk(tree.first)
    with pytest.raises(DomainError):
        services.accept_answer(by=talk.author, post=talk.posts.get(number=2))


def test_an_accepted_answer_that_is_taken_back_is_accepted_no_more(tree: BranchTree) -> None:
    asker, helper = make_member(tree.first), make_member(tree.first)
    thread = make_thread(make_board(tree.first), by=asker, kind="question")
    answer = make_answer(thread, by=helper)
    services.accept_answer(by=asker, post=answer)
    with pytest.raises(DomainError):
        services.withdraw_post(by=asker, post=answer)
    services.withdraw_post(by=helper, post=answer)
    thread.refresh_from_db()
    assert (thread.accepted, thread.answers) == (None, 0)
    assert answer.state == PostState.WITHDRAWN


def test_changed_words_keep_how_they_read_before(tree: BranchTree) -> None:
    member = make_member(tree.first)
    thread = make_thread(make_board(tree.first), by=member, title="原题", text="原文")
    post = beginning(thread)
    services.change_post(by=member, post=post, title="新题", text="新文")
    services.change_post(by=member, post=post, title="新题", text="新文")  # nothing new
    thread.refresh_from_db()
    post.refresh_from_db()
    assert (thread.title, post.text, post.edited_at is None) == ("新题", "新文", False)
    kept = PostVersion.objects.values_list("title", "text")
    assert list(kept) == [("原题", "原文")]
    assert list(queries.found_posts(member, "新文")) == [post]
    assert list(queries.found_posts(member, "原文")) == []
    with pytest.raises(DomainError):
        services.change_post(by=make_member(tree.first), post=post, title="x", text="y")


@pytest.mark.slow
def test_what_says_nothing_too_much_or_too_fast_is_refused(tree: BranchTree) -> None:
    member, thread = make_member(tree.first), make_talk(tree.first)
    for text in ("", " \n\x00\u202e\t ", "字" * 5001):
        with pytest.raises(DomainError):
            make_answer(thread, by=member, text=text)
    with pytest.raises(DomainError):
        make_answer(thread, by=member, key="short")
    for _each in range(services.MOST_A_MINUTE):
        make_answer(thread, by=member)
    with pytest.raises(DomainError):
        make_answer(thread, by=member)


def test_a_closed_board_is_read_alone(tree: BranchTree) -> None:
    from live.discussion.board_services import change_board

    secretary, member = make_secretary(tree.first), make_member(tree.first)
    board = make_board(tree.first, by=secretary)
    thread = make_thread(board, by=member)
    change_board(by=secretary, board=board, title="只读区", introduction="", is_open=False)
    with pytest.raises(DomainError):
        make_answer(thread, by=member)
    with pytest.raises(DomainError):
        make_thread(board, by=member)
    with pytest.raises(DomainError):
        change_board(by=member, board=board, title="x", introduction="", is_open=True)
    with pytest.raises(DomainError):
        make_board(tree.first, by=member)
    with pytest.raises(DomainError):
        make_board(tree.first, by=secretary, title="只读区")
    assert of_board(board).is_open is False


def test_names_are_found_among_who_can_see_the_thread(tree: BranchTree) -> None:
    thread = make_talk(tree.general)
    near = make_member(tree.first, name="张秀英")
    make_member(tree.third, name="李远")  # cannot see the thread
    make_member(tree.second, name="赵生")  # sees it, and is a stranger
    for _each in range(2):
        make_member(tree.first, name="王同名")
    text = "请@张秀英看，也请@李远、@赵生、@王同名看"
    by = make_member(tree.first)
    assert make_answer(thread, by=by, text=text).mentions == {"张秀英": near.pk}
    names = set(queries.people_to_mention(by, thread).values_list("name", flat=True))
    assert {"李远", "赵生"} & names == set()
    # Who has written in the thread is no stranger there.
    make_answer(thread, by=make_member(tree.second, name="周到"))
    assert list(make_answer(thread, by=by, text="同意@周到").mentions) == ["周到"]


def test_a_draft_is_kept_until_it_is_posted(tree: BranchTree) -> None:
    member, thread = make_member(tree.first), make_talk(tree.first)
    place, key = f"thread:{thread.pk}", new_key()
    assert keep_draft(by=member, place=place, title="", text="写了一半") is not None
    assert keep_draft(by=member, place=place, title="", text="写了一半多") is not None
    assert [draft.text for draft in Draft.objects.all()] == ["写了一半多"]
    make_answer(thread, by=member, text="写完了", key=key)
    assert queries.draft_of(member, place) is None
    # What was on its way when the form was sent comes too late.
    assert keep_draft(by=member, place=place, title="", text="写完了", key=key) is None
    assert keep_draft(by=member, place=place, title="", text="再写") is not None
    assert keep_draft(by=member, place=place, title="", text=" ") is None
    assert queries.draft_of(member, place) is None
    with pytest.raises(DomainError):
        keep_draft(by=member, place="anything", title="", text="x")


def test_old_drafts_go(tree: BranchTree, monkeypatch: pytest.MonkeyPatch) -> None:
    member = make_member(tree.first)
    keep_draft(by=member, place="thread:1", title="", text="旧")
    assert draft_services.forget_old_drafts() == 0
    late = clock.now() + draft_services.KEPT + dt.timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert draft_services.forget_old_drafts() == 1


def test_search_finds_by_letters_what_one_may_see(tree: BranchTree) -> None:
    thread = make_thread(
        make_board(tree.general),
        by=make_member(tree.first),
        title="三会一课",
        text="党小组会怎么开",
    )
    post = beginning(thread)
    for text, found in (("小组会", [post]), ("三会 小组", [post]), ("党课", []), ("", [])):
        assert list(queries.found_posts(make_member(tree.first), text)) == found
    assert list(queries.found_posts(make_member(tree.third), "小组会")) == []


def test_a_number_tells_how_far_a_thread_has_gone(tree: BranchTree) -> None:
    thread = make_talk(tree.first, answers=3)
    assert Thread.objects.get().last_seq == 4
    assert [post.number for post in queries.posts_changed(thread, 2)] == [3, 4]
    assert Post.objects.count() == 4
