"""What every request asks about the person before a view runs."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from lms.members.back_office import settle_back_office

# Where a person signed in by a first sign-in code may go before a password is chosen.
OPEN_WITHOUT_PASSWORD = frozenset({"account_set_password", "account_logout"})


class PeopleMiddleware:
    """No password, no school; and in the back office the rights of today's roles."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or not request.user.is_authenticated:
            return None
        if not request.user.has_usable_password():
            if match.url_name in OPEN_WITHOUT_PASSWORD:
                return None
            return HttpResponseRedirect(_choose_password(request))
        if match.route.startswith("admin/"):
            settle_back_office(member=request.user)
        return None


def _choose_password(request: HttpRequest) -> str:
    address = reverse("account_set_password")
    if request.method != "GET":
        return address
    return f"{address}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}"
