"""Lectures in the back office's menu and addresses."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from media_pipeline import edit_views, views, work_views
from media_pipeline.office_panel import LecturesPanel
from media_pipeline.rules import LECTURES

PATTERNS = [
    path("", views.index, name="index"),
    path("upload/", views.upload, name="upload"),
    path("work/", work_views.board, name="work"),
    path("work/retry/", work_views.retry_all, name="retry_all"),
    path("<uuid:asset_id>/", views.lecture, name="lecture"),
    path("<uuid:asset_id>/status/", views.status, name="status"),
    path("<uuid:asset_id>/retry/", views.retry, name="retry"),
    path("<uuid:asset_id>/cancel/", views.cancel, name="cancel"),
    path(
        "<uuid:asset_id>/renditions/<str:name>/retry/",
        work_views.retry_rendition,
        name="retry_rendition",
    ),
    path("<uuid:asset_id>/edit/", edit_views.edit, name="edit"),
    path("<uuid:asset_id>/replace/", edit_views.replace_file, name="replace"),
    path("<uuid:asset_id>/replacement/", edit_views.replacement, name="replacement"),
    path("<uuid:asset_id>/replacement/show/", edit_views.show, name="replacement_show"),
    path("<uuid:asset_id>/replacement/undo/", edit_views.undo, name="replacement_undo"),
    path("<uuid:asset_id>/replacement/discard/", edit_views.discard, name="replacement_discard"),
    path("<uuid:asset_id>/captions/", views.captions, name="captions"),
    path("<uuid:asset_id>/captions/<str:language>.vtt", views.caption_file, name="caption_file"),
    path(
        "<uuid:asset_id>/captions/<str:language>/remove/",
        views.remove_captions,
        name="remove_captions",
    ),
]


class LecturesMenuItem(MenuItem):
    """Shown to those who may bring lectures in."""

    def is_shown(self, request: Any) -> bool:
        return LECTURES.allows(request.user)


@hooks.register("register_admin_urls")
def lecture_addresses() -> list[URLPattern | URLResolver]:
    return [path("lectures/", include((PATTERNS, "lectures")))]


@hooks.register("register_admin_menu_item")
def lecture_menu_item() -> MenuItem:
    return LecturesMenuItem(_("讲课视频"), reverse("lectures:index"), icon_name="media", order=250)


@hooks.register("construct_homepage_panels")
def lectures_panel(request: HttpRequest, panels: list[Any]) -> None:
    if LECTURES.allows(request.user):
        panels.append(LecturesPanel())
