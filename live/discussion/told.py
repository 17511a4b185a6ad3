"""Whom an event of a discussion is news for; each is told once."""

from collections.abc import Iterable

from live.discussion.models import Hiding, Post, Report, Thread
from lms.members.models import Member


def begun(thread: Thread, post: Post) -> None:
    called(thread, post, post.mentions.values())


def answered(thread: Thread, post: Post) -> None:
    called(thread, post, post.mentions.values())


def called(thread: Thread, post: Post, member_ids: Iterable[int]) -> None:
    """Those called by name."""


def accepted(thread: Thread, post: Post, by: Member) -> None:
    """Whose answer it is."""


def reported(report: Report) -> None:
    """Who looks after the post."""


def report_settled(report: Report, words: str) -> None:
    """Who reported it."""


def hidden(hiding: Hiding) -> None:
    """Its author."""


def appealed(hiding: Hiding) -> None:
    """Who may decide."""


def decided(hiding: Hiding) -> None:
    """Its author."""
