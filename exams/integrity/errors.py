"""What can be refused about a case."""

from lms.core.errors import DomainError


class CaseError(DomainError):
    """This case cannot be closed like that."""
