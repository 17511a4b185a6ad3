"""What the back office's pages of papers and exams share."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from lms.members.models import Member


def person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None


def attempt(request: HttpRequest, change: Callable[[], Any], *, told: str = "") -> Any:
    """What the change returned (True for nothing); None if it was refused, which is told."""
    try:
        done = change()
    except DomainError as refused:
        messages.error(request, refused.message)
        return None
    if told:
        messages.success(request, told)
    return True if done is None else done


def office_page(
    request: HttpRequest,
    template: str,
    label: str,
    trail: list[dict[str, Any]],
    context: dict[str, Any],
    *,
    icon: str,
    failed: bool = False,
) -> TemplateResponse:
    home = {"url": reverse("wagtailadmin_home"), "label": _("首页")}
    furniture = {
        "breadcrumbs_items": [home, *trail, {"url": "", "label": label}],
        "header_title": label,
        "header_icon": icon,
    }
    return TemplateResponse(
        request, template, {**furniture, **context}, status=422 if failed else 200
    )
