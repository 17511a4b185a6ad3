"""The models of this app, gathered from its subjects."""

from exams.closing.models import ClosedYear, YearClosing
from exams.corrections.models import Appeal, AppealAnswer, Correction
from exams.credit.models import HourTotal, LedgerHead, MemberYear, StudyHourEntry
from exams.gatherings.models import Gathering, Presence, Scan
from exams.rules.models import RuleSet, TargetRelief

__all__ = [
    "Appeal",
    "AppealAnswer",
    "ClosedYear",
    "Correction",
    "Gathering",
    "HourTotal",
    "LedgerHead",
    "MemberYear",
    "Presence",
    "RuleSet",
    "Scan",
    "StudyHourEntry",
    "TargetRelief",
    "YearClosing",
]
