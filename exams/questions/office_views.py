"""题库 in the back office: the list, the editor of each type, one question with its history."""

import difflib
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from exams.questions import queries, services
from exams.questions.drafts import (
    PARTS,
    Draft,
    draft_of,
    empty_draft,
    is_asking_for_more,
    sent_draft,
    written_in,
)
from exams.questions.forms import FilterForm, NewForm, QuestionForm, known
from exams.questions.media import PICTURE, RECORDING, code_for
from exams.questions.models import Question, QuestionKind, QuestionState, QuestionVersion
from exams.questions.services import Written
from exams.questions.stems import editable_stem, kept_stem, plain_stem
from exams.questions.types import question_type
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from lms.members.rules import BACK_OFFICE

ROWS_A_PAGE = 30
ACT = require_http_methods(["GET", "HEAD", "POST"])
TONES = {QuestionState.READY: "primary", QuestionState.DRAFT: "", QuestionState.RETIRED: ""}


@access(BACK_OFFICE)
@require_safe
def bank(request: HttpRequest) -> HttpResponse:
    """The questions one writes for, by filters."""
    form = FilterForm(request.GET or None, by=request.user)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = queries.found_questions(request.user, asked)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    return office_page(
        request,
        "exams/questions/office/bank.html",
        {
            "form": form,
            "page": page,
            "kept": kept.urlencode(),
            "rows": [
                (each, plain_stem(each.current.stem if each.current else ""))
                for each in page.object_list
            ],
            "new": NewForm(by=request.user),
        },
    )


@access(BACK_OFFICE)
@ACT
def new_question(request: HttpRequest) -> HttpResponse:
    """The editor of a type, for a branch one writes for."""
    form = NewForm(request.GET, by=request.user)
    if not form.is_valid():
        raise Http404
    branch, kind = form.cleaned_data["branch"], form.cleaned_data["kind"]
    return _edited(request, branch=branch, kind=kind, question=None)


@access(BACK_OFFICE)
@ACT
def edit_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """The same editor, filled with what the question says now."""
    question = _question(request, question_id)
    return _edited(request, branch=question.branch, kind=question.kind, question=question)


def _edited(
    request: HttpRequest, *, branch: Branch, kind: str, question: Question | None
) -> HttpResponse:
    by = cast(Member, request.user)
    sent = request.method == "POST"
    post = dict(request.POST.lists())
    current = question.current if question else None
    draft = _draft(kind, current, post if sent else None)
    asks_for_more = sent and is_asking_for_more(post)
    form = QuestionForm(
        request.POST if sent else None, initial=_initial(question), by=by, branch=branch
    )
    like: list[tuple[Question, int]] = []
    if sent and not asks_for_more and form.is_valid():
        written = _written(form, draft)
        like = [] if "anyway" in request.POST else _like_it(branch, written, question)
        if not like:
            try:
                saved = _save(by, branch, kind, question, written, form)
            except DomainError as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, _("已保存。"))
                return redirect("question", saved.pk)
    return office_page(
        request,
        "exams/questions/office/edit.html",
        {
            "form": form,
            "draft": draft,
            "kind": QuestionKind(kind),
            "branch": branch,
            "question": question,
            "like": [(each, plain_stem(each.current.stem), alike) for each, alike in like
                     if each.current],
            "part_kinds": [(name, QuestionKind(name).label) for name in PARTS],
            "asks_for_more": asks_for_more,
        },
        trail=[step("questions", _("题库"))],
        label=str(QuestionKind(kind).label),
        status=422 if sent and not asks_for_more else 200,
    )  # fmt: skip


def _draft(kind: str, current: QuestionVersion | None, post: Any) -> Draft:
    if post is not None:
        return sent_draft(kind, post)
    return draft_of(kind, current.content, current.key) if current else empty_draft(kind)


def _initial(question: Question | None) -> dict[str, Any]:
    if question is None:
        return {"difficulty": 3, "lesson_second": 0}
    said = question.current
    words = {"stem": said.stem, "explanation": said.explanation} if said else {}
    return {**known(question), **{name: editable_stem(text) for name, text in words.items()}}


def _written(form: QuestionForm, draft: Draft) -> Written:
    said = form.cleaned_data
    stem = said["stem"]
    for kind, chosen in ((PICTURE, said["picture"]), (RECORDING, said["recording"])):
        if chosen is not None:
            stem = f"{stem}\n\n{code_for(kind, chosen.pk)}"
    content, key = written_in(draft)
    return Written(stem, content, key, said["explanation"])


