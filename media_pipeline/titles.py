"""A lecture's title, changed after it came in."""

from lms.members.models import Member
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset
from media_pipeline.rules import can_handle_asset
from media_pipeline.uploads import plain_title


def rename_asset(*, asset: Asset, by: Member, title: str) -> str:
    """Give a lecture another title; an empty one leaves it as it is. Returns the title it has."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    wanted = plain_title(title) or asset.title
    Asset.objects.filter(pk=asset.pk).update(title=wanted)
    asset.title = wanted
    return wanted
