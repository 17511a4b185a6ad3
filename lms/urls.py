"""Every address of the school, and the declared access of the packages mounted here."""

from django.urls import URLPattern, URLResolver, include, path
from wagtail.admin import urls as wagtailadmin_urls

from lms.core.access import PUBLIC, declare_routes
from lms.members.rules import BACK_OFFICE, SUPERUSER

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("lms.core.health.urls")),
    path("", include("lms.members.urls")),
    path("", include("lms.reports.urls")),
    path("", include("exams.corrections.urls")),
    path("", include("exams.closing.urls")),
    path("", include("exams.urls")),
    path("", include("exams.rules.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("", include("lms.core.design.urls")),
    path("", include("courses.urls")),
    path("api/v1/", include("courses.api_urls")),
    path("api/v1/", include("lms.reports.api_urls")),
    path("", include("courses.progress.urls")),
    path("", include("exams.finals.urls")),
    path("", include("exams.gatherings.urls")),
    path("", include("exams.integrity.urls")),
    path("", include("exams.sheets.urls")),
    path("", include("exams.tallies.urls")),
    path("", include("exams.on_paper.urls")),
    path("", include("media_pipeline.urls")),
    path("", include("live.urls")),
    path("", include("live.discussion.urls")),
    path("", include("live.push.urls")),
    path("", include("live.notices.urls")),
    path("", include("live.writings.urls")),
]

declare_routes("admin/", BACK_OFFICE)
declare_routes("admin/users/", SUPERUSER)
declare_routes("admin/groups/", SUPERUSER)
declare_routes("admin/reports/page-types-usage/", SUPERUSER)  # names the last page edited
declare_routes("static/", PUBLIC)
