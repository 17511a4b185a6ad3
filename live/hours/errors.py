"""What a meeting room refuses."""

from lms.core.errors import DomainError


class VenueClosedError(DomainError):
    """The list has been handed in, or the class is not one to be shown."""


class NotTheHostError(DomainError):
    """Somebody else's meeting room."""


class NotInVenueError(DomainError):
    """The person cannot be put on this list."""


class NotTheSecondPersonError(DomainError):
    """The person confirming has had a hand in the list, or no say over the branch."""


class ListChangedError(DomainError):
    """The list is no longer what the person confirming has read."""
