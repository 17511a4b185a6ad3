"""Who may write, change, accept and look after what."""

from typing import Any

from live.discussion.models import (
    Hiding,
    HidingState,
    Post,
    PostState,
    Thread,
    ThreadState,
)
from live.discussion.places import Place
from lms.members.models import Branch, Role
from lms.members.queries import OVERSEEING, has_role

TEACHING = (Role.INSTRUCTOR, Role.ADMINISTRATOR)


def can_begin(by: Any, place: Place) -> bool:
    """Whoever sees a place may begin a thread there while it is open."""
    return bool(by.is_authenticated and by.is_active) and place.is_open


def can_answer(by: Any, thread: Thread) -> bool:
    """Whoever sees a thread may write in it while it is open, and so is its board."""
    is_open = thread.state == ThreadState.OPEN and not thread.is_hidden
    return bool(by.is_authenticated and by.is_active) and is_open and _is_place_open(thread)


def _is_place_open(thread: Thread) -> bool:
    return thread.board is None or thread.board.state == "open"


def can_change(by: Any, post: Post, thread: Thread) -> bool:
    """One's own words, while they are shown or wait, and the thread is open."""
    if post.author_id != by.pk:
        return False
    if post.state == PostState.WAITING:
        return bool(by.is_active) and thread.state == ThreadState.OPEN and _is_place_open(thread)
    return post.state == PostState.SHOWN and can_answer(by, thread)


def can_look_after(by: Any, thread: Thread) -> bool:
    """Secretaries and administrators of the place's branch."""
    return has_role(by, OVERSEEING, thread.branch)


def can_look_after_post(by: Any, post: Post, thread: Thread) -> bool:
    """Those of the place, and those of the branch the author belongs to."""
    return can_look_after(by, thread) or has_role(by, OVERSEEING, post.branch)


def can_hide(by: Any, post: Post, thread: Thread) -> bool:
    """Nobody hides their own words: they withdraw them."""
    return post.author_id != by.pk and can_look_after_post(by, post, thread)


def can_read(by: Any, post: Post, thread: Thread) -> bool:
    """What is hidden or waits is read by its author and by who looks after it; what is withdrawn
    by none.
    """
    if post.state == PostState.SHOWN:
        return True
    if post.state == PostState.WITHDRAWN:
        return False
    return post.author_id == by.pk or can_look_after_post(by, post, thread)


def can_report(by: Any, post: Post) -> bool:
    return post.author_id != by.pk and post.state == PostState.SHOWN


def can_appeal(by: Any, hiding: Hiding) -> bool:
    """The author, once."""
    return hiding.post.author_id == by.pk and hiding.state == HidingState.IN_FORCE


def can_decide(by: Any, hiding: Hiding) -> bool:
    """On an appeal: who looks after the post, and has neither hidden nor written it."""
    if by.pk in (hiding.by_id, hiding.post.author_id):
        return False
    return can_look_after_post(by, hiding.post, hiding.post.thread)


def can_accept(by: Any, thread: Thread) -> bool:
    """Who asked; who teaches there or looks after it says what is right as well."""
    if not thread.is_question:
        return False
    return thread.author_id == by.pk or has_role(by, (*TEACHING, *OVERSEEING), thread.branch)


def can_make_boards(by: Any, branch: Branch | None = None) -> bool:
    return has_role(by, OVERSEEING, branch)
