"""What a check refuses."""

from lms.core.errors import DomainError


class CheckClosedError(DomainError):
    """It is over, or has been answered."""


class CheckContentError(DomainError):
    """What is asked, or what was answered, is not whole."""
