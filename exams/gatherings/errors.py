"""What can be refused about study together."""

from lms.core.errors import DomainError


class GatheringTimeError(DomainError):
    """The day is in the future, or too long ago without a reason."""


class NotTheHostError(DomainError):
    """The person acting does not look after the branch that holds the gathering."""


class NotTheSecondPersonError(DomainError):
    """The person confirming has had a hand in the list, or no say over the branch."""


class RecordChangedError(DomainError):
    """The record is no longer what the person confirming has read."""


class SignInClosedError(DomainError):
    """Nobody can be put on the list now, or not in this way."""


class AlreadyPresentError(DomainError):
    """The member is on the list."""


class NotFoundOnRosterError(DomainError):
    """Nobody is meant by this number, code or name."""


class TooManyTriesError(DomainError):
    """Codes have been guessed at."""


class UnusableScanError(DomainError):
    """The file is neither a picture nor a PDF, or too large."""
