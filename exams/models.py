"""The models of this app, gathered from its subjects."""

from exams.attempts.models import Allowance, Answer, Attempt, AttemptEvent, Exam
from exams.certificates.models import Certificate, CertificateYear
from exams.closing.models import ClosedYear, YearClosing
from exams.contests.models import (
    Contest,
    ContestRound,
    DailyPractice,
    NamedShowing,
    RankingChange,
)
from exams.corrections.models import Appeal, AppealAnswer, Correction
from exams.credit.models import HourTotal, LedgerHead, MemberYear, StudyHourEntry
from exams.exchange.models import QuestionImport
from exams.finals.models import Final, FinalEvent, FinalPlayer, FinalRound, FinalTeam
from exams.gatherings.models import Gathering, Presence, Scan
from exams.integrity.models import ReviewCase
from exams.marking.models import KeyCorrection, Mark, MarkCorrection, MarkingPlace, Regrade
from exams.on_paper.models import PaperNote, PaperPlan, PaperSheet
from exams.papers.models import Paper, PaperItem, Seat
from exams.passing.models import CreditAward
from exams.practice.models import PracticeCard
from exams.questions.models import (
    Question,
    QuestionVersion,
    SourceClause,
    SourceEdition,
    SourceText,
    Topic,
)
from exams.rules.models import RuleSet, SwitchChange, TargetRelief
from exams.sheets.models import SheetBatch, SheetPage, SheetPrint
from exams.tallies.models import Tally, TallySheet

__all__ = [
    "Allowance",
    "Answer",
    "Appeal",
    "AppealAnswer",
    "Attempt",
    "AttemptEvent",
    "Certificate",
    "CertificateYear",
    "ClosedYear",
    "Contest",
    "ContestRound",
    "Correction",
    "CreditAward",
    "DailyPractice",
    "Exam",
    "Final",
    "FinalEvent",
    "FinalPlayer",
    "FinalRound",
    "FinalTeam",
    "Gathering",
    "HourTotal",
    "KeyCorrection",
    "LedgerHead",
    "Mark",
    "MarkCorrection",
    "MarkingPlace",
    "MemberYear",
    "NamedShowing",
    "Paper",
    "PaperItem",
    "PaperNote",
    "PaperPlan",
    "PaperSheet",
    "PracticeCard",
    "Presence",
    "Question",
    "QuestionImport",
    "QuestionVersion",
    "RankingChange",
    "Regrade",
    "ReviewCase",
    "RuleSet",
    "Scan",
    "Seat",
    "SheetBatch",
    "SheetPage",
    "SheetPrint",
    "SourceClause",
    "SourceEdition",
    "SourceText",
    "StudyHourEntry",
    "SwitchChange",
    "Tally",
    "TallySheet",
    "TargetRelief",
    "Topic",
    "YearClosing",
]
