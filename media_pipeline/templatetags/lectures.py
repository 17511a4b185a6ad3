"""Parts of a lecture's page that belong to bringing it in and taking it away."""

from typing import Any

from django import template

from media_pipeline.deletion import can_delete_asset
from media_pipeline.duplicates import same_lectures
from media_pipeline.models import Asset
from media_pipeline.queries import archived_as

register = template.Library()


@register.inclusion_tag("media_pipeline/same.html", takes_context=True)
def lecture_same(context: template.Context, asset: Asset) -> dict[str, Any]:
    """The same recording elsewhere, with the ways out of having it twice."""
    by = context["request"].user
    return {
        "asset": asset,
        "same": list(same_lectures(by, asset)),
        "may_delete": can_delete_asset(by, asset),
    }


@register.inclusion_tag("media_pipeline/keeping.html", takes_context=True)
def lecture_keeping(context: template.Context, asset: Asset) -> dict[str, Any]:
    """Its title to change, where it is from, and the way out."""
    return {
        "asset": asset,
        "archived": archived_as(asset),
        "may_delete": can_delete_asset(context["request"].user, asset),
        "csrf_token": context.get("csrf_token", ""),
    }
