"""Texts, their editions and clauses, and topics in the back office."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from exams.questions import queries
from exams.questions.forms import EditionForm, SourceForm, TopicForm
from exams.questions.office_views import office_page, step
from exams.questions.source_services import (
    add_edition,
    add_source_text,
    add_topic,
    compare_editions,
    rename_topic,
)
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import BACK_OFFICE

ACT = require_http_methods(["GET", "HEAD", "POST"])


@access(BACK_OFFICE)
@ACT
def sources(request: HttpRequest) -> HttpResponse:
    """The texts questions rest on, and a form for another."""
    sent = request.method == "POST"
    form = SourceForm(request.POST if sent else None, by=request.user)
    if sent and form.is_valid():
        text = add_source_text(by=cast(Member, request.user), **form.cleaned_data)
        messages.success(request, _("已建立，请粘贴第一个版本的全文。"))
        return redirect("source", text.pk)
    return office_page(
        request,
        "exams/questions/office/sources.html",
        {"form": form, "texts": queries.source_texts_of(request.user)},
        trail=[step("questions", _("题库"))],
        label=_("依据文本"),
        status=422 if form.errors else 200,
    )


@access(BACK_OFFICE)
@ACT
def source(request: HttpRequest, text_id: int) -> HttpResponse:
    """One text: its editions, what the last one changed, its clauses, a form for the next."""
    text = get_object_or_404(queries.source_texts_of(request.user), pk=text_id)
    sent = request.method == "POST"
    form = EditionForm(request.POST if sent else None)
    if sent and form.is_valid():
        try:
            add_edition(text=text, by=cast(Member, request.user), **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已加入新版本。条文有变动的题已列入待复核。"))
            return redirect("source", text.pk)
    editions = list(queries.editions_of(text))
    context: dict[str, Any] = {"text": text, "form": form, "editions": editions}
    if editions:
        context["clauses"] = queries.clauses_of(editions[0])
    if len(editions) > 1:
        context["changes"] = compare_editions(editions[1], editions[0])
    return office_page(
        request,
        "exams/questions/office/source.html",
        context,
        trail=[step("questions", _("题库")), step("sources", _("依据文本"))],
        label=text.title,
        status=422 if form.errors else 200,
    )


@access(BACK_OFFICE)
@ACT
def topics(request: HttpRequest) -> HttpResponse:
    """The topics one sorts questions by: add one, rename one."""
    by = cast(Member, request.user)
    sent = request.method == "POST"
    renamed = sent and "topic" in request.POST
    form = TopicForm(request.POST if sent and not renamed else None, by=by)
    try:
        if renamed:
            asked = request.POST["topic"]
            key = int(asked) if asked.isascii() and asked.isdigit() else 0
            topic = get_object_or_404(queries.topics_of(by), pk=key)
            rename_topic(topic=topic, by=by, name=request.POST.get("name", "")[:80])
        elif sent and form.is_valid():
            add_topic(by=by, **form.cleaned_data)
        if sent and not form.errors:
            messages.success(request, _("已保存。"))
            return redirect("topics")
    except DomainError as refused:
        messages.error(request, refused.message)
    return office_page(
        request,
        "exams/questions/office/topics.html",
        {"form": form, "topics": queries.topics_of(by)},
        trail=[step("questions", _("题库"))],
        label=_("知识点"),
        status=422 if form.errors else 200,
    )


PATTERNS = [
    path("questions/sources/", sources, name="sources"),
    path("questions/sources/<int:text_id>/", source, name="source"),
    path("questions/topics/", topics, name="topics"),
]
