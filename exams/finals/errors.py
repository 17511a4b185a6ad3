"""What can be refused about a final."""

from lms.core.errors import DomainError


class NotTheHostError(DomainError):
    """The person acting does not look after the branch that holds the final."""


class FinalContentError(DomainError):
    """Teams, rounds or paper do not make a final."""


class NotInPlayError(DomainError):
    """What was pressed does not fit how things stand now."""


class CannotJoinError(DomainError):
    """Not in the lobby, not with this code, or not in this team."""
