"""Back-office pages: lectures, their progress and history."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from media_pipeline import (
    caption_services,
    companions,
    duplicates,
    internal,
    playback,
    queries,
    services,
)
from media_pipeline.captions import MOST_BYTES, as_webvtt
from media_pipeline.internal import Packaging
from media_pipeline.models import Asset, AssetState, CaptionLanguage
from media_pipeline.rules import LECTURES
from media_pipeline.words import packaging_words, status_words

PAGE_SIZE = 30


def lecture_or_404(request: HttpRequest, asset_id: uuid.UUID) -> Asset:
    """The lecture if it is visible to who asks; what is not does not exist."""
    asset = queries.visible_assets(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404
    return asset


@access(LECTURES)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All lectures of the branches one teaches in or administers."""
    state = request.GET.get("state", "")
    assets = queries.own_lectures(request.user)
    if state in AssetState.values:
        assets = assets.filter(state=state)
    page = Paginator(assets, PAGE_SIZE).get_page(request.GET.get("p"))
    return render(
        request,
        "media_pipeline/lectures.html",
        {"page": page, "state": state, "states": AssetState.choices},
    )


@access(LECTURES)
@require_safe
def lecture(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """One lecture: what it is, how far it is, and everything that was done on it."""
    asset = lecture_or_404(request, asset_id)
    packaging = internal.packaging_of(asset)
    links = {}
    tracks = list(queries.caption_tracks(asset.pk))
    written = {track.language for track in tracks}
    if asset.take:
        now = clock.now()
        links = {
            "playlist": playback.signed_playlist(asset=asset, member=request.user, now=now),  # type: ignore[arg-type]
            "poster": playback.signed_poster(asset=asset, member=request.user, now=now),  # type: ignore[arg-type]
        }
    return render(
        request,
        "media_pipeline/lecture.html",
        {
            "asset": asset,
            "words": status_words(asset),
            "renditions": asset.renditions.filter(take=asset.making),
            "has_open_work": queries.has_open_work(asset),
            "history": queries.history_of(asset),
            "links": links,
            "packaging": packaging_words(asset, packaging),
            "packaging_failed": packaging is Packaging.FAILED,
            "key_totals": queries.key_totals(asset),
            "versions": queries.versions_of(asset),
            "tracks": tracks,
            "languages": CaptionLanguage.choices,
            "unwritten": [one for one in CaptionLanguage.choices if one[0] not in written],
            "duration": _spoken_duration(asset.duration_ms),
            **companions.lecture_context(asset, request.user),
        },
    )


def _spoken_duration(milliseconds: int) -> str:
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return _("%(minutes)d 分 %(seconds)02d 秒") % {"minutes": minutes, "seconds": seconds}


@access(LECTURES)
@require_safe
def status(request: HttpRequest, asset_id: uuid.UUID) -> JsonResponse:
    """How far a lecture is, for the upload element: asked every two seconds."""
    asset = lecture_or_404(request, asset_id)
    failed = asset.state == AssetState.FAILED
    return JsonResponse(
        {
            "state": asset.state,
            "percent": asset.percent,
            "message": status_words(asset),
            "playable": bool(asset.playable_at),
            "done": failed or asset.is_ready,
            "retry_url": reverse("lectures:retry", args=[asset.pk]) if failed else None,
            **duplicates.same_as(request.user, asset),
        }
    )


@access(LECTURES)
@require_POST
def retry(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Begin again with a lecture that failed."""
    return after(request, asset_id, services.retry_asset, _("已重新开始处理。"))


@access(LECTURES)
@require_POST
def cancel(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Stop the work on a lecture."""
    return after(request, asset_id, services.cancel_asset, _("已取消处理。"))


@access(LECTURES)
@require_POST
def mark_internal(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Mark a lecture as internal (`internal` is 1) or as not (0)."""
    is_internal = request.POST.get("internal") == "1"
    verb = partial(internal.set_internal, is_internal=is_internal)
    if is_internal:
        return after(request, asset_id, verb, _("已设为内部资料。"))
    return after(request, asset_id, verb, _("已取消内部资料。"))


# --- Captions ---------------------------------------------------------------------------------


@access(LECTURES)
@require_POST
def captions(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Attach a caption file, in the place of what there was in its language."""
    file = request.FILES.get("captions")
    verb = partial(
        caption_services.replace_captions,
        language=request.POST.get("language", ""),
        content=file.read(MOST_BYTES + 1) if file else b"",
    )
    return after(request, asset_id, verb, _("字幕已保存，学员打开这一讲就能看到。"))


@access(LECTURES)
@require_safe
def caption_file(request: HttpRequest, asset_id: uuid.UUID, language: str) -> HttpResponse:
    """The captions in that language as a WebVTT file."""
    track = queries.caption_track(lecture_or_404(request, asset_id).pk, language)
    if track is None:
        raise Http404
    name = content_disposition_header(
        as_attachment=True, filename=f"{track.asset.title}.{track.language}.vtt"
    )
    return HttpResponse(
        as_webvtt(track.spoken),
        headers={
            "Content-Type": playback.CONTENT_TYPES[".vtt"],
            "Content-Disposition": name or "attachment",
            "Cache-Control": "private, no-store",
        },
    )


@access(LECTURES)
@require_POST
def remove_captions(request: HttpRequest, asset_id: uuid.UUID, language: str) -> HttpResponse:
    """Take the captions in that language off."""
    verb = partial(caption_services.remove_captions, language=language)
    return after(request, asset_id, verb, _("字幕已删除。"))


def after(
    request: HttpRequest, asset_id: uuid.UUID, verb: Callable[..., Any], done: str
) -> HttpResponse:
    """Do something with a lecture, say how it went, and show the lecture."""
    asset = lecture_or_404(request, asset_id)
    try:
        verb(asset=asset, by=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect("lectures:lecture", asset_id=asset.pk)
