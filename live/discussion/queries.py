"""Which threads and posts there are for whom, and what is known of one."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from courses.catalogue.queries import visible_courses, visible_lessons
from live.discussion.grams import wanted_grams
from live.discussion.models import (
    Draft,
    Post,
    PostState,
    PostVersion,
    Thread,
    ThreadKind,
)
from live.discussion.places import Place, visible_boards
from lms.core import clock
from lms.members.models import Branch, Member, Membership, Role, RoleAssignment
from lms.members.queries import (
    OVERSEEING,
    branch_on,
    held_on,
    path_and_above,
    standing_on,
    visible_branches,
)

MOST_BESIDE = 60
MOST_PEOPLE = 30


# --- Threads --------------------------------------------------------------------------------------


def visible_threads(by: Any) -> QuerySet[Thread]:
    """Those of the courses, lessons and boards `by` may see, and of the branches `by` looks after.

    One whose beginning is hidden is there for its author and for who looks after it.
    """
    if not by.is_authenticated or not by.is_active:
        return Thread.objects.none()
    looked_after = visible_branches(by).order_by()
    beginnings = Post.objects.filter(thread=OuterRef("pk"), number=1, branch__in=looked_after)
    return Thread.objects.filter(
        Q(board__in=visible_boards(by).order_by())
        | Q(course__in=visible_courses(by).order_by())
        | Q(lesson__in=visible_lessons(by).order_by().values("pk"))
        | Q(branch__in=looked_after)
    ).filter(Q(is_hidden=False) | Q(author=by.pk) | Q(branch__in=looked_after) | Exists(beginnings))


def listed(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Everything a row of a list shows, what was said last first."""
    return threads.select_related(
        "author", "board__branch", "course", "lesson", "branch", "accepted__author"
    ).order_by("-last_at", "-pk")


def threads_in(by: Any, place: Place) -> QuerySet[Thread]:
    return visible_threads(by).filter(**place.fields)


def thread_for(by: Any, thread_id: int) -> Thread | None:
    return listed(visible_threads(by)).filter(pk=thread_id).first()


def own_threads(by: Any) -> QuerySet[Thread]:
    """Those `by` has begun or written in."""
    written = Post.objects.filter(thread=OuterRef("pk"), author=by.pk)
    return visible_threads(by).filter(Exists(written))


