"""The models of this app, gathered from its subjects."""

from exams.credit.models import HourTotal, LedgerHead, MemberYear, StudyHourEntry
from exams.gatherings.models import Gathering, Presence, Scan
from exams.rules.models import RuleSet, TargetRelief

__all__ = [
    "Gathering",
    "HourTotal",
    "LedgerHead",
    "MemberYear",
    "Presence",
    "RuleSet",
    "Scan",
    "StudyHourEntry",
    "TargetRelief",
]
