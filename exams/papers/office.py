"""The back office's pages of one paper: its questions, its blueprint, how it looks, on paper."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.papers import blueprint as plans
from exams.papers import blueprint_grid as grid
from exams.papers import queries, services
from exams.papers.forms import FindForm, PointsForm
from exams.papers.models import Paper, PaperKind
from exams.papers.pages import attempt, number, office_page, person
from exams.papers.printing import KEY, PAPER, key_data, paper_data
from exams.papers.rules import PAPERS, can_change_paper
from exams.papers.sealing import problems_of
from exams.papers.shown import plain, sections, shown_paper
from exams.papers.words import DIFFICULTIES, lack_sentences
from exams.questions.models import QuestionKind
from lms.core.access import access
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf

FOUND_ON_A_PAGE = 20
FORMS = ("A", "B")


@access(PAPERS)
@never_cache
def paper_items(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands on the paper; while it is a draft, with all that can be done to it."""
    paper = _managed(request, pk)
    if request.method == "POST":
        return _changed(request, paper)
    services.note_look(paper=paper, by=person(request), what=_("试题"))
    items = list(queries.items_of(paper))
    is_draft = can_change_paper(paper)
    find = FindForm(request.GET)
    wanted = find.cleaned_data if find.is_valid() else {}
    found = Paginator(queries.questions_to_add(paper, **wanted), FOUND_ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    return _page(
        request,
        "papers/office/items.html",
        paper,
        _("试题"),
        {
            "sections": sections(items, seed=paper.seed),
            "count": len(items),
            "problems": problems_of(paper, items) if is_draft else [],
            "find": find,
            "page": page if is_draft else None,
            "offered": [(question, _excerpt(question.current)) for question in page],
        },
    )


def _changed(request: HttpRequest, paper: Paper) -> HttpResponse:
    """One press of a button, and back to the page."""
    sent = request.POST
    item = number(sent.get("item")) or 0
    by = person(request)
    if sent.get("action") == "copy":
        made = attempt(
            request,
            lambda: services.copy_paper(paper=paper, by=by),
            told=_("已复制为草稿，现在可以修改。"),
        )
        return redirect("paper_items", made.pk if made else paper.pk)
    changes: dict[str, Any] = {
        "up": lambda: services.move_item(paper=paper, item_id=item, by=-1),
        "down": lambda: services.move_item(paper=paper, item_id=item, by=1),
        "remove": lambda: services.remove_item(paper=paper, item_id=item),
        "points": lambda: _set_points(request, paper, item),
        "add": lambda: _add(request, paper),
        "newest": lambda: services.take_newest(paper=paper),
        "fill": lambda: services.fill_from_blueprint(paper=paper),
        "redraw": lambda: services.fill_from_blueprint(paper=paper, draws_anew=True),
        "seal": lambda: services.seal_paper(paper=paper, by=by),
    }
    told = {
        "seal": _("已封卷，题目和分值不再变动。"),
        "fill": _("已按蓝图组卷。"),
        "redraw": _("已另抽一套题。"),
        "newest": _("已换成最新版本。"),
    }
    action = sent.get("action", "")
    if action not in changes:
        raise Http404
    attempt(request, changes[action], told=told.get(action, ""))
    return redirect("paper_items", paper.pk)


def _set_points(request: HttpRequest, paper: Paper, item: int) -> None:
    form = PointsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("每题分值应大于 0，不超过 100 分，最多两位小数。"))
        return
    services.set_points(paper=paper, item_id=item, points=form.cleaned_data["points"])


def _add(request: HttpRequest, paper: Paper) -> None:
    wanted = number(request.POST.get("question")) or 0
    question = get_object_or_404(queries.bank_of(paper.branch), pk=wanted)
    services.add_item(paper=paper, question=question)


def _excerpt(version: Any) -> str:
    words = plain(version.stem)
    return words if len(words) <= 80 else f"{words[:80]}…"


