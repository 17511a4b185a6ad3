"""The home page: what to go on with for a member, what the school is for a visitor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.portal import reading
from lms.core.access import PUBLIC, access


@access(PUBLIC)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The member's home page, or the welcome page for who is not signed in."""
    if not request.user.is_authenticated:
        return render(request, "portal/welcome.html", reading.welcome_context())
    return render(request, "portal/home.html", reading.home_context(request.user))
