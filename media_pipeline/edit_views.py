"""Back-office pages: a lecture is cut or gets another file, compared, shown, and taken back."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.core import clock
from lms.core.access import access
from lms.core.design.texts import clock as clock_words
from lms.core.errors import DomainError
from media_pipeline import edit_services, playback, queries
from media_pipeline.edit_form import Typed, UnreadableTimeError, read_time, typed, write_time
from media_pipeline.edit_services import Match
from media_pipeline.models import Asset, Replacement
from media_pipeline.rules import LECTURES
from media_pipeline.transcoding import Source
from media_pipeline.words import status_words


def _asset(request: HttpRequest, asset_id: uuid.UUID) -> Asset:
    """The lecture if it is visible to who asks; what is not does not exist."""
    asset = queries.visible_assets(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404
    return asset


def _replacement(request: HttpRequest, asset_id: uuid.UUID) -> Replacement:
    found = queries.last_replacement(_asset(request, asset_id))
    if found is None:
        raise Http404
    return found


def _film(asset: Asset, request: HttpRequest) -> str:
    """The address of the lecture as one file; empty as long as there is none."""
    if not asset.is_ready or not asset.take:
        return ""
    member: Any = request.user
    return playback.signed_progressive(asset=asset, member=member, now=clock.now())


@access(LECTURES)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Mark what is to be cut; sent, the new version is begun."""
    asset = _asset(request, asset_id)
    fields = Typed()
    member: Any = request.user
    if request.method == "POST":
        fields = typed(
            request.POST.get("head", ""),
            request.POST.get("tail", ""),
            request.POST.getlist("from"),
            request.POST.getlist("to"),
        )
        try:
            cuts = fields.cuts(asset.duration_ms)
            edit_services.begin_edit(asset=asset, by=member, cuts=cuts)
        except UnreadableTimeError as error:
            messages.error(
                request,
                _("“%(text)s”不是完整的时间。请写成 分:秒，例如 12:30 或 1:02:30.5，起止都要填。")
                % {"text": str(error)},
            )
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("新版本已开始制作。完成后请在这里对比，再替换。"))
            return redirect("lectures:replacement", asset_id=asset.pk)
    else:
        try:
            edit_services.ensure_replaceable(asset=asset, by=member)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("lectures:lecture", asset_id=asset.pk)
    plans = Source(asset).plans if asset.facts else []
    return render(
        request,
        "media_pipeline/edit.html",
        {
            "asset": asset,
            "fields": fields,
            "film": _film(asset, request),
            "length": write_time(asset.duration_ms),
            "frame_rate": float(plans[-1].frame_rate) if plans else 25.0,
            "has_picture": bool(plans) or not asset.facts,
        },
        status=422 if request.method == "POST" else 200,
    )


@access(LECTURES)
@require_safe
def replace_file(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Choose another file for the lecture: an ordinary upload that says whose content it is."""
    asset = _asset(request, asset_id)
    member: Any = request.user
    try:
        edit_services.ensure_replaceable(asset=asset, by=member)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("lectures:lecture", asset_id=asset.pk)
    nobody = str(uuid.UUID(int=0))
    status_url = reverse("lectures:status", args=[uuid.UUID(int=0)]).replace(nobody, "{id}")
    return render(
        request,
        "media_pipeline/replace.html",
        {
            "asset": asset,
            "endpoint": f"{reverse('media:uploads')}?replaces={asset.pk}",
            "status_url": status_url,
        },
    )


@access(LECTURES)
@require_safe
def replacement(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """The old and the new content side by side, and what replacing would change."""
    found = _replacement(request, asset_id)
    successor = found.successor
    context: dict[str, Any] = {"asset": found.asset, "replacement": found, "successor": successor}
    if successor is not None:
        context |= {
            "words": status_words(successor),
            "has_open_work": queries.has_open_work(successor),
            "before": {
                "film": _film(found.asset, request),
                "length": clock_words(found.asset.duration_ms),
            },
            "after": {
                "film": _film(successor, request),
                "length": clock_words(successor.duration_ms),
            },
        }
        if found.state == "open" and successor.is_ready:
            context |= _foreseen(found, request)
    return render(request, "media_pipeline/replacement.html", context)


def _foreseen(found: Replacement, request: HttpRequest) -> dict[str, Any]:
    """What the editor says of the new file, and what that would mean."""
    said: dict[str, Any] = {
        "how": request.GET.get("how", ""),
        "from": request.GET.get("from", ""),
        "at": request.GET.get("at", ""),
    }
    try:
        mapping = edit_services.mapping_for(found, _match(request.GET))
    except (DomainError, UnreadableTimeError) as error:
        words = getattr(error, "message", _("时间请写成 分:秒，例如 12:30 或 1:02:30.5。"))
        return {"said": said, "refusal": words}
    if mapping is None:
        return {"said": said}
    return {
        "said": said,
        "is_foreseen": True,
        "consequences": edit_services.consequences(found, mapping),
    }


def _match(data: Any) -> Match:
    how = data.get("how", "")
    if how != "shifted":
        return Match(how)
    return Match(how, read_time(data.get("from", "")) or 0, read_time(data.get("at", "")) or 0)


@access(LECTURES)
@require_POST
def show(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Replace."""

    def verb(*, replacement: Replacement, by: Any) -> None:
        try:
            match = _match(request.POST)
        except UnreadableTimeError as error:
            raise edit_services.EditRefusedError(
                _("时间请写成 分:秒，例如 12:30 或 1:02:30.5。")
            ) from error
        edit_services.show_successor(replacement=replacement, by=by, match=match)

    return _after(request, asset_id, verb, _("已替换。学员打开这一讲，看到的就是新版本。"))


@access(LECTURES)
@require_POST
def undo(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Show again what was shown before."""
    return _after(
        request, asset_id, edit_services.undo_replacement, _("已撤销替换，恢复为原来的视频。")
    )


@access(LECTURES)
@require_POST
def discard(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Give the new version up."""
    verb = edit_services.discard_replacement
    return _after(request, asset_id, verb, _("已放弃新版本，原来的视频没有变化。"), leave=True)


def _after(
    request: HttpRequest,
    asset_id: uuid.UUID,
    verb: Callable[..., Any],
    done: str,
    *,
    leave: bool = False,
) -> HttpResponse:
    found = _replacement(request, asset_id)
    try:
        verb(replacement=found, by=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
        if leave:
            return redirect("lectures:lecture", asset_id=asset_id)
    return redirect("lectures:replacement", asset_id=asset_id)
