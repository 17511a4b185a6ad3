"""Who lays down rules and who decides about reliefs."""

from typing import Any

from exams.rules.models import ReliefState, TargetRelief
from lms.members.models import Branch, Member
from lms.members.queries import visible_members
from lms.members.rules import can_administer_branch


def can_publish_rules(by: Any, branch: Branch) -> bool:
    """The administrators of a node lay down its rules."""
    return can_administer_branch(by, branch)


def can_request_relief(by: Any, member: Member) -> bool:
    """Whoever looks after a member asks for them; nobody asks for themselves."""
    return by.pk != member.pk and visible_members(by).filter(pk=member.pk).exists()


def can_decide_relief(by: Any, relief: TargetRelief) -> bool:
    """A second person who looks after the member, neither the one who asked nor the member."""
    return relief.by_id != by.pk and can_request_relief(by, relief.member)


def can_withdraw_relief(by: Any, relief: TargetRelief) -> bool:
    """Whoever asked may take it back while nobody has decided."""
    return relief.by_id == by.pk and relief.state == ReliefState.REQUESTED
