"""The same recording twice: what to say before it is sent, and once its SHA-256 is known.

Only lectures somebody sees anyway are named to them.
"""

from typing import Any

from django.db.models import Case, QuerySet, When
from django.urls import reverse

from media_pipeline.models import Asset, AssetState, Upload
from media_pipeline.queries import open_uploads, visible_assets

MOST_NAMED = 5


def same_lectures(by: Any, asset: Asset) -> QuerySet[Asset]:
    """Other lectures `by` sees that are this very recording, the ready ones first."""
    found = visible_assets(by).exclude(pk=asset.pk).exclude(state=AssetState.FAILED)
    if not asset.sha256:
        return found.none()
    ready = Case(When(state=AssetState.READY, then=0), default=1)
    return found.filter(sha256=asset.sha256).order_by(ready, "created_at", "id")[:MOST_NAMED]


def same_as(by: Any, asset: Asset) -> dict[str, Any]:
    """For a status answer: the first of the same lectures under "same_as"; empty if none."""
    found = same_lectures(by, asset).first()
    if found is None:
        return {}
    address = reverse("lectures:lecture", args=[found.pk])
    return {"same_as": {"title": found.title, "url": address}}


def perhaps_known(by: Any, *, size_bytes: int, name: str) -> Asset | None:
    """A lecture with this size to the byte and this name, before anything has been sent."""
    found = visible_assets(by).exclude(state=AssetState.FAILED)
    return found.filter(size_bytes=size_bytes, original_name=name).first()


def unfinished(by: Any, *, fingerprint: str) -> Upload | None:
    """The upload of one's own that this file goes on with."""
    if not fingerprint:
        return None
    return open_uploads(by).filter(fingerprint=fingerprint).order_by("-offset").first()
