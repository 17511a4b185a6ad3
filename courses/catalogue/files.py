"""Opening the pictures and documents of courses; whoever asks has been let in already."""

import mimetypes
from dataclasses import dataclass
from typing import Any

from django.core.files.base import File
from wagtail.images import get_image_model
from wagtail.images.models import Filter, SourceImageIOError
from wagtail.permissions import policy_registry

COVER = "fill-960x540|format-webp"
IN_LESSON = "max-1280x1280|format-webp"


@dataclass(frozen=True)
class Opened:
    """A stored file, open for reading."""

    handle: File  # type: ignore[type-arg]
    content_type: str


def opened_picture(picture: Any, size: str) -> Opened | None:
    """`picture` at `size`, made at the first request; None when its file is gone."""
    try:
        rendition = _rendition(picture, Filter(spec=size))
        return Opened(rendition.file.storage.open(rendition.file.name), "image/webp")
    except (SourceImageIOError, FileNotFoundError):
        return None


def _rendition(picture: Any, wanted: Filter) -> Any:
    """As Wagtail's `get_rendition`, which leaves the file it has just made open."""
    try:
        return picture.find_existing_rendition(wanted)
    except picture.get_rendition_model().DoesNotExist:
        with picture.generate_rendition_file(wanted) as made:
            rendition, _made = picture.renditions.get_or_create(
                filter_spec=wanted.spec,
                focal_point_key=wanted.get_cache_key(picture),
                defaults={"file": made},
            )
        return rendition


def opened_document(document: Any) -> File | None:  # type: ignore[type-arg]
    """The document's file; None when it is gone."""
    try:
        return document.file.storage.open(document.file.name)
    except FileNotFoundError:
        return None


def opened_listed_picture(*, by: Any, name: str) -> Opened | None:
    """A picture as the back office lists it, if `by` may choose or change that picture."""
    model = get_image_model()
    policy = policy_registry.get_by_type(model)
    rendition = (
        model.get_rendition_model().objects.filter(file=name).select_related("image").first()
    )
    picture = rendition.image if rendition else model.objects.filter(file=name).first()
    if picture is None or not policy.user_has_any_permission_for_instance(
        by, ["choose", "change", "delete"], picture
    ):
        return None
    stored = rendition.file if rendition else picture.file
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    try:
        return Opened(stored.storage.open(stored.name), content_type)
    except FileNotFoundError:
        return None
