"""What can be refused about sitting an exam."""

from lms.core.errors import DomainError


class NotOpenError(DomainError):
    """The exam has not opened, or nobody begins any more."""


class NoAttemptLeftError(DomainError):
    """The member has had all attempts."""


class AttemptClosedError(DomainError):
    """The attempt is over; what was saved before counts."""


class OtherDeviceError(DomainError):
    """The exam is bound to the device it was begun on."""


class StaleAnswersError(DomainError):
    """Something newer is kept; nothing was overwritten, and nothing handed in."""

    def __init__(self, message: str, positions: list[int]) -> None:
        super().__init__(message)
        self.positions = positions


class NothingToGiveError(DomainError):
    """An allowance or a reopening that would change nothing, or without a reason."""
