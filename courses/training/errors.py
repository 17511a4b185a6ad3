"""The cases in which a training class refuses."""

from lms.core.errors import DomainError


class ClassNotReadyError(DomainError):
    """The class lacks what it must have before it can open."""


class PlanItemError(DomainError):
    """This course or lesson cannot be in the plan."""


class NobodyEnrolledError(DomainError):
    """None of those named can be enrolled."""


class EnrolmentClosedError(DomainError):
    """The member's part in this class is over, or the class is not open."""


class ExtensionDateError(DomainError):
    """A new last day that lies before what it is to extend, or in the past."""


class EssayError(DomainError):
    """An essay cannot be handed in or reviewed as it stands."""
