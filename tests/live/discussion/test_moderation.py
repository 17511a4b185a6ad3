"""Reports, hiding, appeals: who may, by two people, and all of it in the log."""

import pytest

from live.discussion import moderation_queries as waiting
from live.discussion import moderation_services as services
from live.discussion import queries
from live.discussion.models import (
    HidingState,
    ModerationEntry,
    Post,
    PostState,
    ReportState,
    ThreadState,
)
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories.discussion import beginning, make_answer, make_talk
from tests.factories.members import BranchTree, make_branch_tree, make_member, make_secretary

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def secretary(tree: BranchTree) -> Member:
    return make_secretary(tree.first)


@pytest.fixture
def post(tree: BranchTree) -> Post:
    """An answer of somebody of the first branch on a board of the general one."""
    thread = make_talk(tree.general)
    return make_answer(thread, by=make_member(tree.first), text="一句气话")


def steps() -> list[str]:
    return list(ModerationEntry.objects.order_by("pk").values_list("step", flat=True))


def test_a_report_is_settled_by_hiding_and_counts_once(
    tree: BranchTree, secretary: Member, post: Post
) -> None:
    reporter = make_member(tree.second)
    report = services.report_post(by=reporter, post=post, reason="rude")
    assert services.report_post(by=reporter, post=post, reason="wrong") == report
    with pytest.raises(DomainError):
        services.report_post(by=post.author, post=post, reason="rude")
    with pytest.raises(DomainError):
        services.report_post(by=make_member(tree.first), post=post, reason="other", words=" ")
    assert list(waiting.open_reports(secretary)) == [report]
    assert list(waiting.open_reports(make_secretary(tree.second))) == []
    services.hide_post(by=secretary, post=post, reason="请就事论事")
    report.refresh_from_db()
    assert (report.state, report.settled_by) == (ReportState.UPHELD, secretary)
    assert steps() == ["reported", "hidden"]


def test_a_report_can_be_dismissed_once(tree: BranchTree, secretary: Member, post: Post) -> None:
    report = services.report_post(by=make_member(tree.second), post=post, reason="rude")
    with pytest.raises(DomainError):
        services.dismiss_report(by=make_member(tree.first), report=report, words="没有问题")
    services.dismiss_report(by=secretary, report=report, words="没有问题")
    with pytest.raises(DomainError):
        services.dismiss_report(by=secretary, report=report, words="没有问题")
    assert Post.objects.get(pk=post.pk).state == PostState.SHOWN
    assert steps() == ["reported", "dismissed"]


def test_who_looks_after_the_place_or_the_author_hides_and_nobody_else(
    tree: BranchTree, secretary: Member, post: Post
) -> None:
    for other in (make_member(tree.first), make_secretary(tree.second), post.author):
        with pytest.raises(DomainError):
            services.hide_post(by=other, post=post, reason="不行")
    with pytest.raises(DomainError):
        services.hide_post(by=secretary, post=post, reason="  ")
    answers = queries.posts_of(post.thread).count() - 1
    services.hide_post(by=secretary, post=post, reason="请就事论事")
    with pytest.raises(DomainError):
        services.hide_post(by=make_secretary(tree.general), post=post, reason="再来一次")
    thread = post.thread
    thread.refresh_from_db()
    assert thread.answers == answers - 1


def test_an_appeal_is_decided_by_another_person_than_who_hid(
    tree: BranchTree, secretary: Member, post: Post
) -> None:
    hiding = services.hide_post(by=secretary, post=post, reason="请就事论事")
    with pytest.raises(DomainError):
        services.appeal_hiding(by=make_member(tree.first), hiding=hiding, words="不同意")
    services.appeal_hiding(by=post.author, hiding=hiding, words="这是党内正常批评")
    with pytest.raises(DomainError):
        services.appeal_hiding(by=post.author, hiding=hiding, words="再申诉")
    with pytest.raises(DomainError):
        services.lift_hiding(by=secretary, hiding=hiding, words="算了")
    above = make_secretary(tree.general)
    for other in (secretary, post.author, make_secretary(tree.second)):
        with pytest.raises(DomainError):
            services.decide_appeal(by=other, hiding=hiding, is_lifted=True, words="恢复")
        assert list(waiting.open_appeals(other)) == []
    assert list(waiting.open_appeals(above)) == [hiding]
    services.decide_appeal(by=above, hiding=hiding, is_lifted=True, words="属于正常批评")
    with pytest.raises(DomainError):
        services.decide_appeal(by=above, hiding=hiding, is_lifted=False, words="又不行")
    post.refresh_from_db()
    assert (hiding.state, post.state) == (HidingState.LIFTED, PostState.SHOWN)
    assert steps() == ["hidden", "appealed", "lifted"]
    # Hidden anew it may be appealed against anew.
    again = services.hide_post(by=secretary, post=post, reason="另有原因")
    services.appeal_hiding(by=post.author, hiding=again, words="不同意")
    services.decide_appeal(by=above, hiding=again, is_lifted=False, words="维持")
    post.refresh_from_db()
    assert (again.state, post.state) == (HidingState.UPHELD, PostState.HIDDEN)


def test_who_hid_shows_again_without_an_appeal(
    tree: BranchTree, secretary: Member, post: Post
) -> None:
    hiding = services.hide_post(by=secretary, post=post, reason="请就事论事")
    with pytest.raises(DomainError):
        services.lift_hiding(by=post.author, hiding=hiding, words="恢复")
    services.lift_hiding(by=secretary, hiding=hiding, words="看错了")
    post.refresh_from_db()
    assert (post.state, steps()) == (PostState.SHOWN, ["hidden", "lifted"])


def test_a_thread_whose_beginning_is_hidden_is_there_for_its_author_and_who_looks_after_it(
    tree: BranchTree,
) -> None:
    thread = make_talk(tree.general)
    above = make_secretary(tree.committee)
    hiding = services.hide_post(by=above, post=beginning(thread), reason="不宜公开")
    assert queries.may_see(thread.author, thread) is True
    assert queries.may_see(make_secretary(tree.general), thread) is True
    assert queries.may_see(make_member(tree.first), thread) is False
    with pytest.raises(DomainError):
        make_answer(thread, by=thread.author)
    services.appeal_hiding(by=thread.author, hiding=hiding, words="可以公开")
    services.decide_appeal(
        by=make_secretary(tree.general), hiding=hiding, is_lifted=True, words="可以公开"
    )
    assert queries.may_see(make_member(tree.first), thread) is True


def test_a_thread_is_closed_and_opened_by_who_looks_after_it(tree: BranchTree) -> None:
    thread, secretary = make_talk(tree.first), make_secretary(tree.first)
    with pytest.raises(DomainError):
        services.close_thread(by=thread.author, thread=thread, words="够了")
    services.close_thread(by=secretary, thread=thread, words="已经说清楚")
    with pytest.raises(DomainError):
        services.close_thread(by=secretary, thread=thread, words="再关")
    thread.refresh_from_db()
    assert thread.state == ThreadState.CLOSED
    with pytest.raises(DomainError):
        make_answer(thread, by=thread.author)
    services.reopen_thread(by=secretary, thread=thread, words="有新材料")
    make_answer(thread, by=thread.author)
    assert steps() == ["closed", "reopened"]
