"""The models of this app, gathered from its subjects."""

from exams.certificates.models import Certificate, CertificateYear
from exams.credit.models import HourTotal, LedgerHead, MemberYear, StudyHourEntry
from exams.passing.models import CreditAward
from exams.rules.models import RuleSet, TargetRelief

__all__ = [
    "Certificate",
    "CertificateYear",
    "CreditAward",
    "HourTotal",
    "LedgerHead",
    "MemberYear",
    "RuleSet",
    "StudyHourEntry",
    "TargetRelief",
]
