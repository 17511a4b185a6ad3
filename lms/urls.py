"""Every address of the school, and the declared access of the packages mounted here."""

from django.urls import URLPattern, URLResolver, include, path
from wagtail.admin import urls as wagtailadmin_urls

from lms.core.access import PUBLIC, declare_routes
from lms.members.rules import BACK_OFFICE

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include(wagtailadmin_urls)),
    path("", include("lms.core.design.urls")),
]

declare_routes("admin/", BACK_OFFICE)
declare_routes("static/", PUBLIC)
