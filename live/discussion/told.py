"""Whom an event of a discussion is news for; each is told once, in the transaction that made it."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from live.discussion import queries
from live.discussion.models import Hiding, HidingState, Post, Report, ReportState, Thread
from live.notices.models import NoticeKind
from live.notices.services import notify
from lms.members.models import Member


def begun(thread: Thread, post: Post) -> None:
    called(thread, post, post.mentions.values())


def answered(thread: Thread, post: Post) -> None:
    """Who began the thread, who is answered, who is called by name; nobody twice."""
    named = set(post.mentions.values())
    called(thread, post, named)
    above = {thread.author_id} | ({post.parent.author_id} if post.parent else set())
    notify(
        member_ids=above - named - {post.author_id},
        kind=NoticeKind.ANSWER,
        title=_("%(name)s 回复了《%(title)s》") % _about(post.author, thread),
        url=_url(post),
        once=f"answer:{post.pk}",
    )


def called(thread: Thread, post: Post, member_ids: Iterable[int]) -> None:
    notify(
        member_ids=set(member_ids) - {post.author_id},
        kind=NoticeKind.MENTION,
        title=_("%(name)s 在《%(title)s》里叫您") % _about(post.author, thread),
        url=_url(post),
        once=f"mention:{post.pk}",
    )


def accepted(thread: Thread, post: Post, by: Member) -> None:
    notify(
        member_ids={post.author_id} - {by.pk},
        kind=NoticeKind.ACCEPTED,
        title=_("您在《%(title)s》里的回答被采纳") % {"title": thread.title},
        url=_url(post),
        once=f"accepted:{post.pk}",
    )


def reported(report: Report) -> None:
    """Who looks after the place and the author's branch, nearest first; never the author."""
    _tell_desk(
        report.post,
        _("《%(title)s》里有一条发言被举报") % {"title": report.post.thread.title},
        f"reported:{report.post_id}:{report.pk}",
    )


def waits(post: Post) -> None:
    """Who looks after it, nearest first; its author sees it wait."""
    _tell_desk(
        post,
        _("《%(title)s》里有一条发言待审核") % {"title": post.thread.title},
        f"waits:{post.pk}:{post.changed_seq}",
    )


def report_settled(report: Report, words: str) -> None:
    is_upheld = report.state == ReportState.UPHELD
    said = _("您举报的发言已隐藏") if is_upheld else _("您举报的发言保留：%s") % words
    # With its beginning a thread is gone for who does not look after it.
    is_gone = is_upheld and report.post.is_beginning
    address = reverse("discussion:report", args=[report.post_id])
    notify(
        member_ids={report.by_id},
        kind=NoticeKind.MODERATION,
        title=said,
        url=reverse("discussion:home") if is_gone else address,
        once=f"report:{report.pk}",
    )


def hidden(hiding: Hiding) -> None:
    _tell_author(hiding, _("您的一条发言被隐藏，可以申诉一次：%s") % hiding.reason, "hidden")


def appealed(hiding: Hiding) -> None:
    _tell_desk(
        hiding.post,
        _("《%(title)s》里有一条隐藏被申诉") % {"title": hiding.post.thread.title},
        f"appealed:{hiding.pk}",
        but={hiding.by_id},
    )


def decided(hiding: Hiding) -> None:
    is_lifted = hiding.state == HidingState.LIFTED
    said = _("您的发言恢复显示：%s") if is_lifted else _("您的申诉没有采纳：%s")
    _tell_author(hiding, said % hiding.answer, "decided")


def unanswered(thread: Thread) -> None:
    """The teachers of a question nobody has answered."""
    teachers = queries.teachers_of(thread.branch)
    notify(
        member_ids={each.pk for each in teachers} - {thread.author_id},
        kind=NoticeKind.UNANSWERED,
        title=_("提问已 48 小时没有人回答：%s") % thread.title,
        url=reverse("discussion:thread", args=[thread.pk]),
        once=f"unanswered:{thread.pk}",
    )


def _tell_author(hiding: Hiding, title: str, step: str) -> None:
    notify(
        member_ids={hiding.post.author_id},
        kind=NoticeKind.MODERATION,
        title=title,
        url=reverse("discussion:hiding", args=[hiding.pk]),
        once=f"{step}:{hiding.pk}",
    )


def _tell_desk(post: Post, title: str, once: str, *, but: Iterable[int] = ()) -> None:
    people = queries.overseers_of(post, but={post.author_id, *but})
    notify(
        member_ids=people,
        kind=NoticeKind.DESK,
        title=title,
        url=reverse("discussion:desk"),
        once=once,
    )


def _url(post: Post) -> str:
    return reverse("discussion:post", args=[post.pk])


def _about(member: Member, thread: Thread) -> dict[str, str]:
    return {"name": member.name, "title": thread.title}
