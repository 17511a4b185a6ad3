"""What can be refused in a discussion."""

from lms.core.errors import DomainError


class TalkContentError(DomainError):
    """What was written cannot be posted."""


class TalkMovedError(DomainError):
    """What was pressed does not fit how things stand now."""


class NotYoursError(DomainError):
    """The person acting may not do this here."""


class TooFastError(DomainError):
    """More was posted in a minute than anybody writes."""
