"""Back-office pages on the work on lectures: the board, and trying again."""

import uuid
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from lms.core import clock
from lms.core.access import access
from media_pipeline import services, work
from media_pipeline.rules import LECTURES
from media_pipeline.views import after

REFRESH_SECONDS = 10


@access(LECTURES)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """What is being made, what waits, what has failed; `?refresh` asks for it again by itself."""
    refreshes = "refresh" in request.GET
    response = render(
        request,
        "media_pipeline/work.html",
        {"board": work.board(request.user, now=clock.now()), "refreshes": refreshes},
    )
    if refreshes:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


@access(LECTURES)
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """Begin again with everything that failed."""
    begun = services.retry_all_failed(by=request.user)  # type: ignore[arg-type]
    if begun:
        said = ngettext("%(count)d 项已重新开始处理。", "%(count)d 项已重新开始处理。", begun)
        messages.success(request, said % {"count": begun})
    else:
        messages.info(request, _("没有可以重试的。"))
    return redirect("lectures:work")


@access(LECTURES)
@require_POST
def retry_rendition(request: HttpRequest, asset_id: uuid.UUID, name: str) -> HttpResponse:
    """Make one size again."""
    verb = partial(services.retry_rendition, name=name)
    return after(request, asset_id, verb, _("已重新开始制作这个清晰度。"))
