"""What can be refused about papers, exams and seats."""

from lms.core.errors import DomainError


class PaperSealedError(DomainError):
    """The paper is sealed, and a sealed paper never changes."""


class CellsLackError(DomainError):
    """The bank has not enough questions for the blueprint."""


class PaperItemError(DomainError):
    """This question cannot be put on the paper, or not like this."""


class PaperNotReadyError(DomainError):
    """The paper cannot be sealed as it is."""


class ExamNotReadyError(DomainError):
    """The exam cannot be published as it is."""


class ExamFixedError(DomainError):
    """The exam is published: what people were told stands."""


class SeatingError(DomainError):
    """These seats cannot be given out."""
