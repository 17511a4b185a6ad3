"""A browser says it wants to be told, or no more; the worker that tells; the school's switch."""

import functools
import json
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from live.push import cookie, queries, services
from lms.core.access import PUBLIC, SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member
from lms.members.rules import SCHOOL

WORKER = "src/workers/push.ts"
LARGEST_ASKING = 4000


@functools.cache
def _worker_source() -> bytes:
    """The built worker, which has to come from an address of its own that does not change."""
    manifest = Path(str(settings.DJANGO_VITE["default"]["manifest_path"]))
    built = json.loads(manifest.read_text())[WORKER]["file"]
    return (manifest.parent / built).read_bytes()


@access(PUBLIC)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The same for everybody; a browser looks for a newer one by itself, also signed out."""
    response = HttpResponse(_worker_source(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@access(SIGNED_IN)
@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """This browser is to be told from now on; JSON as `PushSubscription.toJSON` makes it."""
    by = cast(Member, request.user)
    if len(request.body) > LARGEST_ASKING:
        return _refused(_("浏览器给的信息不完整，请刷新页面再试一次。"))
    said = _said(request.body)
    keys = said.get("keys")
    keys = keys if isinstance(keys, dict) else {}
    try:
        made = services.remember_browser(
            by=by,
            session_key=request.session.session_key or "",
            endpoint=_text(said.get("endpoint")),
            public_key=_text(keys.get("p256dh")),
            secret=_text(keys.get("auth")),
            agent=request.headers.get("User-Agent", "")[:500],
        )
    except DomainError as refused:
        return _refused(refused.message)
    response = JsonResponse({"id": made.pk})
    cookie.mark(response, made.pk)
    return response


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""


def _refused(why: str) -> JsonResponse:
    return JsonResponse({"why": why}, status=422)


@access(SIGNED_IN)
@require_POST
def remove(request: HttpRequest, browser_id: int) -> HttpResponse:
    """One of one's own browsers is not told any more."""
    if not services.forget_browser(by=cast(Member, request.user), browser_id=browser_id):
        raise Http404
    messages.success(request, _("已移除，那个浏览器不再收到推送。"))
    response = redirect("notices:choices")
    if cookie.browser_of(request) == browser_id:
        cookie.unmark(response)
    return response


# --- The back office ------------------------------------------------------------------------------


@access(SCHOOL)
@never_cache
def office(request: HttpRequest) -> HttpResponse:
    """The school's switch: what it means, whether it is on, who turned it."""
    if request.method == "POST":
        return _turned(request)
    label = _("浏览器推送")
    context = {
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("首页")},
            {"url": "", "label": label},
        ],
        "header_title": label,
        "header_icon": "mail",
        "setting": queries.setting(),
        "services": queries.services(),
        "count": queries.browser_count(),
        "is_out_of_reach": queries.is_out_of_reach(),
    }
    return TemplateResponse(request, "push/office.html", context)


def _turned(request: HttpRequest) -> HttpResponse:
    by = cast(Member, request.user)
    try:
        if request.POST.get("to") == "on":
            services.turn_on(by=by)
            messages.success(request, _("已开启。学员在消息设置里自己选择要不要推送。"))
        else:
            services.turn_off(by=by)
            messages.success(request, _("已关闭，登记过的浏览器已全部清除。"))
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("push_office")


PATTERNS = [path("push/", office, name="push_office")]
