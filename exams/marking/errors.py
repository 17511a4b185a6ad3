"""What can be refused about marks, results and keys."""

from lms.core.errors import DomainError


class MarkingError(DomainError):
    """This mark cannot be given, or not by this person, or not any more."""


class ReleaseError(DomainError):
    """The results cannot be released yet."""


class KeyCorrectionError(DomainError):
    """The key cannot be corrected like that."""


class MarkCorrectionError(DomainError):
    """This mark cannot be corrected like that, or not by this person."""
