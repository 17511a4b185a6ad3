"""My exports: how far they are, and fetching them."""

from typing import cast

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.queries import visible_branches
from lms.members.rules import BOARD
from lms.reports.exports import services
from lms.reports.exports.models import OPEN_EXPORT_STATES, Export, ExportForm, ExportState
from lms.reports.exports.queries import visible_exports
from lms.reports.exports.words import export_rows, file_name
from lms.reports.filters import asked_filters
from lms.reports.years import chosen_year

ROWS_A_PAGE = 20
CONTENT_TYPES = {
    ExportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportForm.CSV: "text/csv; charset=utf-8",
}
VERBS = {"cancel": services.cancel_export, "retry": services.retry_export}


@access(BOARD)
@require_safe
@never_cache
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports; the page looks again by itself while something is made."""
    page = Paginator(visible_exports(request.user), ROWS_A_PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    return render(
        request,
        "reports/exports.html",
        {
            "page": page,
            "rows": export_rows(found),
            "is_moving": any(each.state in OPEN_EXPORT_STATES for each in found),
            "kept_days": services.KEPT_DAYS,
        },
    )


@access(BOARD)
@require_POST
def request_export(request: HttpRequest, branch_id: int) -> HttpResponse:
    """Have the members of a board, as filtered, written to a file."""
    branch = visible_branches(request.user).filter(pk=branch_id).first()
    form = request.POST.get("form", "")
    if branch is None or form not in ExportForm.values:
        raise Http404
    show, named = asked_filters(request.POST)
    try:
        services.request_export(
            by=cast(Member, request.user),
            branch=branch,
            year=chosen_year(request.POST.get("year", ""), clock.today()),
            form=form,
            show=show,
            named=named,
        )
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("正在后台生成，您可以先做别的事，完成后在这里下载。"))
    return redirect("exports")


@access(BOARD)
@require_POST
def act(request: HttpRequest, export_id: int) -> HttpResponse:
    """Cancel one, or try again."""
    found, verb = _visible(request, export_id), VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        raise Http404
    try:
        verb(export=found)
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("exports")


@access(BOARD)
@require_safe
@never_cache
def download(request: HttpRequest, export_id: int) -> FileResponse:
    """The file, for who asked for it, as long as they look after the branch."""
    found = _visible(request, export_id)
    if found.state != ExportState.READY or found.expires_at <= clock.now():
        raise Http404
    services.note_fetched(export=found)
    return FileResponse(
        default_storage.open(found.file),
        as_attachment=True,
        filename=file_name(found),
        content_type=CONTENT_TYPES[ExportForm(found.form)],
    )


def _visible(request: HttpRequest, export_id: int) -> Export:
    found = visible_exports(request.user).filter(pk=export_id).first()
    if found is None:
        raise Http404
    return found
