"""The back office's pages for taking questions in from files and writing them out."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exams.exchange import services, words
from exams.exchange.drafts import Draft
from exams.exchange.formats import FORMATS
from exams.exchange.forms import UploadForm
from exams.exchange.markup import to_text
from exams.exchange.models import FileFormat, ImportState, QuestionImport
from exams.exchange.plain import answer_text
from exams.exchange.queries import drafts_of, visible_imports
from exams.exchange.specimens import SPECIMENS
from exams.questions.models import QuestionKind
from exams.questions.queries import found_questions
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import BACK_OFFICE

RECENT = 10


@access(BACK_OFFICE)
def questions_import(request: HttpRequest) -> HttpResponse:
    """Give a file or paste; what can be read leads on to its preview."""
    sent = request.method == "POST"
    form = UploadForm(*(request.POST, request.FILES) if sent else (), by=request.user)
    if sent and form.is_valid():
        name, content = form.content()
        try:
            upload = services.read_file(
                by=_person(request),
                branch=form.cleaned_data["branch"],
                file_name=name,
                content=content,
            )
        except DomainError as refused:
            form.add_error("file", refused.message)
        else:
            return redirect("questions_import_preview", upload.pk)
    context = {
        "form": form,
        "recent": visible_imports(request.user)[:RECENT],
        "formats": [(each.value, each.label) for each in FileFormat],
    }
    return _page(request, "exams/exchange/import.html", context, status=422 if form.errors else 200)


@access(BACK_OFFICE)
@require_safe
def questions_import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file asks, question by question, with what is wrong or known already."""
    upload = _own(request, pk)
    context: dict[str, Any] = {"upload": upload}
    if upload.state == ImportState.READ:
        rows = services.rows_of(upload)
        context |= {
            "faults": [(row.fault, words.of_fault(row.fault)) for row in rows if row.fault],
            "rows": [_told(row) for row in rows if row.draft],
        }
    return _page(
        request, "exams/exchange/preview.html", context, label=upload.file_name, below=True
    )


@access(BACK_OFFICE)
@require_POST
def questions_import_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is chosen, or drop it all."""
    upload = _own(request, pk)
    numbers = {int(each) for each in request.POST.getlist("question") if each.isdecimal()}
    try:
        if request.POST.get("action") == "drop":
            services.drop_import(upload=upload, by=_person(request))
            return redirect("questions_import")
        kept = services.keep_questions(upload=upload, by=_person(request), numbers=numbers)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("已入库 %(kept)s 题，状态为草稿。") % {"kept": kept})
    return redirect("questions_import_preview", pk)


@access(BACK_OFFICE)
@require_safe
def questions_template(request: HttpRequest, file_format: str) -> HttpResponse:
    """A file of the format with one question of each kind it can hold, to be written over."""
    return _file(_format(file_format), SPECIMENS, _("题目模板"))


@access(BACK_OFFICE)
@require_safe
def questions_export(request: HttpRequest, file_format: str) -> HttpResponse:
    """The questions a list shows, as a file; first a word on what the format cannot hold."""
    chosen = _format(file_format)
    asked = {name: request.GET.get(name, "") for name in FILTERS}
    questions = found_questions(request.user, asked)[: services.MOST_QUESTIONS]
    drafts = drafts_of(questions)
    _content, left_out = FORMATS[chosen].write(drafts)
    if not left_out or request.GET.get("anyway"):
        return _file(chosen, drafts, _("题库"))
    context = {
        "format": chosen.label,
        "left_out": [(_kind(draft), to_text(draft.stem)[:80]) for draft in left_out],
        "others": len(drafts) - len(left_out),
        "query": request.GET.urlencode(),
    }
    return _page(request, "exams/exchange/left_out.html", context, label=_("导出题目"))


FILTERS = ("kind", "state", "difficulty", "topic", "branch", "clause", "needs_review", "words")


def _told(row: services.Row) -> dict[str, Any]:
    draft = row.draft
    assert draft is not None
    return {
        "number": row.number,
        "place": draft.place,
        "kind": _kind(draft),
        "stem": to_text(draft.stem),
        "options": [
            (chr(65 + at), to_text(option), at in draft.right)
            for at, option in enumerate(draft.options)
        ],
        "answer": "" if draft.right else _answer(draft),
        "parts": [(_kind(part), to_text(part.stem), _answer(part)) for part in draft.parts],
        "about": [
            word
            for word in (
                draft.category,
                draft.topic,
                _("难度 %(level)s") % {"level": draft.difficulty} if draft.difficulty else "",
                draft.clause,
            )
            if word
        ],
        "explanation": to_text(draft.explanation),
        "pictures": len(draft.pictures),
        "is_known": row.is_known,
        "notes": [words.of_note(note) for note in dict.fromkeys(row.notes)],
    }


def _kind(draft: Draft) -> str:
    return str(QuestionKind(draft.kind).label)


def _answer(draft: Draft) -> str:
    return answer_text(draft, list(draft.options))


def _file(file_format: FileFormat, drafts: Any, name: str) -> HttpResponse:
    form = FORMATS[file_format]
    content, _left_out = form.write(drafts)
    response = HttpResponse(content, content_type=form.content_type)
    response["Content-Disposition"] = (
        content_disposition_header(True, f"{name}.{form.ending}") or ""
    )
    return response


def _format(word: str) -> FileFormat:
    try:
        return FileFormat(word)
    except ValueError:
        raise Http404 from None


def _own(request: HttpRequest, pk: int) -> QuestionImport:
    return get_object_or_404(visible_imports(request.user), pk=pk)


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    label: str = "",
    below: bool = False,
    status: int = 200,
) -> TemplateResponse:
    trail = [{"url": reverse("questions_import"), "label": _("导入题目")}] * below
    here = {"url": "", "label": label or _("导入题目")}
    furniture = {
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("首页")},
            *trail,
            here,
        ],
        "header_title": here["label"],
        "header_icon": "download",
    }
    return TemplateResponse(request, template, {**furniture, **context}, status=status)


IMPORT = "questions/import/"
PATTERNS: list[URLPattern] = [
    path(IMPORT, questions_import, name="questions_import"),
    path(f"{IMPORT}<int:pk>/", questions_import_preview, name="questions_import_preview"),
    path(f"{IMPORT}<int:pk>/end/", questions_import_end, name="questions_import_end"),
    path(f"{IMPORT}template/<str:file_format>/", questions_template, name="questions_template"),
    path("questions/export/<str:file_format>/", questions_export, name="questions_export"),
]
