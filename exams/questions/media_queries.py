"""The pictures and recordings stems name, by the rules of the libraries they are from."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from exams.questions.media import PICTURE, Named, code_for, named_in
from media_pipeline.models import Asset
from media_pipeline.queries import choosable_assets


def choosable_pictures(by: Any) -> QuerySet[Any]:
    """The pictures `by` may put into a question, the newest first."""
    policy = policy_registry.get_by_type(get_image_model())
    found: QuerySet[Any] = policy.instances_user_has_any_permission_for(by, ["choose", "change"])
    return found.order_by("-created_at")


def choosable_recordings(by: Any) -> QuerySet[Asset]:
    """The recordings `by` may put into a question; an internal one cannot be played as one file."""
    return choosable_assets(by).filter(is_internal=False)


def missing_media(by: Any, stem: str) -> list[str]:
    """The codes in `stem` behind which there is nothing `by` may use."""
    return [code_for(named.kind, named.key) for named in named_in(stem) if not _usable(by, named)]


def _usable(by: Any, named: Named) -> bool:
    found = choosable_pictures(by) if named.kind == PICTURE else choosable_recordings(by)
    try:
        return found.filter(pk=named.key).exists()
    except (ValueError, ValidationError):
        return False


def picture(named: Named) -> Any:
    """The picture a member's link names, or None if it is gone."""
    return get_image_model().objects.filter(pk=named.key).first()


def recording(named: Named) -> Asset | None:
    """The recording a member's link names, or None if it is gone."""
    return Asset.objects.filter(pk=named.key).first()
