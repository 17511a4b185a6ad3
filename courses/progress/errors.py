"""What can be refused about watching."""

from lms.core.errors import DomainError


class NothingToWatchError(DomainError):
    """The lesson has no recording, so there is nothing to verify."""
