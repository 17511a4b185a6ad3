"""Who may propose, decide and answer."""

from typing import Any

from exams.corrections.models import (
    Appeal,
    AppealState,
    Correction,
    CorrectionState,
)
from exams.corrections.queries import branch_of_record, deciders
from lms.members.models import Branch, Member
from lms.members.queries import OVERSEEING, has_role


def can_propose(by: Any, member: Member, branch: Branch | None = None) -> bool:
    """Secretary or administrator of the member's branch; nobody corrects the own hours."""
    of_record = branch or branch_of_record(member)
    return by.pk != member.pk and of_record is not None and has_role(by, OVERSEEING, of_record)


def can_decide(by: Any, correction: Correction) -> bool:
    """A second person, from the level above where there is one."""
    return (
        correction.state == CorrectionState.PROPOSED
        and by.pk not in {correction.by_id, correction.member_id}
        and by.is_active
        and (by.is_superuser or by.pk in deciders(correction))
    )


def can_withdraw(by: Any, correction: Correction) -> bool:
    """Who proposed it may take it back while nobody has decided."""
    return correction.state == CorrectionState.PROPOSED and by.pk == correction.by_id


def can_answer(by: Any, appeal: Appeal) -> bool:
    """Who looks after the branch and is not the member."""
    return (
        appeal.state in {AppealState.OPEN, AppealState.ASKED_BACK}
        and by.pk != appeal.member_id
        and has_role(by, OVERSEEING, appeal.branch)
    )
