"""Bringing lectures in: the upload page, what it asks before it sends, and taking things back."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Branch
from media_pipeline import deletion, duplicates, queries, quotas, uploads
from media_pipeline.models import Asset, Upload
from media_pipeline.rules import LECTURES
from media_pipeline.titles import rename_asset
from media_pipeline.uses import uses_of

_ANY = uuid.UUID(int=0)


def _pattern(name: str) -> str:
    """An address with `{id}` in the place of the lecture's or upload's id."""
    return reverse(name, args=[_ANY]).replace(str(_ANY), "{id}")


def _branch(branches: list[Branch], wanted: str) -> Branch:
    return next((branch for branch in branches if str(branch.pk) == wanted), branches[0])


def _visible(request: HttpRequest, asset_id: uuid.UUID) -> Asset:
    asset = queries.visible_assets(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404
    return asset


@access(LECTURES)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a branch and files; the rest is done by the upload element and tus.

    POST is the plain form's one file, for browsers without JavaScript.
    """
    branches = list(queries.lecture_branches(request.user))
    sent = request.method == "POST"
    chosen = _branch(branches, (request.POST if sent else request.GET).get("branch", ""))
    if sent:
        return _take_form(request, chosen)
    unfinished = queries.open_uploads(request.user).select_related("branch")
    return render(
        request,
        "media_pipeline/upload.html",
        {
            "branches": branches,
            "chosen": chosen,
            "room": quotas.room_for(member=request.user, branch=chosen),  # type: ignore[arg-type]
            "plain_megabytes": uploads.plain_form_megabytes(),
            "unfinished": [_unfinished_row(each) for each in unfinished.order_by("created_at")],
            "endpoint": f"{reverse('media:uploads')}?branch={chosen.pk}",
            "status_url": _pattern("lectures:status"),
            "before_url": f"{reverse('lectures:before')}?branch={chosen.pk}",
            "title_url": _pattern("lectures:retitle"),
        },
    )


def _unfinished_row(upload: Upload) -> dict[str, object]:
    return {
        "id": upload.pk,
        "url": reverse("media:upload", args=[upload.pk]),
        "abandon_url": reverse("lectures:abandon", args=[upload.pk]),
        "name": upload.original_name,
        "title": upload.title,
        "branch": upload.branch.name,
        "length": upload.length,
        "sent": quotas.spoken_size(upload.offset),
        "size": quotas.spoken_size(upload.length),
        "percent": upload.offset * 100 // upload.length,
        "fingerprint": upload.fingerprint,
        "kept_until": upload.expires_at,
    }


def _take_form(request: HttpRequest, branch: Branch) -> HttpResponse:
    file = request.FILES.get("file")
    back = f"{reverse('lectures:upload')}?branch={branch.pk}"
    if file is None:
        messages.error(request, _("请先选择一个视频文件。"))
        return redirect(back)
    try:
        taken = uploads.take_whole(
            by=request.user,  # type: ignore[arg-type]
            branch=branch,
            length=file.size or 0,
            original_name=file.name or "",
            title=request.POST.get("title", ""),
            chunks=file.chunks(1024**2),
            is_internal=request.POST.get("internal") == "1",
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(back)
    messages.success(request, _("文件已收到，正在检查。"))
    return redirect("lectures:lecture", asset_id=taken.pk)


@access(LECTURES)
@require_safe
def before(request: HttpRequest) -> JsonResponse:
    """What there is to know of a file before it is sent: `name`, `size`, `fingerprint`.

    `resume`: the upload of one's own it goes on with; `known`: a lecture it may be already;
    `refusal`: why it will not be taken, in words.
    """
    branches = list(queries.lecture_branches(request.user))
    branch = _branch(branches, request.GET.get("branch", ""))
    size = request.GET.get("size", "")
    length = int(size) if size.isascii() and size.isdecimal() and len(size) < 16 else 0
    found = duplicates.unfinished(
        request.user, fingerprint=request.GET.get("fingerprint", "")[:128]
    )
    if found is not None and found.length == length:
        resume = {"url": reverse("media:upload", args=[found.pk]), "title": found.title}
        return JsonResponse({"resume": resume, "known": None, "refusal": ""})
    name = uploads.plain_name(request.GET.get("name", ""))
    known = duplicates.perhaps_known(request.user, size_bytes=length, name=name)
    refusal = ""
    try:
        uploads.ensure_welcome(by=request.user, branch=branch, length=length)  # type: ignore[arg-type]
        quotas.ensure_allowed(member=request.user, branch=branch, wanted=length)  # type: ignore[arg-type]
    except DomainError as error:
        refusal = error.message
    return JsonResponse(
        {
            "resume": None,
            "known": known
            and {"title": known.title, "url": reverse("lectures:lecture", args=[known.pk])},
            "refusal": refusal,
        }
    )


@access(LECTURES)
@require_POST
def abandon(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Give up an upload of one's own that is not whole; its bytes go at once."""
    upload = queries.own_upload(request.user, upload_id)
    if upload is None:
        raise Http404
    try:
        uploads.cancel_upload(upload=upload)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已放弃《%(title)s》的上传。") % {"title": upload.title})
    return redirect("lectures:upload")


@access(LECTURES)
@require_POST
def retitle(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Another title: for a lecture, or for one's own upload that will be one by the same id."""
    title = request.POST.get("title", "")
    coming = queries.own_upload(request.user, asset_id)
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        if coming is not None and coming.asset_id is None:
            kept = uploads.rename_upload(upload=coming, title=title)
        else:
            kept = rename_asset(asset=_visible(request, asset_id), by=request.user, title=title)  # type: ignore[arg-type]
    except DomainError as error:
        if wants_json:
            return JsonResponse({"error": error.message}, status=409)
        messages.error(request, error.message)
    else:
        if wants_json:
            return JsonResponse({"title": kept})
        messages.success(request, _("标题已改为《%(title)s》。") % {"title": kept})
    return redirect("lectures:lecture", asset_id=asset_id)


@access(LECTURES)
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Ask once more, saying what stands in the way; then delete a lecture for good."""
    asset = _visible(request, asset_id)
    if not deletion.can_delete_asset(request.user, asset):
        raise Http404
    if request.method == "POST":
        try:
            deletion.delete_asset(asset=asset, by=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("lectures:delete", asset_id=asset.pk)
        messages.success(request, _("已删除《%(title)s》。") % {"title": asset.title})
        return redirect("lectures:index")
    uses = uses_of(asset.pk, request.user)
    return render(
        request,
        "media_pipeline/delete.html",
        {
            "asset": asset,
            "uses": [use for use in uses if use.name],
            "unnamed": sum(not use.name for use in uses),
            "size": quotas.spoken_size(quotas.kept_bytes(asset)),
        },
    )
