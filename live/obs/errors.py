"""What can be refused about sending from OBS."""

from lms.core.errors import DomainError


class ObsNotSetUpError(DomainError):
    """No nginx-rtmp belongs to this school's servers."""


class NoStreamError(DomainError):
    """Nothing comes from OBS by the person's key."""
