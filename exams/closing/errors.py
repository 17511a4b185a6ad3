"""Why a year cannot be closed."""

from lms.core.errors import DomainError


class NotAllowedError(DomainError):
    """Only an administrator of the node closes its year."""


class YearNotOverError(DomainError):
    """By the school's own clock the year still runs."""


class StillOpenError(DomainError):
    """Something of the year waits for a decision, and nobody said to close over it."""


class ReasonMissingError(DomainError):
    """Closing again, or over something open, wants a reason."""
