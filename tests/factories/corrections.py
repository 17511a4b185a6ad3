"""Corrections and appeals for tests, made by their own services."""

import datetime as dt
from decimal import Decimal
from typing import Any

from exams.corrections.appeals import appeal_entry
from exams.corrections.models import Appeal, Correction
from exams.corrections.services import (
    approve_correction,
    propose_addition,
    propose_reversal,
)
from exams.credit.models import StudyCategory, StudyHourEntry
from lms.core import clock
from lms.members.models import Member


def make_reversal_proposal(
    entry: StudyHourEntry, *, by: Member, reason: str = "同一次学习登记了两遍", **fields: Any
) -> Correction:
    return propose_reversal(entry=entry, by=by, reason=reason, **fields)


def make_addition_proposal(
    member: Member,
    *,
    by: Member,
    hours: str = "4",
    earned_on: dt.date | None = None,
    category: str = StudyCategory.GROUP,
    title: str = "主题党日",
    reason: str = "签到表漏登一人",
    **fields: Any,
) -> Correction:
    return propose_addition(
        member=member, by=by, category=category, hours=Decimal(hours),
        earned_on=earned_on or clock.today(), title=title, reason=reason, **fields,
    )  # fmt: skip


def reversed_entry(entry: StudyHourEntry, *, by: Member, approved_by: Member) -> StudyHourEntry:
    """The reversal of `entry`, proposed by one and approved by the other."""
    return approve_correction(correction=make_reversal_proposal(entry, by=by), by=approved_by)


def make_appeal(entry: StudyHourEntry, *, text: str = "这一条少记了学时，请核对。") -> Appeal:
    return appeal_entry(entry=entry, by=entry.member, text=text)
