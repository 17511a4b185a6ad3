"""How a page is shown to this person: mode, size, theme, language; from cookies, by the server."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

CHOICES = {
    "mode": ("standard", "elder"),
    "size": ("standard", "large", "largest"),
    "theme": ("auto", "light", "dark", "contrast"),
}
COOKIE = "presentation"


def chosen(request: HttpRequest) -> dict[str, str]:
    """The reader's choices; anything unknown in the cookie falls back to the first choice."""
    wanted = dict(
        part.split(":", 1) for part in request.COOKIES.get(COOKIE, "").split("|") if ":" in part
    )
    return {
        name: wanted[name] if wanted.get(name) in values else values[0]
        for name, values in CHOICES.items()
    }


def language_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Chinese unless the reader chose another language.

    The browser's own language is not asked: on many office machines it is English by accident, and
    nobody's school should change its language with the browser's next update.
    """
    spoken = dict(settings.LANGUAGES)

    def respond(request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wanted if wanted in spoken else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return respond


def presentation(request: HttpRequest) -> dict[str, Any]:
    """Template context: `presentation.mode`, `.size`, `.theme`, and the layout they ask for."""
    choice = chosen(request)
    if choice["mode"] == "elder" and choice["theme"] == "auto":
        choice["theme"] = "light"
    return {"presentation": {**choice, "layout": f"layouts/{choice['mode']}.html"}}
