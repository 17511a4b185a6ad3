"""The models of this app, gathered from its subjects."""

from exams.certificates.models import Certificate, CertificateYear
from exams.closing.models import ClosedYear, YearClosing
from exams.corrections.models import Appeal, AppealAnswer, Correction
from exams.credit.models import HourTotal, LedgerHead, MemberYear, StudyHourEntry
from exams.gatherings.models import Gathering, Presence, Scan
from exams.integrity.models import ReviewCase
from exams.passing.models import CreditAward
from exams.rules.models import RuleSet, SwitchChange, TargetRelief
from exams.sheets.models import SheetBatch, SheetPage, SheetPrint
from exams.tallies.models import Tally, TallySheet

__all__ = [
    "Appeal",
    "AppealAnswer",
    "Certificate",
    "CertificateYear",
    "ClosedYear",
    "Correction",
    "CreditAward",
    "Gathering",
    "HourTotal",
    "LedgerHead",
    "MemberYear",
    "Presence",
    "ReviewCase",
    "RuleSet",
    "Scan",
    "SheetBatch",
    "SheetPage",
    "SheetPrint",
    "StudyHourEntry",
    "SwitchChange",
    "Tally",
    "TallySheet",
    "TargetRelief",
    "YearClosing",
]
