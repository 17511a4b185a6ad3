"""A post with one of the school's words waits: written into the log, and somebody is told."""

from live.discussion import told
from live.discussion.models import ModerationEntry, Post, Step, Thread
from lms.core import clock

LONGEST = 500


def waits(thread: Thread, post: Post, words: list[str]) -> None:
    """In the transaction that wrote it. Authors do not read the log, so it may name the words."""
    ModerationEntry.objects.create(
        thread=thread,
        post=post,
        step=Step.HELD,
        by=post.author,
        at=clock.now(),
        words="、".join(words)[:LONGEST],
    )
    told.waits(post)
