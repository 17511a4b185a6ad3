"""What can be refused about people and branches."""

from lms.core.errors import DomainError


class AlreadyInBranchError(DomainError):
    """The member belongs to a branch on some of the days asked for."""


class NotInBranchError(DomainError):
    """The member belongs to no branch on the day asked for."""


class MembershipDateError(DomainError):
    """The date contradicts a membership that already stands."""


class RoleDateError(DomainError):
    """A term that ends before it starts."""


class NotAllowedError(DomainError):
    """The person acting has no say over this branch or member."""


class RecordError(DomainError):
    """A new record that contradicts what is there."""


class RosterError(DomainError):
    """The whole file cannot be taken as a roster."""


class RosterChangedError(RosterError):
    """People or branches have changed since the preview was shown."""


class TokenError(DomainError):
    """A platform's token cannot be issued, renewed or revoked like that."""
