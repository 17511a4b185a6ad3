"""The models of this app, gathered from its subjects."""

from exams.credit.models import HourTotal, LedgerHead, MemberYear, StudyHourEntry
from exams.rules.models import RuleSet, SwitchChange, TargetRelief

__all__ = [
    "HourTotal",
    "LedgerHead",
    "MemberYear",
    "RuleSet",
    "StudyHourEntry",
    "SwitchChange",
    "TargetRelief",
]
