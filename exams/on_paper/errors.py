"""What can be refused about exams on paper."""

from lms.core.errors import DomainError


class NotOnPaperError(DomainError):
    """This exam cannot be held on paper, or is not."""


class NotTheHostError(DomainError):
    """The person acting has no say over this exam's sheets."""


class SheetClosedError(DomainError):
    """The sheet or its exam does not allow it any more."""


class AssignmentError(DomainError):
    """The sheet cannot count for this member."""
