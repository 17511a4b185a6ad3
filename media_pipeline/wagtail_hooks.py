"""Lectures in the back office's menu and addresses."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from media_pipeline import caption_edit_views, chapter_views, poster_views, views
from media_pipeline.office_panel import LecturesPanel
from media_pipeline.rules import LECTURES

PATTERNS = [
    path("", views.index, name="index"),
    path("upload/", views.upload, name="upload"),
    path("<uuid:asset_id>/", views.lecture, name="lecture"),
    path("<uuid:asset_id>/status/", views.status, name="status"),
    path("<uuid:asset_id>/retry/", views.retry, name="retry"),
    path("<uuid:asset_id>/cancel/", views.cancel, name="cancel"),
    path("<uuid:asset_id>/poster/", poster_views.poster, name="poster"),
    path("<uuid:asset_id>/preview.mp4", chapter_views.preview, name="preview"),
    path("<uuid:asset_id>/chapters/", chapter_views.lecture_chapters, name="chapters"),
    path("<uuid:asset_id>/captions/", views.captions, name="captions"),
    path(
        "<uuid:asset_id>/captions/<str:language>.srt", caption_edit_views.srt_file, name="srt_file"
    ),
    path(
        "<uuid:asset_id>/captions/<str:language>/edit/",
        caption_edit_views.edit_captions,
        name="edit_captions",
    ),
    path(
        "<uuid:asset_id>/captions/<str:language>/cues/",
        caption_edit_views.save_cues,
        name="save_cues",
    ),
    path(
        "<uuid:asset_id>/caption-copies/<int:copy_id>.srt",
        caption_edit_views.copy_file,
        name="copy_file",
    ),
    path(
        "<uuid:asset_id>/caption-copies/<int:copy_id>/restore/",
        caption_edit_views.restore_copy,
        name="restore_copy",
    ),
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
