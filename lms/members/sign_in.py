"""The few sign-in pages allauth does not give us, and its own with our rules on them."""

from typing import Any

from allauth.account import views as allauth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from lms.core import clock
from lms.core.access import PUBLIC, SIGNED_IN, access
from lms.members.throttle import locked_until

login = access(PUBLIC)(allauth_views.login)
logout = access(PUBLIC)(allauth_views.logout)
change_password = access(SIGNED_IN)(allauth_views.password_change)
set_password = access(SIGNED_IN)(allauth_views.password_set)


@access(PUBLIC)
def password_forgotten(request: HttpRequest) -> HttpResponse:
    """Nobody resets a password alone: the secretary or administrator knows the person."""
    return render(request, "account/password_forgotten.html")


@access(PUBLIC)
def back_office_door(request: HttpRequest) -> HttpResponse:
    """There is one door; Wagtail's own leads to it."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = "/admin/"
    return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")


def locked(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Too many wrong passwords: say when to try again."""
    again_at = locked_until(request, credentials)
    seconds = max(1, int((again_at - clock.now()).total_seconds()))
    answer = render(
        request,
        "account/locked.html",
        {"again_at": again_at, "minutes": -(-seconds // 60)},
        status=429,
    )
    answer["Retry-After"] = str(seconds)
    return answer
