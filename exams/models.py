"""The models of this app, gathered from its subjects."""

from exams.credit.models import LedgerHead, MemberYear, StudyHourEntry

__all__ = ["LedgerHead", "MemberYear", "StudyHourEntry"]
