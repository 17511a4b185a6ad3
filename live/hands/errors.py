"""What can be refused about asking and raising hands."""

from lms.core.errors import DomainError


class QuestionTextError(DomainError):
    """There is nothing in it, or too much, or there are too many of one's own."""


class NoSuchQuestionError(DomainError):
    """It is not there, or somebody has settled it meanwhile."""


class HandMovedError(DomainError):
    """The hand is not up any more, or the stage is taken."""


class NobodyToCallError(DomainError):
    """Nobody is there who was not called yet."""


class NotOnStageError(DomainError):
    """Signals are for the two who talk to each other, while they do."""
