"""Why a correction or an appeal cannot be made or decided."""

from lms.core.errors import DomainError


class NotAllowedError(DomainError):
    """It is for somebody else to do."""


class NothingToReverseError(DomainError):
    """The entry has been reversed, or is itself a reversal."""


class AlreadyProposedError(DomainError):
    """The same is waiting for its decision."""


class WrongHoursError(DomainError):
    """No hours that could have been earned on such a day."""