@access(PAPERS)
def paper_blueprint(request: HttpRequest, pk: int) -> HttpResponse:
    """How many questions of what: a table to fill in, with what the bank has in each cell."""
    paper = _managed(request, pk)
    if not can_change_paper(paper):
        raise Http404
    kinds = {value: str(label) for value, label in QuestionKind.choices}
    bank = queries.candidates_of(paper.branch)
    kept = plans.from_json(paper.blueprint)
    topics = {
        **queries.topics_of(paper.branch),
        **queries.topics_named(cell.topic for cell in kept.cells if cell.topic),
    }
    wrong: list[str] = []
    if request.method == "POST":
        kept, wrong = grid.read(
            request.POST.dict(), kinds, list(topics), is_random=paper.kind == PaperKind.RANDOM
        )
        if wrong:
            messages.error(request, _("标红的格填得不对：题数填整数，分值大于 0、最多两位小数。"))
        else:
            fills = request.POST.get("action") == "fill"
            if attempt(request, lambda: _laid_down(paper, kept, fills=fills)) and fills:
                return redirect("paper_items", paper.pk)
            return redirect("paper_blueprint", paper.pk)
    lacks = plans.fill(kept, bank, seed=paper.seed).lacks
    context = {
        "tables": grid.sections_of(kept, bank, kinds, list(topics)),
        "topics": topics,
        "difficulties": DIFFICULTIES.values(),
        "kinds": kinds,
        "wrong": wrong,
        "blueprint": kept,
        "lacks": lack_sentences(kept, lacks, topics),
    }
    return _page(
        request, "papers/office/blueprint.html", paper, _("组卷蓝图"), context, failed=bool(wrong)
    )


def _laid_down(paper: Paper, blueprint: plans.Blueprint, *, fills: bool) -> None:
    services.set_blueprint(paper=paper, blueprint=blueprint)
    if fills:
        services.fill_from_blueprint(paper=paper)


@access(PAPERS)
@require_safe
@never_cache
def paper_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as those who sit it see it."""
    paper = _managed(request, pk)
    form = _form(request, paper)
    services.note_look(paper=paper, by=person(request), what=_("预览"))
    context = {"sections": shown_paper(paper, form), "form": form, "forms": _forms(paper)}
    return _page(request, "papers/office/preview.html", paper, _("预览"), context)


@access(PAPERS)
@require_safe
@never_cache
def paper_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper to be printed and written on."""
    paper = _managed(request, pk)
    return _pdf(request, paper, PAPER, _("试卷"))


@access(PAPERS)
@require_safe
@never_cache
def paper_key_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Keys and explanations for those who mark."""
    paper = _managed(request, pk)
    return _pdf(request, paper, KEY, _("答案与解析"))


def _pdf(request: HttpRequest, paper: Paper, template: str, what: str) -> HttpResponse:
    """Read first and drawn after, outside any transaction."""
    form = _form(request, paper)
    services.note_look(paper=paper, by=person(request), what=what)
    data = paper_data(paper, form) if template == PAPER else key_data(paper, form)
    try:
        made = render_pdf(template, data)
    except UnprintableCharacterError as refused:
        messages.error(request, refused.message)
        return redirect("paper_preview", paper.pk)
    name = f"{paper.title}{_('%(form)s 卷') % {'form': form} if form else ''}{what}.pdf"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


def _managed(request: HttpRequest, pk: int) -> Paper:
    return get_object_or_404(queries.managed_papers(request.user), pk=pk)


def _forms(paper: Paper) -> tuple[str, ...]:
    return FORMS if queries.first_form(paper) else ()


def _form(request: HttpRequest, paper: Paper) -> str:
    wanted = request.GET.get("form", "")
    return wanted if wanted in _forms(paper) else queries.first_form(paper)


def _page(
    request: HttpRequest,
    template: str,
    paper: Paper,
    label: str,
    context: dict[str, Any],
    *,
    failed: bool = False,
) -> TemplateResponse:
    trail = [
        {"url": reverse("papers:index"), "label": _("试卷")},
        {"url": reverse("paper_items", args=[paper.pk]), "label": paper.title},
    ]
    shared = {"paper": paper, "is_draft": can_change_paper(paper)}
    return office_page(
        request, template, label, trail, {**shared, **context}, icon="doc-full", failed=failed
    )


PAPER_PAGES = "papers/<int:pk>/"

PATTERNS: list[URLPattern] = [
    path(PAPER_PAGES, paper_items, name="paper_items"),
    path(f"{PAPER_PAGES}blueprint/", paper_blueprint, name="paper_blueprint"),
    path(f"{PAPER_PAGES}preview/", paper_preview, name="paper_preview"),
    path(f"{PAPER_PAGES}paper.pdf", paper_pdf, name="paper_pdf"),
    path(f"{PAPER_PAGES}key.pdf", paper_key_pdf, name="paper_key_pdf"),
]
