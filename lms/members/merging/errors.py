"""Why two records cannot be merged or parted."""

from lms.core.errors import DomainError


class MergeError(DomainError):
    """These records cannot be merged, or not yet."""


class PreviewChangedError(MergeError):
    """The records are not as they were when the preview was shown."""
