"""Lectures in the back office's menu and addresses."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from lms.members.rules import ADMINISTRATION
from media_pipeline import (
    caption_edit_views,
    chapter_views,
    edit_views,
    poster_views,
    storage_views,
    upload_views,
    views,
    work_views,
)
from media_pipeline.office_panel import LecturesPanel
from media_pipeline.rules import LECTURES

PATTERNS = [
    path("", views.index, name="index"),
    path("work/", work_views.board, name="work"),
    path("work/retry/", work_views.retry_all, name="retry_all"),
    path("upload/", upload_views.upload, name="upload"),
    path("upload/before/", upload_views.before, name="before"),
    path("upload/<uuid:upload_id>/abandon/", upload_views.abandon, name="abandon"),
    path("storage/", storage_views.storage, name="storage"),
    path("storage/<int:branch_id>/", storage_views.branch_storage, name="branch_storage"),
    path("<uuid:asset_id>/", views.lecture, name="lecture"),
    path("<uuid:asset_id>/status/", views.status, name="status"),
    path("<uuid:asset_id>/title/", upload_views.retitle, name="retitle"),
    path("<uuid:asset_id>/delete/", upload_views.delete, name="delete"),
    path("<uuid:asset_id>/retry/", views.retry, name="retry"),
    path("<uuid:asset_id>/cancel/", views.cancel, name="cancel"),
    path(
        "<uuid:asset_id>/renditions/<str:name>/retry/",
        work_views.retry_rendition,
        name="retry_rendition",
    ),
    path("<uuid:asset_id>/internal/", views.mark_internal, name="internal"),
    path("<uuid:asset_id>/poster/", poster_views.poster, name="poster"),
    path("<uuid:asset_id>/preview.mp4", chapter_views.preview, name="preview"),
    path("<uuid:asset_id>/chapters/", chapter_views.lecture_chapters, name="chapters"),
    path("<uuid:asset_id>/edit/", edit_views.edit, name="edit"),
    path("<uuid:asset_id>/replace/", edit_views.replace_file, name="replace"),
    path("<uuid:asset_id>/replacement/", edit_views.replacement, name="replacement"),
    path("<uuid:asset_id>/replacement/show/", edit_views.show, name="replacement_show"),
    path("<uuid:asset_id>/replacement/undo/", edit_views.undo, name="replacement_undo"),
    path("<uuid:asset_id>/replacement/discard/", edit_views.discard, name="replacement_discard"),
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


class StorageMenuItem(MenuItem):
    """Shown to those who administer some branch."""

    def is_shown(self, request: Any) -> bool:
        return ADMINISTRATION.allows(request.user)


@hooks.register("register_admin_menu_item")
def storage_menu_item() -> MenuItem:
    return StorageMenuItem(
        _("存储限额"), reverse("lectures:storage"), icon_name="folder", order=325
    )


@hooks.register("construct_homepage_panels")
def lectures_panel(request: HttpRequest, panels: list[Any]) -> None:
    if LECTURES.allows(request.user):
        panels.append(LecturesPanel())
