"""What can be refused about speaking in a class."""

from lms.core.errors import DomainError


class ChatTextError(DomainError):
    """There is nothing in it, or too much."""


class ChatClosedError(DomainError):
    """Whoever leads has closed the chat, or the class is not held now."""


class MutedError(DomainError):
    """This member may not speak for now."""


class TooSoonError(DomainError):
    """Everybody speaks once in so many seconds."""


class NotYoursError(DomainError):
    """What is not one's own is for those who lead."""


class NoSuchMessageError(DomainError):
    """It is not there, or not any more."""
