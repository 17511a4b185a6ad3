"""Who reaches whose discussions, notices and writings: see `access_cases`."""

from typing import Any

from tests.architecture.access_objects import (
    ANY,
    AUDIENCE,
    BY_BRANCH,
    BY_PERSON,
    EVERYBODY,
    HOSTS,
    NOBODY,
    ONESELF,
    OVERSEERS,
    OWN,
    PARENT,
    SELF,
    SIBLING,
    WHO_SIGNED_IN,
    Case,
    course,
    lesson,
)
from tests.support.matrix import World

# A board: who belongs to its branch or below it, and who looks after it.
MEMBERS = {
    **dict.fromkeys(("member", "instructor", "secretary", "administrator"), (OWN, PARENT)),
    "school": (OWN, SIBLING, PARENT),
}
# A text of a colleague's or one's own: its author, and who looks after the branch.
READERS = {
    **dict.fromkeys(("member", "instructor"), (SELF,)),
    "secretary": (SELF, OWN),
    "administrator": (SELF, OWN),
    "school": (SELF, OWN, SIBLING, PARENT),
}


def _board(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.talk(where).board_id
    return {"pk": found, "board_id": found, "kind": "boards"}


def _of_course(world: World, where: str, role: str) -> dict[str, Any]:
    course(world, where, role)
    return {"pk": world.course(where).pk}


def _of_lesson(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": lesson(world, where, role)["lesson_id"]}


def _thread(world: World, where: str, role: str) -> dict[str, Any]:
    return {"thread_id": world.talk(where).pk}


def _post(world: World, where: str, role: str) -> dict[str, Any]:
    """An answer of somebody of that branch, in a thread of its board."""
    return {"post_id": world.talk(where).posts.get(number=2).pk}


def _own_post(world: World, where: str, role: str) -> dict[str, Any]:
    return {"post_id": world.own_post(world.person(where, role)).pk}


def _report(world: World, where: str, role: str) -> dict[str, Any]:
    return {"report_id": world.report(where).pk}


def _hiding(world: World, where: str, role: str) -> dict[str, Any]:
    return {"hiding_id": world.hiding(where).pk}


def _notice(world: World, where: str, role: str) -> dict[str, Any]:
    return {"notice_id": world.notice(world.person(where, role)).pk}


def _browser(world: World, where: str, role: str) -> dict[str, Any]:
    return {"browser_id": world.push_browser(world.person(where, role)).pk}


def _writing(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.handed_in(world.person(where, role))
    return {"writing_id": found.pk, "attachment_id": found.attachments.get().pk}


def _archived(world: World, where: str, role: str) -> dict[str, Any]:
    return {"writing_id": world.archived(world.person(where, role)).pk}


def _draft(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.draft_writing(world.person(where, role))
    return {"writing_id": found.pk, "attachment_id": found.attachments.get().pk}


DISCUSSION_CASES: dict[str, Case] = {
    "discussion/": Case(WHO_SIGNED_IN),
    "discussion/search/": Case(WHO_SIGNED_IN),
    "discussion/draft/": Case(WHO_SIGNED_IN, method="POST"),
    "discussion/desk/": Case(OVERSEERS),
    "discussion/log/": Case(OVERSEERS),
    "discussion/boards/new/": Case(OVERSEERS),
    "discussion/boards/<int:board_id>/edit/": Case(HOSTS, _board, **BY_BRANCH),
    "discussion/boards/<int:pk>/": Case(MEMBERS, _board, **BY_BRANCH),
    "discussion/boards/<int:pk>/new/": Case(MEMBERS, _board, **BY_BRANCH),
    "discussion/courses/<int:pk>/": Case(AUDIENCE, _of_course, **BY_BRANCH),
    "discussion/courses/<int:pk>/new/": Case(AUDIENCE, _of_course, **BY_BRANCH),
    "discussion/lessons/<int:pk>/": Case(AUDIENCE, _of_lesson, **BY_BRANCH),
    "discussion/lessons/<int:pk>/new/": Case(AUDIENCE, _of_lesson, **BY_BRANCH),
    "discussion/<int:thread_id>/": Case(MEMBERS, _thread, **BY_BRANCH),
    "discussion/<int:thread_id>/after/": Case(MEMBERS, _thread, **BY_BRANCH),
    "discussion/<int:thread_id>/close/": Case(HOSTS, _thread, **BY_BRANCH),
    "discussion/people/<slug:kind>/<int:pk>/": Case(MEMBERS, _board, **BY_BRANCH),
    "discussion/posts/<int:post_id>/": Case(MEMBERS, _post, **BY_BRANCH),
    # It is no question: nobody accepts an answer.
    "discussion/posts/<int:post_id>/accept/": Case(NOBODY, _post, method="POST", **BY_BRANCH),
    "discussion/posts/<int:post_id>/edit/": Case(ONESELF, _own_post, **BY_PERSON),
    "discussion/posts/<int:post_id>/versions/": Case(MEMBERS, _post, **BY_BRANCH),
    "discussion/posts/<int:post_id>/report/": Case(MEMBERS, _post, **BY_BRANCH),
    "discussion/posts/<int:post_id>/hide/": Case(HOSTS, _post, **BY_BRANCH),
    "discussion/posts/<int:post_id>/release/": Case(HOSTS, _post, method="POST", **BY_BRANCH),
    "discussion/reports/<int:report_id>/dismiss/": Case(HOSTS, _report, **BY_BRANCH),
    "discussion/hidings/<int:hiding_id>/": Case(HOSTS, _hiding, **BY_BRANCH),
    "notices/": Case(WHO_SIGNED_IN),
    "notices/count/": Case(WHO_SIGNED_IN),
    "notices/read/": Case(WHO_SIGNED_IN, method="POST"),
    "notices/choices/": Case(WHO_SIGNED_IN),
    "notices/<int:notice_id>/": Case(ONESELF, _notice, **BY_PERSON),
    "notices/push.js": Case(EVERYBODY),
    "notices/push/": Case(WHO_SIGNED_IN, method="POST"),
    "notices/push/<int:browser_id>/remove/": Case(ONESELF, _browser, method="POST", **BY_PERSON),
    "admin/push/": Case({"school": ANY}),
    "admin/review-words/": Case({"school": ANY}),
    "writings/": Case(WHO_SIGNED_IN),
    "writings/new/": Case(WHO_SIGNED_IN),
    "writings/desk/": Case(OVERSEERS),
    "writings/<int:writing_id>/": Case(READERS, _writing, **BY_PERSON),
    "writings/<int:writing_id>/edit/": Case(ONESELF, _draft, **BY_PERSON),
    "writings/<int:writing_id>/archive.pdf": Case(READERS, _archived, **BY_PERSON),
    "writings/<int:writing_id>/files/<int:attachment_id>/": Case(READERS, _writing, **BY_PERSON),
    "writings/<int:writing_id>/files/<int:attachment_id>/remove/": Case(
        ONESELF, _draft, method="POST", **BY_PERSON
    ),
}
