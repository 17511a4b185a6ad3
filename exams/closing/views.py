"""Closing a year, reading a closed one, and checking one from outside."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from exams.closing import queries
from exams.closing.drawing import qr_code
from exams.closing.export import added_up, first_difference, lines
from exams.closing.forms import CloseForm, FileForm
from exams.closing.models import YearClosing
from exams.closing.open_items import open_items
from exams.closing.paper import TEMPLATE, paper_data
from exams.closing.services import close_year
from exams.closing.throttle import is_too_often
from exams.closing.words import hours_rows
from lms.core import clock
from lms.core.access import PUBLIC, access
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import ADMINISTRATION, BOARD, can_administer

ROWS_A_PAGE = 50
YEARS_BACK = 5
ACT = require_http_methods(["GET", "HEAD", "POST"])


@access(BOARD)
@require_safe
def closings(request: HttpRequest) -> HttpResponse:
    """The closed years of the branches one looks after; for administrators, where to close one."""
    page = Paginator(queries.visible_closings(request.user), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    last = clock.today().year - 1
    return render(
        request,
        "closing/closings.html",
        {
            "page": page,
            "closable": queries.closable_branches(request.user)
            if can_administer(request.user)
            else [],
            "years": range(last, last - YEARS_BACK, -1),
        },
    )


@access(ADMINISTRATION)
@ACT
def close(request: HttpRequest) -> HttpResponse:
    """What closing the year of a node would write down, what is still open, and the button."""
    by = cast(Member, request.user)
    branch = queries.closable_branches(by).filter(pk=_number(request.GET.get("branch", ""))).first()
    year = _number(request.GET.get("year", ""))
    today = clock.today()
    if branch is None or not today.year - YEARS_BACK <= year < today.year:
        raise Http404
    waiting = open_items(branch, year)
    form = CloseForm(request.POST or None, has_open=bool(waiting))
    if request.method == "POST" and form.is_valid():
        try:
            made = close_year(branch=branch, year=year, by=by, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已结账。请打印结账单，把导出文件另处保存。"))
            return redirect("closing", made.pk)
    sums = added_up(person for _pk, person in queries.year_now(branch, year))
    return render(
        request,
        "closing/close.html",
        {
            "form": form,
            "branch": branch,
            "year": year,
            "waiting": waiting,
            "sums": sums,
            "rows": hours_rows(sums.hours),
            "previous": queries.latest_closing(branch, year),
        },
        status=422 if form.errors else 200,
    )


@access(BOARD)
@require_safe
def closing(request: HttpRequest, closing_id: int) -> HttpResponse:
    """A closed year: figures then and now, what came after it, and everybody in it."""
    found = _visible(request, closing_id)
    page = Paginator(queries.closed_years(found), ROWS_A_PAGE).get_page(request.GET.get("page"))
    since = queries.counted_since(found, [row.member_id for row in page.object_list])
    changed = queries.sum_of_addenda(found)
    addenda = Paginator(queries.addenda_of(found), ROWS_A_PAGE).get_page(request.GET.get("addenda"))
    return render(
        request,
        "closing/closing.html",
        {
            "closing": found,
            "rows": hours_rows(found.hours),
            "page": page,
            "people": [
                (row, row.counted_hours + since[row.member_id] if row.member_id in since else None)
                for row in page.object_list
            ],
            "addenda": addenda,
            "changed": changed,
            "counted_now": found.counted_hours + changed,
            "address": _public_address(found),
        },
    )


@access(BOARD)
@require_safe
def sheet(request: HttpRequest, closing_id: int) -> HttpResponse:
    """The closing on a page to be printed and signed, with the code to check it by."""
    found = _visible(request, closing_id)
    address = _public_address(found)
    return render(
        request,
        "closing/sheet.html",
        {
            "closing": found,
            "rows": hours_rows(found.hours),
            "branches": queries.branches_of(found),
            "address": address,
            "qr": qr_code(address),
        },
    )


@access(BOARD)
@require_safe
@never_cache
def sheet_pdf(request: HttpRequest, closing_id: int) -> HttpResponse:
    """The same sheet as a file to keep; read first and drawn after, outside any transaction."""
    found = _visible(request, closing_id)
    data = paper_data(found, queries.branches_of(found), _public_address(found))
    try:
        made = render_pdf(TEMPLATE, data)
    except UnprintableCharacterError as refused:
        messages.error(request, refused.message)
        return redirect("closing_sheet", closing_id)
    name = _("%(branch)s%(year)s年度学时结账单.pdf") % {
        "branch": found.branch_name,
        "year": found.year,
    }
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


@access(BOARD)
@require_safe
def export(request: HttpRequest, closing_id: int) -> StreamingHttpResponse:
    """The file whose hash the closing is."""
    found = _visible(request, closing_id)
    answer = StreamingHttpResponse(
        lines(queries.head_of(found), queries.people_of(found)), content_type="text/csv"
    )
    name = f"{found.branch_code}-{found.year}-{found.version}.csv"
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


@access(PUBLIC)
@never_cache
@ACT
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """For anybody with the closing sheet: the totals, and whether a file is the one that was kept.

    No names, no numbers of members, and of a file that differs only the line.
    """
    if is_too_often(request):
        return _unlisted(render(request, "closing/too_often.html", status=429))
    found = queries.closing_by_code(code.upper())
    if found is None:
        return _unlisted(render(request, "closing/unknown.html", status=404))
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    compared: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        kept = lines(queries.head_of(found), queries.people_of(found))
        at = first_difference(kept, form.cleaned_data["file"].read())
        compared = {"is_compared": True, "differs_at": at}
    return _unlisted(
        render(
            request,
            "closing/verify.html",
            {
                "closing": found,
                "rows": hours_rows(found.hours),
                "addenda": queries.addenda_of(found).count(),
                "next": queries.next_of(found),
                "form": form,
                **compared,
            },
            status=422 if form.errors else 200,
        )
    )


def _unlisted(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _visible(request: HttpRequest, closing_id: int) -> YearClosing:
    found = queries.visible_closings(request.user).filter(pk=closing_id).first()
    if found is None:
        raise Http404
    return found


def _public_address(found: YearClosing) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('verify_year', args=[found.code])}"


def _number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
