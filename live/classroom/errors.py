"""What can be refused about a live class."""

from lms.core.errors import DomainError


class NotTheTeacherError(DomainError):
    """The person acting neither teaches in the branch nor holds this class."""


class ClassContentError(DomainError):
    """What was said does not make a class."""


class ClassMovedError(DomainError):
    """What was pressed does not fit how things stand now."""


class NothingRecordedError(DomainError):
    """Nothing that could be watched was ever sent."""
