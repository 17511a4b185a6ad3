"""The models of this app, gathered from its subjects."""

from exams.corrections.models import Appeal, AppealAnswer, Correction
from exams.credit.models import HourTotal, LedgerHead, MemberYear, StudyHourEntry
from exams.rules.models import RuleSet, TargetRelief

__all__ = [
    "Appeal",
    "AppealAnswer",
    "Correction",
    "HourTotal",
    "LedgerHead",
    "MemberYear",
    "RuleSet",
    "StudyHourEntry",
    "TargetRelief",
]
