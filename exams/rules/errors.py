"""What can be refused about rules and reliefs."""

from lms.core.errors import DomainError


class NotYourBranchError(DomainError):
    """The person acting has no say over this branch or member."""


class RulesError(DomainError):
    """These rules cannot be published."""


class ReliefError(DomainError):
    """This exemption or reduction cannot be asked for or decided."""


class RulesChangedError(RulesError):
    """Newer rules were published while these were being looked at."""


class SwitchError(DomainError):
    """This switch cannot be turned on or off like this."""
