"""Looking after a discussion: reports, hiding, appeals, the log, boards."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from live.discussion import board_services, queries, rules, showing
from live.discussion import moderation_queries as waiting
from live.discussion import moderation_services as services
from live.discussion.forms import BoardForm, ReportForm, WordsForm
from live.discussion.models import Hiding, HidingState
from live.discussion.places import visible_boards
from live.discussion.views import ACT, person, seen_post
from live.discussion.words import HIDING_TONES, STEP_TONES
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.rules import BOARD

ROWS_A_PAGE = 30
MOST_WAITING = 50


@access(BOARD)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for somebody who looks after branches."""
    context = {
        "reports": list(waiting.open_reports(request.user)[:MOST_WAITING]),
        "waiting": list(waiting.waiting_posts(request.user)[:MOST_WAITING]),
        "appeals": list(waiting.open_appeals(request.user)[:MOST_WAITING]),
    }
    return render(request, "discussion/desk.html", context)


@access(BOARD)
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Everything that was done, the latest first."""
    found = Paginator(waiting.log_entries(request.user), ROWS_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    rows = [(entry, STEP_TONES[entry.step]) for entry in page.object_list]  # type: ignore[index]
    return render(request, "discussion/log.html", {"page": page, "rows": rows})


@access(SIGNED_IN)
@never_cache
@ACT
def report(request: HttpRequest, post_id: int) -> HttpResponse:
    """Say that a post should not stand."""
    found, by = seen_post(request, post_id), person(request)
    known = waiting.own_report(by, found)
    if known is None and not rules.can_report(by, found):
        raise Http404
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_post(by=by, post=found, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已收到举报，处理结果会告诉您。"))
            return redirect(showing.url_of(found))
    context = {"post": found, "thread": found.thread, "form": form, "known": known}
    return render(request, "discussion/report.html", context, status=422 if form.errors else 200)


@access(SIGNED_IN)
@never_cache
@ACT
def hide(request: HttpRequest, post_id: int) -> HttpResponse:
    """Hide a post, saying why; or, of one that is reported, let it stand."""
    found, by = seen_post(request, post_id), person(request)
    if not rules.can_hide(by, found, found.thread):
        raise Http404
    form = WordsForm(
        request.POST or None,
        label=_("隐藏的原因"),
        help_text=_("作者会看到这段话，可以申诉一次。"),
    )
    if request.method == "POST" and form.is_valid():
        made = _tried(form, lambda words: services.hide_post(by=by, post=found, reason=words))
        if made:
            messages.success(request, _("已隐藏，作者会看到原因。"))
            return redirect(showing.url_of(found))
    context = {"post": found, "thread": found.thread, "form": form}
    return render(request, "discussion/hide.html", context, status=422 if form.errors else 200)


@access(SIGNED_IN)
@require_POST
def release(request: HttpRequest, post_id: int) -> HttpResponse:
    """Show a post that has waited."""
    found, by = seen_post(request, post_id), person(request)
    if not rules.can_hide(by, found, found.thread):
        raise Http404
    try:
        services.release_post(by=by, post=found)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("已显示。"))
    return redirect("discussion:desk")


@access(BOARD)
@never_cache
@ACT
def dismiss(request: HttpRequest, report_id: int) -> HttpResponse:
    """Let a reported post stand, and say why."""
    found, by = waiting.report_for(request.user, report_id), person(request)
    if found is None:
        raise Http404
    form = WordsForm(request.POST or None, label=_("答复"), help_text=_("举报人会看到这段话。"))
    if request.method == "POST" and form.is_valid():
        done = _tried(form, lambda words: services.dismiss_report(by=by, report=found, words=words))
        if done:
            messages.success(request, _("已答复，发言保留。"))
            return redirect("discussion:desk")
    context = {"report": found, "post": found.post, "thread": found.post.thread, "form": form}
    return render(request, "discussion/dismiss.html", context, status=422 if form.errors else 200)


@access(SIGNED_IN)
@never_cache
@ACT
def hiding(request: HttpRequest, hiding_id: int) -> HttpResponse:
    """Why a post is hidden: its author appeals here, somebody else decides here."""
    found, by = waiting.hiding_for(request.user, hiding_id), person(request)
    if found is None:
        raise Http404
    act = _act(by, found)
    labels = {
        "appeal": (_("申诉理由"), _("由隐藏人以外的另一位管理人决定，只能申诉一次。"), 500),
        "decide": (_("答复"), _("作者会看到这段话。"), 200),
        "lift": (_("恢复的原因"), _("作者会看到这段话。"), 200),
    }
    label, help_text, most = labels.get(act, labels["appeal"])
    form = WordsForm(request.POST or None, label=label, help_text=help_text, most=most)
    sent = request.method == "POST" and bool(act) and form.is_valid()
    if sent and _tried(form, lambda words: _acted(act, request, found, words)):
        messages.success(request, _("已提交。") if act == "appeal" else _("已处理。"))
        return redirect("discussion:hiding", found.pk)
    context = {
        "hiding": found,
        "post": found.post,
        "thread": found.post.thread,
        "tone": HIDING_TONES[HidingState(found.state)],
        "act": act,
        "form": form,
        "is_own": found.post.author_id == by.pk,
    }
    return render(request, "discussion/hiding.html", context, status=422 if form.errors else 200)


def _act(by: Any, found: Hiding) -> str:
    """What this person can do about it now."""
    if rules.can_appeal(by, found):
        return "appeal"
    if found.state == HidingState.APPEALED and rules.can_decide(by, found):
        return "decide"
    is_theirs = rules.can_hide(by, found.post, found.post.thread)
    return "lift" if found.state == HidingState.IN_FORCE and is_theirs else ""


def _acted(act: str, request: HttpRequest, found: Hiding, words: str) -> None:
    by = person(request)
    if act == "appeal":
        services.appeal_hiding(by=by, hiding=found, words=words)
    elif act == "lift":
        services.lift_hiding(by=by, hiding=found, words=words)
    else:
        is_lifted = request.POST.get("decision") == "lift"
        services.decide_appeal(by=by, hiding=found, is_lifted=is_lifted, words=words)


def _tried(form: forms.Form, act: Any) -> bool:
    """Whether it was done; a refusal stands in the form."""
    try:
        act(form.cleaned_data["words"])
    except DomainError as refused:
        form.add_error(None, refused.message)
        return False
    return True


@access(BOARD)
@never_cache
@ACT
def close(request: HttpRequest, thread_id: int) -> HttpResponse:
    """End a thread, or open it again."""
    found, by = queries.thread_for(request.user, thread_id), person(request)
    if found is None or not rules.can_look_after(by, found):
        raise Http404
    is_open = found.state == "open"
    form = WordsForm(request.POST or None, label=_("原因"), help_text=_("会写进管理记录。"))
    if request.method == "POST" and form.is_valid():
        act = services.close_thread if is_open else services.reopen_thread
        if _tried(form, lambda words: act(by=by, thread=found, words=words)):
            return redirect("discussion:thread", found.pk)
    context = {"thread": found, "form": form, "is_open": is_open}
    return render(request, "discussion/close.html", context, status=422 if form.errors else 200)


# --- Boards ---------------------------------------------------------------------------------------


@access(BOARD)
@ACT
def new_board(request: HttpRequest) -> HttpResponse:
    form = BoardForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = board_services.make_board(by=person(request), **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("discussion:boards", made.pk)
    context = {"form": form, "known": None}
    return render(
        request, "discussion/board_form.html", context, status=422 if form.errors else 200
    )


@access(BOARD)
@ACT
def change_board(request: HttpRequest, board_id: int) -> HttpResponse:
    known = visible_boards(request.user).filter(pk=board_id).first()
    if known is None or not rules.can_make_boards(request.user, known.branch):
        raise Http404
    form = BoardForm(request.POST or None, by=request.user, known=known)
    if request.method == "POST" and form.is_valid():
        try:
            board_services.change_board(by=person(request), board=known, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("discussion:boards", known.pk)
    context = {"form": form, "known": known}
    return render(
        request, "discussion/board_form.html", context, status=422 if form.errors else 200
    )
