"""Who handles sheets: whoever the use says."""

from typing import Any

from exams.sheets.uses import use_of


def can_handle(by: Any, use: str, subject_id: int) -> bool:
    """Print, upload, decide and refuse."""
    known = use_of(use)
    return known is not None and known.can_handle(by, subject_id)
