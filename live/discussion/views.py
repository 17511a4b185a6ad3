"""Reading and writing: the home of discussions, places, threads, posts, drafts, search."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from live.discussion import draft_services, page, queries, rules, services, showing
from live.discussion.forms import AnswerForm, ChangeForm, ThreadForm
from live.discussion.models import Post, Thread
from live.discussion.places import KINDS, Place, place_for, visible_boards
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import can_oversee

ACT = require_http_methods(["GET", "HEAD", "POST"])
MOST_CHANGED = 100
LONGEST_QUESTION = 60
SHOWN = {
    "recent": queries.visible_threads,
    "questions": lambda by: queries.open_questions(queries.visible_threads(by)),
    "own": queries.own_threads,
}


def person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


# --- Lists ----------------------------------------------------------------------------------------


@access(SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The boards, and what is talked about everywhere one may see."""
    by = request.user
    shown = request.GET.get("show", "")
    shown = shown if shown in SHOWN else "recent"
    found, rows = showing.threads_page(SHOWN[shown](by), request.GET.get("page"))
    context = {
        "boards": list(visible_boards(by)),
        "page": found,
        "rows": rows,
        "shown": shown,
        "is_overseer": can_oversee(by),
    }
    return render(request, "discussion/home.html", context)


@access(SIGNED_IN)
@require_safe
def threads(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """What is talked about in one place."""
    place = _place(request, kind, pk)
    found, rows = showing.threads_page(
        queries.threads_in(request.user, place), request.GET.get("page")
    )
    context = {
        "place": place,
        "page": found,
        "rows": rows,
        "can_begin": rules.can_begin(request.user, place),
        "can_change": place.board is not None
        and rules.can_make_boards(request.user, place.board.branch),
    }
    return render(request, "discussion/threads.html", context)


@access(SIGNED_IN)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Posts in which something is said, of those one may see."""
    text = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    found = Paginator(queries.found_posts(request.user, text), showing.FOUND_A_PAGE)
    of_page = found.get_page(request.GET.get("page"))
    context = {
        "text": text,
        "page": of_page,
        "rows": [showing.found(post, text) for post in of_page.object_list],
    }
    return render(request, "discussion/search.html", context)


# --- Writing --------------------------------------------------------------------------------------


@access(SIGNED_IN)
@never_cache
@ACT
def new(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Begin a thread in a place; `?at=` is a second of a lesson's video."""
    place, by = _place(request, kind, pk), person(request)
    name = f"new:{place.kind}:{place.pk}"
    if request.method == "POST":
        form = ThreadForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                made = services.start_thread(
                    by=by, place=place, kind=said["kind"], title=said["title"],
                    text=said["text"], key=said["key"], at_seconds=said["at"],
                )  # fmt: skip
            except DomainError as refused:
                form.add_error(None, refused.message)
            else:
                return redirect("discussion:thread", made.pk)
    else:
        at = page.second(request.GET.get("at", "")) if place.lesson is not None else None
        initial = {"at": at, "kind": "question" if at is not None else "talk"}
        form = ThreadForm(initial={**initial, **page.drafted(by, name, title=True)})
    context = {
        "place": place,
        "form": form,
        "at": page.second(str(form["at"].value() or "")) if place.lesson is not None else None,
        "can_begin": rules.can_begin(by, place),
        "config": page.composer_config(name, drafted=not form.is_bound),
    }
    return render(request, "discussion/new.html", context, status=422 if form.errors else 200)


@access(SIGNED_IN)
@never_cache
@ACT
def thread(request: HttpRequest, thread_id: int) -> HttpResponse:
    """One conversation, and where to write the next post of it."""
    found, by = _thread(request, thread_id), person(request)
    if request.method == "POST":
        form = AnswerForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                made = services.add_answer(
                    by=by, thread=found, text=said["text"], key=said["key"],
                    parent=_parent(by, found, said["parent"]),
                )  # fmt: skip
            except DomainError as refused:
                form.add_error(None, refused.message)
            else:
                return redirect(showing.url_of(made))
    else:
        asked = page.second(request.GET.get("reply", ""))
        form = AnswerForm(initial={"parent": asked, **page.drafted(by, f"thread:{found.pk}")})
    parent = _parent(by, found, page.second(str(form["parent"].value() or "")))
    context = page.thread_context(request, found, form, parent)
    return render(request, "discussion/thread.html", context, status=422 if form.errors else 200)


@access(SIGNED_IN)
@never_cache
@require_safe
def after(request: HttpRequest, thread_id: int) -> HttpResponse:
    """What has changed since `?n=`, as a fragment for a page that is open; the same for all."""
    found = _thread(request, thread_id)
    since = page.second(request.GET.get("n", "")) or 0
    reader = showing.Reader(request.user, found, request.get_host())
    posts = list(queries.posts_changed(found, since)[: MOST_CHANGED + 1])
    context = {
        "thread": found,
        "rows": reader.views(posts[:MOST_CHANGED]),
        "seq": found.last_seq,
        "is_more": len(posts) > MOST_CHANGED,
    }
    return render(request, "discussion/parts/changed.html", context)


@access(SIGNED_IN)
@require_safe
def people(request: HttpRequest, kind: str, pk: int) -> JsonResponse:
    """Names after an @: who writes in the thread, and the own branch; nobody else."""
    by = person(request)
    text = request.GET.get("q", "").strip()[:20]
    found = _thread(request, pk) if kind == "thread" else None
    if found is None and (kind not in KINDS or place_for(by, kind, pk) is None):
        raise Http404
    near = queries.people_to_mention(by, found)
    if text:
        near = near.filter(name__icontains=text)
    names = list(near.values_list("name", flat=True)[: queries.MOST_PEOPLE])
    return JsonResponse({"names": sorted(set(names))})


@access(SIGNED_IN)
@require_safe
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Where a post stands."""
    return redirect(showing.url_of(seen_post(request, post_id)))


@access(SIGNED_IN)
@require_safe
def versions(request: HttpRequest, post_id: int) -> HttpResponse:
    """How a post read before it was changed."""
    found = seen_post(request, post_id)
    if not rules.can_read(request.user, found, found.thread):
        raise Http404
    context = {"post": found, "thread": found.thread, "versions": queries.versions_of(found)}
    return render(request, "discussion/versions.html", context)


@access(SIGNED_IN)
@never_cache
@ACT
def change(request: HttpRequest, post_id: int) -> HttpResponse:
    """Write the own post anew, or take it back."""
    found, by = seen_post(request, post_id), person(request)
    if found.author_id != by.pk:
        raise Http404
    is_beginning = found.is_beginning
    known = {"title": found.thread.title, "text": found.text}
    form = ChangeForm(request.POST or None, initial=known, is_beginning=is_beginning)
    if request.method == "POST":
        try:
            if request.POST.get("act") == "withdraw":
                services.withdraw_post(by=by, post=found)
                messages.success(request, _("已撤回。"))
                return redirect(showing.url_of(found))
            if form.is_valid():
                services.change_post(by=by, post=found, **form.cleaned_data)
                messages.success(request, _("已修改。"))
                return redirect(showing.url_of(found))
        except DomainError as refused:
            form.add_error(None, refused.message)
    context = {"post": found, "thread": found.thread, "form": form}
    return render(request, "discussion/change.html", context, status=422 if form.errors else 200)


@access(SIGNED_IN)
@require_POST
def accept(request: HttpRequest, post_id: int) -> HttpResponse:
    """Accept an answer; what is accepted already is so no longer."""
    found, by = seen_post(request, post_id), person(request)
    if not rules.can_accept(by, found.thread):
        raise Http404
    try:
        if found.thread.accepted_id == found.pk:
            services.take_back_acceptance(by=by, thread=found.thread)
        else:
            services.accept_answer(by=by, post=found)
            messages.success(request, _("已采纳这条回答。"))
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect(showing.url_of(found))


@access(SIGNED_IN)
@require_POST
def draft(request: HttpRequest) -> JsonResponse:
    """Keep what is being written; the answer says since when it is kept."""
    said = request.POST
    try:
        kept = draft_services.keep_draft(
            by=person(request), place=said.get("place", ""), title=said.get("title", ""),
            text=said.get("text", ""), key=said.get("key", ""),
        )  # fmt: skip
    except DomainError as refused:
        return JsonResponse({"error": refused.message}, status=422)
    at = timezone.localtime(kept.kept_at).strftime("%H:%M") if kept is not None else ""
    return JsonResponse({"kept": at})


# --- What may be seen -----------------------------------------------------------------------------


def _place(request: HttpRequest, kind: str, pk: int) -> Place:
    found = place_for(request.user, kind, pk)
    if found is None:
        raise Http404
    return found


def _thread(request: HttpRequest, thread_id: int) -> Thread:
    found = queries.thread_for(request.user, thread_id)
    if found is None:
        raise Http404
    return found


def seen_post(request: HttpRequest, post_id: int) -> Post:
    found = queries.post_for(request.user, post_id)
    if found is None:
        raise Http404
    return found


def _parent(by: Any, found: Thread, post_id: int | None) -> Post | None:
    if not post_id:
        return None
    parent = queries.post_for(by, post_id)
    return parent if parent is not None and parent.thread_id == found.pk else None
