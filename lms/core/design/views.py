"""Preferences of the reader (mode, size, theme, language) and the style guide."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_GET, require_POST

from lms.core.access import PUBLIC, access
from lms.core.design.specimens import specimens
from lms.core.presentation import CHOICES, COOKIE, chosen

ONE_YEAR_SECONDS = 365 * 24 * 3600


@access(PUBLIC)
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice in a cookie and go back to where they were."""
    kept = chosen(request)
    for name, values in CHOICES.items():
        wanted = request.POST.get(name, "")
        if wanted in values:
            kept[name] = wanted
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = HttpResponseRedirect(back)
    response.set_cookie(
        COOKIE,
        "|".join(f"{name}:{value}" for name, value in kept.items()),
        max_age=ONE_YEAR_SECONDS,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    language = request.POST.get("language", "")
    if language and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=ONE_YEAR_SECONDS,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response


@access(PUBLIC)
@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How to use the school, at the same place on every page."""
    return render(request, "help.html")


@access(PUBLIC)
@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component once, with true-looking content: the target of the design tests."""
    return render(request, "styleguide.html", specimens())
