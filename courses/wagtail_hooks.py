"""How courses stand in the back office."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from wagtail import hooks
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import AbstractPage, Page
from wagtail.permissions import register_permission_policy

from courses.catalogue.choosers import asset_chooser
from courses.catalogue.office_panel import CoursesPanel
from courses.catalogue.permissions import CourseTreePolicy, OwnUploadsPolicy, without_hidden
from courses.catalogue.publishing import refusal, refusals

register_permission_policy(AbstractPage, CourseTreePolicy(Page))
for _model in (get_image_model(), get_document_model()):
    register_permission_policy(
        _model, OwnUploadsPolicy(_model, owner_field_name="uploaded_by_user")
    )


@hooks.register("register_admin_viewset")
def lecture_chooser() -> Any:
    return asset_chooser


@hooks.register("construct_page_chooser_queryset")
def chooser_without_hidden(pages: Any, request: HttpRequest) -> Any:
    return without_hidden(pages, request.user)


@hooks.register("construct_explorer_page_queryset")
def explorer_without_hidden(parent: Any, pages: Any, request: HttpRequest) -> Any:
    return without_hidden(pages, request.user)


@hooks.register("before_publish_page")
def keep_unfinished_back(request: HttpRequest, page: Page) -> HttpResponseRedirect | None:
    sentence = refusal(page.specific)
    if not sentence:
        return None
    messages.error(request, sentence)
    return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))


@hooks.register("before_bulk_action")
def keep_unfinished_back_in_bulk(
    request: HttpRequest, action_type: str, objects: Any, action: Any
) -> HttpResponseRedirect | None:
    if action_type != "publish" or request.method != "POST":
        return None
    below = bool(request.POST.get("include_descendants"))
    sentences = refusals(objects, with_drafts_below=below)
    if not sentences:
        return None
    for sentence in sentences:
        messages.error(request, sentence)
    return HttpResponseRedirect(action.next_url)


@hooks.register("construct_homepage_panels")
def courses_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(CoursesPanel())