def open_questions(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Questions nobody's answer to which has been accepted."""
    return threads.filter(kind=ThreadKind.QUESTION, accepted=None)


def threads_beside(lesson_id: int) -> list[dict[str, Any]]:
    """The threads of a lesson whose page somebody may see; one statement.

    Those of a second of the video come first, in its order.
    """
    rows: Any = (
        Thread.objects.filter(lesson=lesson_id, is_hidden=False)
        .order_by("at_seconds", "-last_at")
        .values("pk", "title", "at_seconds", "kind", "answers", "accepted")[:MOST_BESIDE]
    )
    return list(rows)


# --- Posts ----------------------------------------------------------------------------------------


def posts_of(thread: Thread) -> QuerySet[Post]:
    return (
        Post.objects.filter(thread=thread)
        .select_related("author", "branch")
        .annotate(parent_number=F("parent__number"))
        .defer("grams")
        .order_by("number")
    )


def posts_changed(thread: Thread, after: int) -> QuerySet[Post]:
    return posts_of(thread).filter(changed_seq__gt=after)


def post_for(by: Any, post_id: int) -> Post | None:
    """A post of a thread `by` may see; whether its words are shown is another question."""
    threads = visible_threads(by).order_by().values("pk")
    return (
        Post.objects.filter(pk=post_id, thread__in=threads)
        .select_related(
            "author", "branch", "thread__branch", "thread__board__branch", "thread__lesson",
            "thread__course", "thread__author", "parent",
        )
        .first()
    )  # fmt: skip


def post_with_key(by: Member, key: str) -> Post | None:
    return Post.objects.filter(author=by, key=key).select_related("thread").first()


def posts_since(by: Member, moment: dt.datetime) -> int:
    return Post.objects.filter(author=by, made_at__gt=moment).count()


def versions_of(post: Post) -> list[PostVersion]:
    return list(PostVersion.objects.filter(post=post).order_by("pk"))


def found_posts(by: Any, text: str) -> QuerySet[Post]:
    """Shown posts of visible threads that hold all letters and pairs of what is asked for."""
    grams = wanted_grams(text)
    if not grams:
        return Post.objects.none()
    threads = visible_threads(by).order_by().values("pk")
    return (
        Post.objects.filter(grams__contains=grams, state=PostState.SHOWN, thread__in=threads)
        .select_related("author", "thread")
        .defer("grams")
        .order_by("-made_at", "-pk")
    )


def draft_of(by: Any, place: str) -> Draft | None:
    return Draft.objects.filter(member=by.pk, place=place).first()


# --- People ---------------------------------------------------------------------------------------


def branch_of(by: Member) -> Branch | None:
    return branch_on(by, clock.today())


def branch_looking_after(place: Place, by: Member) -> Branch | None:
    """Who looks after threads of a place; of what is for everybody the root above the author."""
    if place.branch is not None:
        return place.branch
    own = branch_of(by)
    root = own.path[: Branch.steplen] if own is not None else None
    roots = Branch.objects.filter(depth=1).order_by("path")
    return (roots.filter(path=root).first() if root else None) or roots.first()


def people_to_mention(by: Member, thread: Thread | None) -> QuerySet[Member]:
    """Whom `by` may call by name: who writes in the thread, and the own branch. No strangers."""
    wrote = Post.objects.filter(thread=thread, author=OuterRef("pk"))
    own = branch_of(by)
    near = Membership.objects.filter(standing_on(clock.today()), member=OuterRef("pk"), branch=own)
    people = Member.objects.filter(is_active=True).exclude(pk=by.pk)
    return people.filter(Exists(wrote) | Exists(near)).order_by("name", "number")


def named_among(people: QuerySet[Member], names: Iterable[str]) -> list[Member]:
    return list(people.filter(name__in=list(names))[:MOST_PEOPLE])


def may_see(member: Member, thread: Thread) -> bool:
    return visible_threads(member).filter(pk=thread.pk).exists()


def teachers_of(branch: Branch) -> list[Member]:
    """The teachers of a branch or, if there are none, of the next one above that has some; who
    looks after it where nobody teaches.
    """
    for roles in ((Role.INSTRUCTOR,), (Role.SECRETARY, Role.ADMINISTRATOR)):
        held = RoleAssignment.objects.filter(
            held_on(clock.today()),
            role__in=roles,
            branch__path__in=path_and_above(branch.path),
            member__is_active=True,
        ).select_related("member", "branch")
        nearest = max((each.branch.path for each in held), key=len, default=None)
        if nearest is not None:
            return list({each.member for each in held if each.branch.path == nearest})
    return []


def board_branches(by: Any) -> QuerySet[Branch]:
    """For which branches `by` may make boards."""
    return visible_branches(by)


def unanswered(before: dt.datetime) -> QuerySet[Thread]:
    """Questions begun before then that nobody has answered and nobody was reminded of."""
    return Thread.objects.filter(
        kind=ThreadKind.QUESTION, answers=0, reminded_at=None, made_at__lt=before, is_hidden=False
    ).select_related("branch", "lesson", "course", "board", "author")


def last_seq(thread_id: int) -> int:
    return Thread.objects.values_list("last_seq", flat=True).get(pk=thread_id)


def overseers_of(post: Post, *, but: Iterable[int]) -> set[int]:
    """Who looks after a post, of the nearest level that has somebody left."""
    held = RoleAssignment.objects.filter(
        held_on(clock.today()),
        role__in=OVERSEEING,
        branch__path__in={
            *path_and_above(post.branch.path), *path_and_above(post.thread.branch.path)
        },
        member__is_active=True,
    ).exclude(member__in=list(but)).values_list("branch__path", "member")  # fmt: skip
    nearest = max((path for path, _member in held), key=len, default="")
    return {member_id for path, member_id in held if path == nearest}
