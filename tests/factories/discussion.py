"""Boards, threads and posts for tests: written by the services, as members write them."""

import itertools
from typing import Any

from live.discussion import board_services, services
from live.discussion.models import Board, Post, Thread
from live.discussion.places import of_board, of_course, of_lesson
from lms.members.models import Branch, Member
from tests.factories.members import make_member, make_secretary

_numbers = itertools.count(1)


def new_key() -> str:
    return f"a-form-of-a-test-{next(_numbers)}"


def make_board(branch: Branch, *, by: Member | None = None, **fields: Any) -> Board:
    number = next(_numbers)
    return board_services.make_board(
        by=by or make_secretary(branch),
        branch=branch,
        title=fields.pop("title", f"理论研讨 {number}"),
        **fields,
    )


def make_thread(place: Any, *, by: Member, **fields: Any) -> Thread:
    """On a board, a course or a lesson."""
    if isinstance(place, Board):
        where = of_board(place)
    else:
        where = of_course(place) if hasattr(place, "audience") else of_lesson(place)
    return services.start_thread(
        by=by,
        place=where,
        kind=fields.pop("kind", "talk"),
        title=fields.pop("title", f"学习党章第{next(_numbers)}条"),
        text=fields.pop("text", "大家怎么理解这一条？"),
        key=fields.pop("key", new_key()),
        **fields,
    )


def make_answer(
    thread: Thread, *, by: Member, text: str = "我是这样理解的。", **fields: Any
) -> Post:
    return services.add_answer(
        by=by, thread=thread, text=text, key=fields.pop("key", new_key()), **fields
    )


def make_talk(branch: Branch, *, answers: int = 1) -> Thread:
    """A thread on a board of the branch, with answers of other members of it."""
    thread = make_thread(make_board(branch), by=make_member(branch))
    for _each in range(answers):
        make_answer(thread, by=make_member(branch))
    thread.refresh_from_db()
    return thread


def beginning(thread: Thread) -> Post:
    return thread.posts.get(number=1)
