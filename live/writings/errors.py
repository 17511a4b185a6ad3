"""What can be refused about a 学习心得 or 思想汇报."""

from lms.core.errors import DomainError


class WritingContentError(DomainError):
    """What was written or attached cannot be taken."""


class NotReviewerError(DomainError):
    """The person acting may not do this with this text."""
