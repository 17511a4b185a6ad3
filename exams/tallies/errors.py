"""What can be refused about tallies."""

from lms.core.errors import DomainError


class NotTheTellerError(DomainError):
    """The person acting does not look after the branch."""


class TallyContentError(DomainError):
    """What is asked cannot stand on a sheet."""


class CountError(DomainError):
    """Figures that cannot be true together."""


class UnfinishedCountError(DomainError):
    """Something is still to be done before the close."""
