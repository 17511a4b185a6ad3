"""Back office: captions written line by line beside the video."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.core.access import access
from lms.core.errors import DomainError
from media_pipeline import caption_edit_services, companions, queries
from media_pipeline.caption_edit_services import CaptionsMovedError
from media_pipeline.captions import as_srt
from media_pipeline.models import CaptionLanguage, CaptionTrack
from media_pipeline.rules import LECTURES
from media_pipeline.views import lecture_or_404

KEY_LETTERS = 32


@access(LECTURES)
@require_safe
def edit_captions(request: HttpRequest, asset_id: uuid.UUID, language: str) -> HttpResponse:
    """The editor with the captions in that language, or with none to begin from."""
    asset = lecture_or_404(request, asset_id)
    if language not in CaptionLanguage.values or not asset.duration_ms:
        raise Http404
    track = queries.caption_track(asset.pk, language)
    context = {
        "asset": asset,
        "language": CaptionLanguage(language),
        "track": track,
        "copies": queries.caption_copies(asset.pk, language),
        "config": {
            "saveUrl": reverse("lectures:save_cues", args=[asset.pk, language]),
            "durationMs": asset.duration_ms,
            # The name of this opening: what it sends later follows what it sent before.
            "key": uuid.uuid4().hex,
            "strings": companions.editor_words(),
            **_state(track),
        },
        **companions.preview_context(asset, request.user),
    }
    return render(request, "media_pipeline/captions_editor.html", context)


def _state(track: CaptionTrack | None) -> dict[str, Any]:
    return {"version": track.version if track else 0, "cues": track.cues if track else []}


@access(LECTURES)
@require_POST
def save_cues(request: HttpRequest, asset_id: uuid.UUID, language: str) -> JsonResponse:
    """Save what the editor holds: 200 with the new version, 409 with what there is now, 422."""
    asset = lecture_or_404(request, asset_id)
    try:
        said = json.loads(request.body)
        version, key, rows = said["version"], said["key"], said["cues"]
        if not isinstance(key, str) or len(key) != KEY_LETTERS or type(version) is not int:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        return JsonResponse(
            {"message": _("这些内容不能保存为字幕。请刷新页面后再试。")}, status=422
        )
    try:
        track = caption_edit_services.save_cues(
            asset=asset,
            language=language,
            rows=rows,
            version=version,
            key=key,
            by=request.user,  # type: ignore[arg-type]
        )
    except CaptionsMovedError as moved:
        return JsonResponse({"message": moved.message, **_state(moved.current)}, status=409)
    except DomainError as refusal:
        return JsonResponse({"message": refusal.message}, status=422)
    time = f"{localtime(track.changed_at):%H:%M:%S}"
    return JsonResponse({"version": track.version, "time": time})


@access(LECTURES)
@require_safe
def srt_file(request: HttpRequest, asset_id: uuid.UUID, language: str) -> HttpResponse:
    """The captions in that language as an SRT file."""
    track = queries.caption_track(lecture_or_404(request, asset_id).pk, language)
    if track is None:
        raise Http404
    return _srt(f"{track.asset.title}.{track.language}.srt", as_srt(track.spoken))


@access(LECTURES)
@require_safe
def copy_file(request: HttpRequest, asset_id: uuid.UUID, copy_id: int) -> HttpResponse:
    """A kept version as an SRT file."""
    copy = queries.caption_copy(lecture_or_404(request, asset_id).pk, copy_id)
    if copy is None:
        raise Http404
    at = f"{localtime(copy.kept_at):%m%d-%H%M}"
    return _srt(f"{copy.asset.title}.{copy.language}.{at}.srt", as_srt(copy.spoken))


@access(LECTURES)
@require_POST
def restore_copy(request: HttpRequest, asset_id: uuid.UUID, copy_id: int) -> HttpResponse:
    """Put a kept version in the place of what is shown."""
    copy = queries.caption_copy(lecture_or_404(request, asset_id).pk, copy_id)
    if copy is None:
        raise Http404
    caption_edit_services.restore_copy(copy=copy, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("已换成这一份。换下的那一份也保留着。"))
    return redirect("lectures:edit_captions", asset_id=asset_id, language=copy.language)


def _srt(name: str, text: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        # Players on Windows read it as UTF-8 only with a mark.
        "\ufeff" + text,
        headers={
            "Content-Type": "application/x-subrip; charset=utf-8",
            "Content-Disposition": disposition or "attachment",
            "Cache-Control": "private, no-store",
        },
    )
