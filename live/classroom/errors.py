"""What can be refused about a live class."""

from django.utils.translation import gettext as _

from lms.core.errors import DomainError


class NotTheTeacherError(DomainError):
    """The person acting neither teaches in the branch nor holds this class."""


class ClassContentError(DomainError):
    """What was said does not make a class."""


class ClassMovedError(DomainError):
    """What was pressed does not fit how things stand now."""


class HeldError(ClassMovedError):
    """Another teacher's line to another machine holds the class: `by` is the teacher's name."""

    def __init__(self, by: str) -> None:
        super().__init__(_("{name} 正在直播。要由您接着讲，请按“接手直播”。").format(name=by))
        self.by = by


class NothingRecordedError(DomainError):
    """Nothing that could be watched was ever sent."""
