"""What can be refused about groups."""

from lms.core.errors import DomainError


class GroupsMovedError(DomainError):
    """The round is over, or another one goes on."""


class TooFewError(DomainError):
    """There are not enough people for so many groups."""


class NotInGroupError(DomainError):
    """The person sits in another group, or in none."""


class NoteMovedError(DomainError):
    """Somebody else has written since; what was sent is not kept, and stays with its writer."""
