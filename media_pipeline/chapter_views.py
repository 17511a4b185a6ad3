"""Back office: a lecture's chapters beside its video, and the video to look at."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lms.core.access import access
from lms.core.errors import DomainError
from media_pipeline import chapter_services, chapters, companions, delivery, playback, queries
from media_pipeline.chapter_services import ChaptersMovedError
from media_pipeline.command import PROGRESSIVE_NAME
from media_pipeline.rules import LECTURES
from media_pipeline.views import lecture_or_404


@access(LECTURES)
@require_safe
def preview(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponseBase:
    """The lecture as one small file, for the pages that work beside it."""
    asset = lecture_or_404(request, asset_id)
    if not asset.is_ready:
        raise Http404
    return delivery.sent(request, playback.taken_file(asset.pk, asset.take, PROGRESSIVE_NAME))


@access(LECTURES)
@require_http_methods(["GET", "HEAD", "POST"])
def lecture_chapters(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """The chapters as lines beside the video; saved as a whole."""
    asset = lecture_or_404(request, asset_id)
    kept = queries.chapter_list(asset.pk)
    context: dict[str, Any] = {
        "asset": asset,
        "kept": kept,
        "text": chapters.as_lines(kept.marks) if kept else "",
        "version": kept.version if kept else 0,
        "chapters": kept.marks if kept else (),
        "refusal": "",
        "theirs": "",
        **companions.preview_context(asset, request.user),
    }
    if request.method == "POST":
        text = request.POST.get("lines", "")
        seen = request.POST.get("version", "")
        version = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
        try:
            chapter_services.save_chapters(
                asset=asset,
                text=text,
                version=version,
                by=request.user,  # type: ignore[arg-type]
            )
        except ChaptersMovedError as moved:
            theirs = moved.current
            context |= {
                "kept": theirs,
                "version": theirs.version,
                "theirs": chapters.as_lines(theirs.marks),
                "chapters": theirs.marks,
            }
            context |= {"text": text, "refusal": moved.message}
        except DomainError as refusal:
            context |= {"text": text, "version": version, "refusal": refusal.message}
        else:
            messages.success(request, _("提纲已保存，学员打开这一讲就能看到。"))
            return redirect("lectures:chapters", asset_id=asset.pk)
    return render(request, "media_pipeline/chapters.html", context)
