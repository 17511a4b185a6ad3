"""How the figures of a closing are named on pages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from exams.credit.models import StudyCategory


def hours_rows(hours: Mapping[str, Any]) -> list[tuple[Any, Decimal]]:
    """Every category with its hours, in the official order."""
    return [(category.label, Decimal(hours.get(category, 0))) for category in StudyCategory]
