"""The study book of a branch: on a page to print, as a workbook, as PDF."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.core import clock
from lms.core.access import access
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.core.documents.sheets import Sheet, write_book
from lms.members.models import Member
from lms.members.queries import visible_branches
from lms.members.rules import BOARD
from lms.reports.blanks.placeholders import as_text
from lms.reports.yearbook.queries import Book, book_of
from lms.reports.yearbook.tables import book_lines, book_tables
from lms.reports.years import FIRST_YEAR, chosen_year

TEMPLATE = "yearbook.typ"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access(BOARD)
@require_safe
def yearbook(request: HttpRequest, branch_id: int) -> HttpResponse:
    """The book of a year on one page."""
    book = _book(request, branch_id)
    context = {
        "book": book,
        "lines": book_lines(book),
        "tables": book_tables(book),
        "years": range(clock.today().year, FIRST_YEAR - 1, -1),
        "printed_on": clock.today(),
    }
    return render(request, "reports/yearbook.html", context)


@access(BOARD)
@require_safe
@never_cache
def yearbook_xlsx(request: HttpRequest, branch_id: int) -> FileResponse:
    """The same, a sheet a table."""
    book = _book(request, branch_id)
    sheets = [
        Sheet(table.title, table.headings, table.rows, [] if table.rows else [table.empty])
        for table in book_tables(book)
    ]
    sheets[0] = sheets[0]._replace(notes=[*sheets[0].notes, *book_lines(book)])
    return FileResponse(
        write_book(sheets), as_attachment=True, filename=_name(book, "xlsx"), content_type=XLSX
    )


@access(BOARD)
@require_safe
@never_cache
def yearbook_pdf(request: HttpRequest, branch_id: int) -> HttpResponse:
    """The same on paper, which is Chinese whatever language the page is read in."""
    book = _book(request, branch_id)
    with translation.override(settings.LANGUAGE_CODE):
        data = {
            "title": f"{book.branch.name}{book.year}年度学习台账",
            "lines": book_lines(book),
            "tables": [
                {
                    "title": table.title,
                    "widths": [width for _text, width in table.headings],
                    "headings": [text for text, _width in table.headings],
                    "rows": [[as_text(value) for value in row] for row in table.rows],
                    "empty": table.empty,
                }
                for table in book_tables(book)
            ],
            "printed_line": f"{cast(Member, request.user).name} 打印于 "
            f"{localtime(clock.now()):%Y-%m-%d %H:%M}",
        }
    try:
        made = render_pdf(TEMPLATE, data)
    except UnprintableCharacterError as refused:
        messages.error(request, refused.message)
        return redirect(f"{request.path.removesuffix('yearbook.pdf')}yearbook/?year={book.year}")
    disposition = content_disposition_header(True, _name(book, "pdf")) or ""
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": disposition}
    )


def _book(request: HttpRequest, branch_id: int) -> Book:
    branch = visible_branches(request.user).filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    return book_of(branch, chosen_year(request.GET.get("year", ""), clock.today()))


def _name(book: Book, form: str) -> str:
    return _("%(branch)s%(year)s年度学习台账.%(form)s") % {
        "branch": book.branch.name,
        "year": book.year,
        "form": form,
    }
