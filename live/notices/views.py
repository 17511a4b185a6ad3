"""A member's notices: the list, what is new, how to be told."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from live.notices import queries, services
from live.notices.forms import ChoiceForm
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member

ROWS_A_PAGE = 30


@access(SIGNED_IN)
@never_cache
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    found = Paginator(queries.notices_of(request.user), ROWS_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    return render(
        request, "notices/list.html", {"page": page, "unread": queries.unread_count(request.user)}
    )


@access(SIGNED_IN)
@never_cache
@require_safe
def count(request: HttpRequest) -> JsonResponse:
    """How many are new, for the header; asked by the page when it has time."""
    return JsonResponse({"count": queries.new_count(request.user)})


@access(SIGNED_IN)
@never_cache
@require_safe
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Read one: it leads to what it is about."""
    found = queries.notices_of(request.user).filter(pk=notice_id).first()
    if found is None:
        raise Http404
    services.read_notice(by=_person(request), notice=found)
    return redirect(found.url)


@access(SIGNED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.read_all(by=_person(request))
    return redirect("notices:list")


@access(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """How to be told of what, and when not."""
    by = _person(request)
    form = ChoiceForm(
        request.POST or None, chosen=queries.choices_of(by), quiet=queries.quiet_hours_of(by)
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.choose(by=by, **form.said())
        except DomainError as refused:
            form.add_error("quiet_until", refused.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("notices:list")
    status = 422 if form.errors else 200
    return render(request, "notices/choices.html", {"form": form}, status=status)


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)
