"""The sheets of one use: ordered, uploaded, how far they are read, what is wrong with some."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.sheets import queries, rules, services, words
from exams.sheets.models import BatchState
from exams.sheets.uses import SheetUse, use_of
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member

A_PAGE = 20
MOST_FILES = 60
MOST_REFUSED = 40
LATEST_PRINTS = 5


@access(SIGNED_IN)
@never_cache
@require_safe
def home(request: HttpRequest, use: str, subject_id: int) -> HttpResponse:
    """Everything about the sheets of one occasion."""
    known = handled(request, use, subject_id)
    batches = Paginator(queries.batches_of(known, subject_id), A_PAGE)
    listed = batches.get_page(request.GET.get("page"))
    prints = list(queries.prints_of(known, subject_id)[:LATEST_PRINTS])
    rows = [_row(batch) for batch in listed.object_list]
    return render(
        request,
        "sheets/home.html",
        {
            **frame(known, subject_id),
            "page": listed,
            "batches": rows,
            "prints": prints,
            "counts": queries.page_counts(known, subject_id),
            "refused": [
                {"page": page, "why": words.page_sentence(page)}
                for page in queries.refused_pages(known, subject_id)[:MOST_REFUSED]
            ],
            "incomplete": queries.incomplete_sheets(
                known, subject_id, known.layouts_for(subject_id)
            ),
            "is_busy": any(row["batch"].state == BatchState.WAITING for row in rows)
            or any(not order.file and not order.reason for order in prints),
            "most_copies": services.MOST_COPIES,
        },
    )


@access(SIGNED_IN)
@require_POST
def order(request: HttpRequest, use: str, subject_id: int) -> HttpResponse:
    """Have sheets made ready for the printer."""
    known = handled(request, use, subject_id)
    said = request.POST.get("copies", "")

    def act() -> str:
        copies = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 0
        services.order_print(by=person(request), use=known, subject_id=subject_id, copies=copies)
        return _("正在准备，好了以后在这里下载。")

    with_words(request, act)
    return redirect("sheets:home", known.slug, subject_id)


@access(SIGNED_IN)
@never_cache
@require_safe
def printed(request: HttpRequest, use: str, subject_id: int, print_id: int) -> FileResponse:
    """The PDF of one order."""
    known = handled(request, use, subject_id)
    found = queries.prints_of(known, subject_id).filter(pk=print_id).first()
    if found is None or not found.file:
        raise Http404
    return FileResponse(
        found.file.open("rb"),
        content_type="application/pdf",
        filename=f"{known.title_of(subject_id)}.pdf",
    )


@access(SIGNED_IN)
@require_POST
def upload(request: HttpRequest, use: str, subject_id: int) -> HttpResponse:
    """Keep scans and photographs and have them read; each file by itself."""
    known = handled(request, use, subject_id)
    files = request.FILES.getlist("file")[:MOST_FILES]
    if not files:
        messages.error(request, _("请先选择扫描的 PDF 或照片。"))
    kept = 0
    for file in files:
        try:
            services.keep_batch(
                by=person(request),
                use=known,
                subject_id=subject_id,
                content=file.read(),
                name=file.name or "",
            )
        except DomainError as refused:
            messages.error(request, f"{file.name}：{refused.message}")
        else:
            kept += 1
    if kept:
        said = ngettext("%(count)d 个文件正在读卡。", "%(count)d 个文件正在读卡。", kept)
        messages.success(request, said % {"count": kept})
    return redirect("sheets:home", known.slug, subject_id)


@access(SIGNED_IN)
@require_POST
def again(request: HttpRequest, use: str, subject_id: int, batch_id: int) -> HttpResponse:
    """Go on reading a file."""
    known = handled(request, use, subject_id)
    batch = queries.batch_of(known, subject_id, batch_id)
    if batch is None:
        raise Http404
    with_words(
        request,
        lambda: services.read_batch_again(by=person(request), batch=batch),
        _("正在再读一遍。"),
    )
    return redirect("sheets:home", known.slug, subject_id)


# --- Putting together -----------------------------------------------------------------------------


def handled(request: HttpRequest, use: str, subject_id: int) -> SheetUse:
    """The use, if this person handles its sheets."""
    known = use_of(use)
    if known is None or not rules.can_handle(request.user, known.key, subject_id):
        raise Http404
    return known


def frame(use: SheetUse, subject_id: int) -> dict[str, Any]:
    """What every page about sheets says of what they are for."""
    return {
        "use": use.slug,
        "subject_id": subject_id,
        "title": use.title_of(subject_id),
        "address": use.address_of(subject_id),
        "takes_sheets": use.takes_sheets(subject_id),
        "prints_here": use.prints_here,
        "home_name": _("打印与读卡") if use.prints_here else _("上传与读卡"),
    }


def person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def with_words(request: HttpRequest, act: Callable[[], object], done: str = "") -> bool:
    """Do it; say what came of it, or why not."""
    try:
        said = act()
    except DomainError as refused:
        messages.error(request, refused.message)
        return False
    text = said if isinstance(said, str) else done
    if text:
        messages.success(request, text)
    return True


def _row(batch: Any) -> dict[str, Any]:
    return {
        "batch": batch,
        "why": words.file_sentence(batch.refusal) if batch.refusal else "",
    }
