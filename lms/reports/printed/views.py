"""The archive of a year as PDF, for the member and for who looks after them."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.members.models import Member
from lms.members.queries import visible_branches
from lms.members.rules import BOARD
from lms.reports.printed.paper import TEMPLATE, paper_data
from lms.reports.printed.queries import printed_year
from lms.reports.queries import member_on_board
from lms.reports.years import chosen_year


@access(SIGNED_IN)
@require_safe
@never_cache
def archive_pdf(request: HttpRequest) -> HttpResponse:
    """A member's own year on paper."""
    return _pdf(request, cast(Member, request.user), otherwise="/archive/")


@access(BOARD)
@require_safe
@never_cache
def board_member_pdf(request: HttpRequest, branch_id: int, member_id: int) -> HttpResponse:
    """The year of a member on the board on paper."""
    branch = visible_branches(request.user).filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    today = clock.today()
    year = chosen_year(request.GET.get("year", ""), today)
    member = member_on_board(branch, member_id, year, today)
    if member is None:
        raise Http404
    return _pdf(request, member, otherwise=request.path.removesuffix("archive.pdf"))


def _pdf(request: HttpRequest, member: Member, *, otherwise: str) -> HttpResponse:
    """Read first and drawn after, outside any transaction; `otherwise`: the page it is of."""
    today = clock.today()
    year = chosen_year(request.GET.get("year", ""), today)
    data = paper_data(printed_year(member, year, today), cast(Member, request.user), clock.now())
    try:
        made = render_pdf(TEMPLATE, data)
    except UnprintableCharacterError as refused:
        messages.error(request, refused.message)
        return redirect(f"{otherwise}?year={year}")
    name = _("%(name)s%(year)s年度学习档案.pdf") % {"name": member.name, "year": year}
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )
