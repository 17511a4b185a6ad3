"""What can be refused about sheets."""

from lms.core.errors import DomainError


class UnusableFileError(DomainError):
    """The file is none that can be read, or too large."""


class NotTheHandlerError(DomainError):
    """The person acting has no say over what the sheets are for."""


class AlreadySettledError(DomainError):
    """Somebody else has decided meanwhile."""


class NotOnSheetError(DomainError):
    """The sheet has no such field or option."""


class ClosedForSheetsError(DomainError):
    """What the sheets are for takes none any more."""
