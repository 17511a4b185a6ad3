"""Who may watch a lecture because of the lessons it stands in."""

from typing import Any

from courses.catalogue.queries import visible_lessons
from media_pipeline.models import Asset


def can_study_lecture(by: Any, asset: Asset) -> bool:
    """Some lesson this person may study at this moment shows it."""
    return visible_lessons(by).filter(asset=asset).exists()
