"""What can be refused about slides."""

from lms.core.errors import DomainError


class SlidesRefusedError(DomainError):
    """No slides can be made of what was handed in; the message says why and what to do."""


class NoPenError(DomainError):
    """The person has not been given the pen."""


class SlideGoneError(DomainError):
    """The slide is not one of this class any more."""


class FullSlideError(DomainError):
    """So much stands on the slide that nothing more is taken."""
