"""The study archive of a member and the board of a branch."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exams.corrections.queries import appeals_of_entry, corrections_of_entry
from exams.corrections.rules import can_propose
from exams.credit.chain import entry_hash
from exams.credit.words import limit_sentences
from exams.gatherings.explain import explained_gathering
from exams.gatherings.words import explained_rows
from exams.merging.words import merge_sentences
from exams.rules.queries import is_readable
from live.hours.evidence import explained_class
from live.hours.words import explained_rows as explained_live
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.members.models import Branch, Member
from lms.members.queries import visible_branches
from lms.members.rules import BOARD
from lms.reports import queries
from lms.reports.archive import archive_year
from lms.reports.compared_words import compared_lines, compared_total, orders
from lms.reports.comparison import comparison_of
from lms.reports.explain import explained_lesson
from lms.reports.export import board_csv, board_sheet
from lms.reports.exports.queries import new_exports
from lms.reports.filters import Show, asked_filters
from lms.reports.forecast import has_pace
from lms.reports.saved.queries import saved_for
from lms.reports.trend import bars, trend_of
from lms.reports.words import (
    MAIN,
    asked_rows,
    branch_line,
    category_rows,
    credited_rows,
    forecast_text,
    member_lines,
    not_counted,
    relief_rows,
    tiles,
)
from lms.reports.years import FIRST_YEAR, chosen_year

MEMBERS_A_PAGE = 20
# Of more people a file is made in the background.
MOST_AT_ONCE = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access(SIGNED_IN)
@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """A member's own year: ring, categories, entries."""
    return _archive(request, cast(Member, request.user), entries_under="/archive/entries/")


@access(SIGNED_IN)
@require_safe
def archive_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Why one of the member's own entries is what it is."""
    return _entry(request, cast(Member, request.user), entry_id)


@access(BOARD)
@require_safe
def board_home(request: HttpRequest) -> HttpResponse:
    """To the board of the highest branch one looks after."""
    branch = queries.highest_branch(request.user)
    if branch is None:
        raise Http404
    return redirect("board", branch_id=branch.pk)


@access(BOARD)
@require_safe
def board(request: HttpRequest, branch_id: int) -> HttpResponse:
    """A branch's year: figures, parts, and its members with who is behind most first."""
    shown, today = _board(request, branch_id), clock.today()
    show, named = asked_filters(request.GET)
    has_forecast = shown.year == today.year and has_pace(today)
    if show == Show.UNLIKELY and not has_forecast:
        show = Show.BEHIND
    members = queries.BehindFirst(shown, show=show, called=named)
    page = Paginator(members, MEMBERS_A_PAGE).get_page(request.GET.get("page"))
    year = str(shown.year)
    filters = request.GET.copy()
    filters.pop("page", None)
    return render(
        request,
        "reports/board.html",
        {
            "board": shown,
            "years": range(today.year, FIRST_YEAR - 1, -1),
            "tiles": tiles(shown.figures, today if shown.year == today.year else None),
            "lines": [branch_line(row) for row in shown.rows],
            "credited": credited_rows(shown.figures),
            "page": page,
            "people": member_lines(page.object_list, branch_id=branch_id, year=shown.year),
            "main_categories": MAIN,
            "show": show,
            "named": named,
            "all_address": "?" + urlencode({"year": year}),
            "behind_address": "?" + urlencode({"year": year, "show": "behind"}),
            "unlikely_address": "?" + urlencode({"year": year, "show": "unlikely"})
            if has_forecast
            else "",
            "shown_count": len(members),
            "saved": [
                (each, "?" + urlencode({"year": year, "show": each.show, "name": each.named}))
                for each in saved_for(request.user, shown.branch)
            ],
            "exports": {
                "xlsx": f"export.xlsx?{filters.urlencode()}",
                "csv": f"export.csv?{filters.urlencode()}",
                "is_large": len(members) > MOST_AT_ONCE,
                "new": new_exports(request.user),
            },
        },
    )


@access(BOARD)
@require_safe
def board_compare(request: HttpRequest, branch_id: int) -> HttpResponse:
    """The parts of a branch beside each other, and beside their last year."""
    shown, today = _board(request, branch_id), clock.today()
    compared = comparison_of(shown, today, order=request.GET.get("sort", ""))
    return render(
        request,
        "reports/compare.html",
        {
            "board": shown,
            "compared": compared,
            "years": range(today.year, FIRST_YEAR - 1, -1),
            "categories": MAIN,
            "orders": orders(),
            "lines": compared_lines(compared),
            "total": compared_total(compared),
        },
    )


@access(BOARD)
@require_safe
def board_trend(request: HttpRequest, branch_id: int) -> HttpResponse:
    """The hours of a branch with all below it, month by month, beside the last year's."""
    branch, today = _visible_branch(request, branch_id), clock.today()
    shown = trend_of(branch.path, chosen_year(request.GET.get("year", ""), today), today)
    return render(
        request,
        "reports/trend.html",
        {
            "branch": branch,
            "years": range(today.year, FIRST_YEAR - 1, -1),
            "trend": shown,
            "trend_bars": bars(shown),
        },
    )