def _like_it(
    branch: Branch, written: Written, question: Question | None
) -> list[tuple[Question, int]]:
    return queries.like_it(
        branch=branch,
        stem=kept_stem(written.stem),
        content=written.content,
        apart_from=question.pk if question else None,
    )


def _save(
    by: Member, branch: Branch, kind: str, question: Question | None, written: Written,
    form: QuestionForm,
) -> Question:  # fmt: skip
    about = form.about()
    if question is None:
        return services.write_question(
            by=by, branch=branch, kind=kind, written=written, about=about
        )
    return services.revise_question(question=question, by=by, written=written, about=about)


ACTS = {
    "ready": services.make_ready,
    "retire": services.retire,
    "back": services.bring_back,
    "confirm": services.confirm_question,
}


@access(BACK_OFFICE)
@ACT
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """One question as members see it, with what is right, where it is used and what it said."""
    found = _question(request, question_id)
    if request.method == "POST":
        return _acted(request, found)
    versions = list(queries.versions_of(found))
    current = found.current
    return office_page(
        request,
        "exams/questions/office/question.html",
        {
            "question": found,
            "current": current,
            "key_words": question_type(found.kind).key_words(current.content, current.key)
            if current
            else [],
            "usage": queries.usage_of(found),
            "history": [
                (version, _differences(older, version))
                for version, older in zip(versions, [*versions[1:], None], strict=True)
            ],
        },
        trail=[step("questions", _("题库"))],
        label=f"{found.get_kind_display()} {found.pk}",
    )


def _acted(request: HttpRequest, found: Question) -> HttpResponse:
    by = cast(Member, request.user)
    act = request.POST.get("act", "")
    try:
        if act == "delete":
            services.delete_draft(question=found, by=by)
            messages.success(request, _("已删除。"))
            return redirect("questions")
        if act in ACTS:
            ACTS[act](question=found, by=by)
            messages.success(request, _("已更新。"))
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("question", found.pk)


def _differences(older: QuestionVersion | None, newer: QuestionVersion) -> list[tuple[str, str]]:
    """The lines a version took out ("-") and brought in ("+"), as people read them."""
    if older is None:
        return []
    lines = difflib.ndiff(_lines(older), _lines(newer))
    return [(line[0], line[2:]) for line in lines if line[0] in "+-"]


def _lines(version: QuestionVersion) -> list[str]:
    type_ = question_type(version.kind)
    options = version.content.get("options", [])
    key = [
        _("答案：%(words)s") % {"words": line}
        for line in type_.key_words(version.content, version.key)
    ]
    explanation = plain_stem(version.explanation)
    return [plain_stem(version.stem), *options, *key, *([explanation] if explanation else [])]


@access(BACK_OFFICE)
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Questions of a branch that say the same or nearly."""
    branches = queries.writing_branches(request.user)
    asked = request.GET.get("branch", "")
    chosen = branches.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() else None
    branch = chosen or branches.first()
    pairs = queries.alike_in(branch) if branch else []
    page = Paginator(pairs, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return office_page(
        request,
        "exams/questions/office/duplicates.html",
        {
            "branch": branch,
            "branches": branches,
            "page": page,
            "rows": [
                (one, plain_stem(one.current.stem), other, plain_stem(other.current.stem), alike)
                for one, other, alike in page.object_list
                if one.current and other.current
            ],
        },
        trail=[step("questions", _("题库"))],
        label=_("重复的题"),
    )


PATTERNS = [
    path("questions/", bank, name="questions"),
    path("questions/new/", new_question, name="new_question"),
    path("questions/duplicates/", duplicates, name="duplicate_questions"),
    path("questions/<int:question_id>/", question, name="question"),
    path("questions/<int:question_id>/edit/", edit_question, name="edit_question"),
]


# --- Putting together -----------------------------------------------------------------------------


def _question(request: HttpRequest, question_id: int) -> Question:
    return get_object_or_404(queries.visible_questions(request.user), pk=question_id)


def step(name: str, label: str, *arguments: Any) -> dict[str, Any]:
    """A step of the way to a page."""
    return {"url": reverse(name, args=arguments), "label": label}


def office_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    trail: list[dict[str, Any]] | None = None,
    label: str = "",
    status: int = 200,
) -> TemplateResponse:
    """A page of the bank in the back office's frame."""
    home = {"url": reverse("wagtailadmin_home"), "label": _("首页")}
    here = {"url": "", "label": label or _("题库")}
    furniture = {
        "breadcrumbs_items": [home, *(trail or []), here],
        "header_title": here["label"],
        "header_icon": "help",
    }
    return TemplateResponse(request, template, {**furniture, **context}, status=status)
