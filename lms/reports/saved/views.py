"""Saving and removing filters, from the board they belong to."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.queries import visible_branches
from lms.members.rules import BOARD
from lms.reports.filters import asked_filters
from lms.reports.saved.queries import saved_filters
from lms.reports.saved.services import remove_filter, save_filter


@access(BOARD)
@require_POST
def save(request: HttpRequest, branch_id: int) -> HttpResponse:
    """Keep what the board is narrowed to under a name."""
    branch = visible_branches(request.user).filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    show, named = asked_filters(request.POST)
    try:
        save_filter(
            by=cast(Member, request.user),
            branch=branch,
            name=request.POST.get("as", ""),
            show=show,
            named=named,
        )
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("筛选已保存。"))
    return redirect("board", branch_id)


@access(BOARD)
@require_POST
def remove(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Forget one's own."""
    saved = saved_filters(request.user).filter(pk=filter_id).first()
    if saved is None:
        raise Http404
    branch_id = saved.branch_id
    remove_filter(saved=saved)
    return redirect("board", branch_id)
