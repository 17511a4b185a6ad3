"""What every request to the back office asks before a view of Wagtail's runs."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from courses.catalogue.permissions import names_hidden_page


class HiddenPagesMiddleware:
    """A page hidden from the editor is a 404 at every address of the back office.

    Wagtail's views ask for a permission on the page, most of them; its explorer, move and choose
    views show a page's title to anybody who knows its number.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        match = request.resolver_match
        if match is None or not match.route.startswith("admin/"):
            return
        if request.user.is_authenticated and names_hidden_page(request.user, kwargs):
            raise Http404
