"""What the pages of a discussion show to one reader: rows of lists, posts and what may be done."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse

from live.discussion import moderation_queries, queries, rules
from live.discussion.models import Hiding, Post, PostState, Thread
from live.discussion.writing import Piece, paragraphs
from media_pipeline.spoken_search import folded

ANSWERS_A_PAGE = 30
THREADS_A_PAGE = 20
FOUND_A_PAGE = 20
EXCERPT = 120


@dataclass(frozen=True)
class ThreadRow:
    """One line of a list of threads."""

    thread: Thread
    place: str
    url: str


def rows_of(threads: Iterable[Thread]) -> list[ThreadRow]:
    return [
        ThreadRow(thread, place_name(thread), reverse("discussion:thread", args=[thread.pk]))
        for thread in threads
    ]


def place_name(thread: Thread) -> str:
    place: Any = thread.board or thread.lesson or thread.course
    return str(place.title)


def threads_page(threads: Any, number: str | None) -> tuple[Page[Any], list[ThreadRow]]:
    page = Paginator(queries.listed(threads), THREADS_A_PAGE).get_page(number)
    return page, rows_of(page.object_list)


@dataclass
class PostView:
    """One post as somebody sees it, with the answers below it."""

    post: Post
    paragraphs: list[list[list[Piece]]]
    is_own: bool
    is_read: bool
    is_accepted: bool
    is_beginner: bool
    may: dict[str, bool]
    hiding: Hiding | None = None
    answers: list["PostView"] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Who reads a thread, and at which address the school is."""

    by: Any
    thread: Thread
    host: str

    def views(self, posts: Iterable[Post]) -> list[PostView]:
        """Each post by itself, in their order."""
        posts = list(posts)
        hidden = [post.pk for post in posts if post.state == PostState.HIDDEN]
        hidings = moderation_queries.standing_hidings(hidden) if hidden else {}
        return [self._view(post, hidings.get(post.pk)) for post in posts]

    def _view(self, post: Post, hiding: Hiding | None) -> PostView:
        by, thread = self.by, self.thread
        is_read = rules.can_read(by, post, thread)
        lesson = reverse("courses:lesson", args=[thread.lesson_id]) if thread.lesson_id else ""
        said = (
            paragraphs(post.text, names=post.mentions, host=self.host, lesson=lesson)
            if is_read
            else []
        )
        is_shown = post.state == PostState.SHOWN
        may = {
            "answer": is_shown and not post.is_beginning and rules.can_answer(by, thread),
            "change": rules.can_change(by, post, thread),
            "accept": is_shown and not post.is_beginning and rules.can_accept(by, thread),
            "report": rules.can_report(by, post),
            "hide": is_shown and rules.can_hide(by, post, thread),
            "release": post.state == PostState.WAITING and rules.can_hide(by, post, thread),
            "lift": post.state == PostState.HIDDEN and rules.can_hide(by, post, thread),
        }
        return PostView(
            post, said, post.author_id == by.pk, is_read, thread.accepted_id == post.pk,
            post.author_id == thread.author_id, may, hiding,
        )  # fmt: skip


@dataclass(frozen=True)
class ThreadPage:
    """The beginning, one page of answers with the answers to them, and the accepted one."""

    beginning: PostView
    answers: list[PostView]
    accepted: PostView | None
    page: Page[Any]


def thread_page(reader: Reader, number: str | None) -> ThreadPage:
    """Four statements whatever is written, one more where an answer has been accepted."""
    posts = queries.posts_of(reader.thread)
    page = Paginator(posts.filter(parent=None, number__gt=1), ANSWERS_A_PAGE).get_page(number)
    top = list(page.object_list)
    below = list(posts.filter(parent__in=[post.pk for post in top]))
    first = list(posts.filter(number=1))
    accepted = list(posts.filter(pk=reader.thread.accepted_id)) if reader.thread.accepted_id else []
    views = reader.views([*first, *top, *below, *accepted])
    by_parent: dict[int, list[PostView]] = defaultdict(list)
    for view in views[1 + len(top) : 1 + len(top) + len(below)]:
        by_parent[view.post.parent_id or 0].append(view)
    for view in views[1 : 1 + len(top)]:
        view.answers = by_parent[view.post.pk]
    return ThreadPage(views[0], views[1 : 1 + len(top)], views[-1] if accepted else None, page)


def page_of(post: Post) -> int:
    """On which page of its thread a post stands."""
    top = post.parent or post
    if post.is_beginning:
        return 1
    before = queries.posts_of(post.thread).filter(parent=None, number__gt=1, number__lt=top.number)
    return before.count() // ANSWERS_A_PAGE + 1


def url_of(post: Post) -> str:
    """The place of a post on its page."""
    number = page_of(post)
    query = f"?page={number}" if number > 1 else ""
    address = reverse("discussion:thread", args=[post.thread_id])
    return f"{address}{query}#post-{post.number}"


@dataclass(frozen=True)
class Found:
    """A post that was looked for, with a few words around what was asked for."""

    post: Post
    before: str
    hit: str
    after: str


def found(post: Post, text: str) -> Found:
    """The words around the first place where the question, or a word of it, stands."""
    plain = " ".join(post.text.split())
    for wanted in (text.strip(), *text.split()):
        at = plain.casefold().find(wanted.casefold()) if folded(wanted) else -1
        if at >= 0:
            start = max(0, at - EXCERPT // 3)
            end = at + len(wanted)
            return Found(
                post,
                ("…" if start else "") + plain[start:at],
                plain[at:end],
                plain[end : end + EXCERPT] + ("…" if len(plain) > end + EXCERPT else ""),
            )
    return Found(post, plain[:EXCERPT] + ("…" if len(plain) > EXCERPT else ""), "", "")
