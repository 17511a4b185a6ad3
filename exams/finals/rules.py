"""Who may hold a final and who may host it."""

from typing import Any

from exams.finals.models import Final, FinalState, FinalTeam
from lms.members.models import Branch
from lms.members.queries import OVERSEEING, has_role, standing_today


def can_host(by: Any, branch: Branch) -> bool:
    """Secretaries and administrators of the subtree: if one's line drops, another goes on."""
    return has_role(by, OVERSEEING, branch)


def can_be_changed(final: Final) -> bool:
    """Teams, rounds and paper, until people come in."""
    return final.state == FinalState.DRAFT


def can_be_of(by: Any, team: FinalTeam) -> bool:
    """A branch's team is made of its own people; any other of whoever may play."""
    if team.branch is None:
        return True
    path, _roles = standing_today(by)
    return path is not None and path.startswith(team.branch.path)
