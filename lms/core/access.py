"""Deny by default: every view declares who may reach it, and a view that does not is a 404.

This is the outer gate, by role. Which *objects* a person sees is decided by the `visible_*`
queries; what is not visible does not exist (404).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

View = TypeVar("View", bound=Callable[..., Any])

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Access:
    """Who may reach a route. `allows(user)` is asked with the signed-in or anonymous user."""

    name: str
    allows: Callable[[Any], bool]


PUBLIC = Access("public", lambda user: True)
SIGNED_IN = Access("signed-in", lambda user: bool(user.is_authenticated))
# Another system's, never a person's: the view knows no session and asks for the token itself.
TOKEN = Access("token", lambda user: True)

_prefixes: dict[str, Access] = {}


def access(policy: Access) -> Callable[[View], View]:
    """Declare `policy` on a view."""

    def declare(view: View) -> View:
        view.access = policy  # type: ignore[attr-defined]
        return view

    return declare


def declare_routes(prefix: str, policy: Access) -> None:
    """Declare `policy` for all routes of a third-party package mounted under `prefix`."""
    _prefixes[prefix] = policy


def declared(view: Any, route: str) -> Access | None:
    """The policy of a view at `route` (as in URLconf, without the leading slash), if any."""
    own = getattr(view, "access", None) or getattr(getattr(view, "cls", None), "access", None)
    if own is not None:
        return own
    matches = [prefix for prefix in _prefixes if route.startswith(prefix)]
    return _prefixes[max(matches, key=len)] if matches else None


class AccessMiddleware:
    """Ask the declared policy before any view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        policy = declared(view, match.route if match else "")
        if policy is None:
            logger.error("no access policy declared for %s", request.path)
            raise Http404
        if policy is PUBLIC or policy.allows(request.user):
            return None
        if not request.user.is_authenticated:
            if hasattr(view, "cls"):  # the API answers programs, which cannot fill in a form
                return JsonResponse({"error": _("请先登录。")}, status=401)
            return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
        raise Http404
