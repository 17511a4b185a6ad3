"""What the pages of a thread are told: the conversation, and the composers' and lines' settings."""

from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse

from live.discussion import queries, rules, showing, words
from live.discussion.models import Post, Thread
from live.discussion.places import place_of
from lms.members.models import Member

POLL_SECONDS = 10


def second(said: str) -> int | None:
    """A whole number as an address says it; None for anything else."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 9 else None


def drafted(by: Member, place: str, *, title: bool = False) -> dict[str, str]:
    """What is kept of what was being written there."""
    draft = queries.draft_of(by, place)
    if draft is None:
        return {}
    return {"text": draft.text, **({"title": draft.title} if title else {})}


def composer_config(place: str, *, drafted: bool) -> dict[str, Any]:
    """For `<lms-composer>`; `drafted`: what the form shows is what the server keeps."""
    kind, *rest = place.removeprefix("new:").split(":")
    return {
        "place": place,
        "drafts": reverse("discussion:draft"),
        "people": reverse("discussion:people", args=[kind, rest[-1]]),
        "drafted": drafted,
        "strings": words.composer_words(),
    }


def thread_context(
    request: HttpRequest, thread: Thread, form: Form, parent: Post | None
) -> dict[str, Any]:
    by: Any = request.user
    reader = showing.Reader(by, thread, request.get_host())
    seen = showing.thread_page(reader, request.GET.get("page"))
    return {
        "thread": thread,
        "place": place_of(thread),
        "beginning": seen.beginning,
        "answers": seen.answers,
        "accepted": seen.accepted,
        "page": seen.page,
        "form": form,
        "parent": parent,
        "can_answer": rules.can_answer(by, thread),
        "can_look_after": rules.can_look_after(by, thread),
        "config": composer_config(f"thread:{thread.pk}", drafted=not form.is_bound),
        "line": {
            "socket": f"/discussion/{thread.pk}/socket",
            "after": reverse("discussion:after", args=[thread.pk]),
            "seq": thread.last_seq,
            "isLast": not seen.page.has_next(),
            "pollSeconds": POLL_SECONDS,
            "strings": words.thread_words(),
        },
    }