@access(BOARD)
@require_safe
def board_export(request: HttpRequest, branch_id: int) -> HttpResponse | FileResponse:
    """The members on a board, as filtered, as an xlsx file."""
    shown = _board(request, branch_id)
    show, named = asked_filters(request.GET)
    members = queries.BehindFirst(shown, show=show, called=named)
    if len(members) > MOST_AT_ONCE:
        return _too_many(request, branch_id)
    return FileResponse(
        board_sheet(members),
        as_attachment=True,
        filename=_("%(branch)s%(year)s年度学时.xlsx")
        % {"branch": shown.branch.name, "year": shown.year},
        content_type=XLSX,
    )


@access(BOARD)
@require_safe
def board_export_csv(request: HttpRequest, branch_id: int) -> HttpResponse | StreamingHttpResponse:
    """The same as text, sent while it is read."""
    shown = _board(request, branch_id)
    show, named = asked_filters(request.GET)
    members = queries.BehindFirst(shown, show=show, called=named)
    if len(members) > MOST_AT_ONCE:
        return _too_many(request, branch_id)
    name = _("%(branch)s%(year)s年度学时.csv") % {"branch": shown.branch.name, "year": shown.year}
    return StreamingHttpResponse(
        board_csv(members),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


@access(BOARD)
@require_safe
def board_member(request: HttpRequest, branch_id: int, member_id: int) -> HttpResponse:
    """The archive of a member on the board, as the member sees it."""
    branch = _visible_branch(request, branch_id)
    today = clock.today()
    year = chosen_year(request.GET.get("year", ""), today)
    member = queries.member_on_board(branch, member_id, year, today)
    if member is None:
        raise Http404
    return _archive(request, member, branch=branch, entries_under=f"{request.path}entries/")


@access(BOARD)
@require_safe
def board_entry(
    request: HttpRequest, branch_id: int, member_id: int, entry_id: int
) -> HttpResponse:
    """The evidence of an entry of a member on the board."""
    branch = _visible_branch(request, branch_id)
    member = queries.member_with_entry(branch, member_id, entry_id, clock.today())
    if member is None:
        raise Http404
    return _entry(request, member, entry_id, branch=branch)


def _visible_branch(request: HttpRequest, branch_id: int) -> Branch:
    branch = visible_branches(request.user).filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    return branch


def _board(request: HttpRequest, branch_id: int) -> queries.Board:
    today = clock.today()
    visible = visible_branches(request.user)
    branch = visible.filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    year = chosen_year(request.GET.get("year", ""), today)
    return queries.board_of(branch, year, today, visible=visible)


def _too_many(request: HttpRequest, branch_id: int) -> HttpResponse:
    """For an old address: a file of so many is asked for with a button, and made apart."""
    messages.info(request, _("人数较多，请用本页的导出按钮，文件会在后台生成。"))
    return redirect(f"{reverse('board', args=[branch_id])}?{request.GET.urlencode()}")


def _archive(
    request: HttpRequest, member: Member, *, entries_under: str, branch: Branch | None = None
) -> HttpResponse:
    today = clock.today()
    year = chosen_year(request.GET.get("year", ""), today)
    shown = archive_year(member, year, today)
    return render(
        request,
        "reports/archive.html",
        {
            "member": member,
            "member_branch": shown.branch_today,
            "board_branch": branch,
            "may_propose": branch is not None and can_propose(request.user, member),
            "year": year,
            "years": shown.years,
            "study": shown.study,
            "ahead": forecast_text(shown.study, today) if year == today.year else "",
            "asks": shown.asks,
            "asked_rows": asked_rows(shown.asks.progress),
            "relief_rows": relief_rows(shown.asks.reliefs),
            "categories": category_rows(shown.study),
            "months": [
                (_("%(month)s月") % {"month": place}, float(hours))
                for place, hours in enumerate(shown.months, start=1)
            ],
            "entries": queries.entries_of_year(member, year),
            "entries_under": entries_under,
            "today": today,
        },
    )


def _entry(
    request: HttpRequest, member: Member, entry_id: int, *, branch: Branch | None = None
) -> HttpResponse:
    entry = queries.entry_of(member, entry_id)
    if entry is None:
        raise Http404
    lesson = explained_lesson(entry.evidence)
    told = explained_gathering(entry.evidence)
    attended = explained_class(entry.evidence)
    return render(
        request,
        "reports/entry.html",
        {
            "member": member,
            "board_branch": branch,
            "entry": entry,
            "lesson": lesson,
            "gathering": explained_rows(told) if told else None,
            "live_class": explained_live(attended) if attended else None,
            "not_counted": not_counted(lesson) if lesson else [],
            "limits": limit_sentences(entry),
            "merged": merge_sentences(entry),
            "corrections": corrections_of_entry(entry),
            "appeals": appeals_of_entry(entry),
            "may_appeal": branch is None,
            "may_propose": branch is not None
            and not hasattr(entry, "reversed_by")
            and entry.reverses_id is None
            and can_propose(request.user, member),
            "address": request.build_absolute_uri(),
            "printed_on": clock.today(),
            "has_rules_text": is_readable(request.user, entry.rule_version),
            "is_unaltered": entry.hash == entry_hash(entry.previous_hash, vars(entry)),
        },
    )
