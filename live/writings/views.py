"""The pages of 学习心得 and 思想汇报: one's own, those to read, one of them with its rounds."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from live.writings import queries, rules, services
from live.writings.forms import ReviewForm, WritingForm
from live.writings.models import Writing, WritingState
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import BOARD

ROWS_A_PAGE = 20
ACT = require_http_methods(["GET", "HEAD", "POST"])
TONES = {
    WritingState.DRAFT: "",
    WritingState.HANDED_IN: "attention",
    WritingState.RETURNED: "red",
    WritingState.ACCEPTED: "ok",
}


@access(SIGNED_IN)
@never_cache
@require_safe
def writings(request: HttpRequest) -> HttpResponse:
    """One's own, and the way to those one has to read."""
    page = Paginator(queries.own_writings(request.user), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": _rows(page.object_list),
        "may_review": BOARD.allows(request.user),
    }
    return render(request, "writings/list.html", context)


@access(BOARD)
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits to be read in the branches one looks after, and what has been read."""
    done = request.GET.get("show") == "done"
    found = queries.reviewed_writings if done else queries.writings_to_review
    page = Paginator(found(request.user), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": _rows(page.object_list), "done": done}
    return render(request, "writings/desk.html", context)


@access(SIGNED_IN)
@never_cache
@ACT
def new(request: HttpRequest) -> HttpResponse:
    form = WritingForm(request.POST or None, request.FILES or None, initial={"kind": "reflection"})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = services.begin_writing(
                by=_person(request), kind=said["kind"], title=said["title"], text=said["text"]
            )
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return _finished(request, made, said["file"])
    return _form(request, form, None)


@access(SIGNED_IN)
@never_cache
@ACT
def edit(request: HttpRequest, writing_id: int) -> HttpResponse:
    found = _seen(request, writing_id)
    if not rules.can_write(request.user, found):
        raise Http404
    initial = {"kind": found.kind, "title": found.title, "text": found.text}
    form = WritingForm(request.POST or None, request.FILES or None, initial=initial)
    del form.fields["kind"]
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.change_writing(
                by=_person(request), writing=found, title=said["title"], text=said["text"]
            )
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return _finished(request, found, said["file"])
    return _form(request, form, found)


@access(SIGNED_IN)
@never_cache
@ACT
def writing(request: HttpRequest, writing_id: int) -> HttpResponse:
    """One text: what it says, what was said to it; for who may decide, the decision."""
    found, by = _seen(request, writing_id), _person(request)
    form = ReviewForm(request.POST if request.POST.get("decision") else None)
    if request.method == "POST":
        try:
            if form.is_bound and form.is_valid():
                services.review(
                    by=by, writing=found, decision=request.POST.get("decision", ""),
                    comment=form.cleaned_data["comment"],
                )  # fmt: skip
                messages.success(request, _("已告诉作者。"))
                return redirect("writings:writing", found.pk)
            if request.POST.get("act") == "hand_in":
                services.hand_in(by=by, writing=found)
                messages.success(request, _("已提交，审阅结果会告诉您。"))
                return redirect("writings:writing", found.pk)
        except (DomainError, ValueError) as refused:
            form.add_error(None, getattr(refused, "message", _("请选择通过或退回。")))
    context = {
        "writing": found,
        "tone": TONES[WritingState(found.state)],
        "rounds": queries.rounds_of(found),
        "attachments": [
            each
            for each in queries.attachments_of(found)
            if each.handed_in_id or found.author_id == by.pk
        ],
        "may_write": rules.can_write(by, found),
        "may_review": rules.can_review(by, found),
        "is_own": found.author_id == by.pk,
        "form": form,
    }
    return render(request, "writings/writing.html", context, status=422 if form.errors else 200)


@access(SIGNED_IN)
@never_cache
@require_safe
def file(request: HttpRequest, writing_id: int, attachment_id: int) -> FileResponse:
    """A file is always taken along, never shown: nothing in it runs here."""
    found = queries.attachment_for(request.user, writing_id, attachment_id)
    if found is None:
        raise Http404
    return _sent(found.file, found.name)


@access(SIGNED_IN)
@require_POST
def remove(request: HttpRequest, writing_id: int, attachment_id: int) -> HttpResponse:
    found = queries.attachment_for(request.user, writing_id, attachment_id)
    if found is None or found.writing.author_id != _person(request).pk:
        raise Http404
    try:
        services.remove_file(by=_person(request), attachment=found)
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("writings:edit", writing_id)


@access(SIGNED_IN)
@never_cache
@require_safe
def archive(request: HttpRequest, writing_id: int) -> FileResponse:
    """The PDF of an accepted text."""
    found = _seen(request, writing_id)
    if not found.archive:
        raise Http404
    return _sent(found.archive, f"{found.get_kind_display()} {found.title}.pdf")


def _sent(stored: Any, name: str) -> FileResponse:
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return FileResponse(
        stored.open("rb"), as_attachment=True, filename=name,
        content_type="application/octet-stream", headers=headers,
    )  # fmt: skip


def _finished(request: HttpRequest, found: Writing, upload: Any) -> HttpResponse:
    """After saving: the file that came along, then the text's own page."""
    if upload is not None:
        try:
            services.attach_file(
                by=_person(request), writing=found, name=upload.name, content=upload.read()
            )
        except DomainError as refused:
            messages.error(request, refused.message)
            return redirect("writings:edit", found.pk)
    messages.success(request, _("已保存。"))
    return redirect("writings:writing", found.pk)


def _form(request: HttpRequest, form: WritingForm, known: Writing | None) -> HttpResponse:
    attachments = queries.attachments_of(known) if known is not None else []
    context = {"form": form, "known": known, "attachments": attachments}
    return render(request, "writings/form.html", context, status=422 if form.errors else 200)


def _seen(request: HttpRequest, writing_id: int) -> Writing:
    found = queries.writing_for(request.user, writing_id)
    if found is None:
        raise Http404
    return found


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _rows(found: Any) -> list[tuple[Writing, str]]:
    return [(each, TONES[WritingState(each.state)]) for each in found]
