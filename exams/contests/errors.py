"""What can be refused about contests."""

from lms.core.errors import DomainError


class NotYourContestError(DomainError):
    """The contest is run by who administers its branch."""


class ContestFixedError(DomainError):
    """The contest is published: what people were told stands."""


class ContestNotReadyError(DomainError):
    """The contest cannot be published or closed as it is."""


class RoundError(DomainError):
    """This exam cannot be a round of the contest."""


class RankingError(DomainError):
    """Ranking persons cannot be switched on or off like this."""


class DailyPracticeError(DomainError):
    """This question is not to be answered today, or not again."""


class ShowingError(DomainError):
    """There is no list of names one could stand on."""
