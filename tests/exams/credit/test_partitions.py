"""The ledger by years: nothing is there twice, nothing can be changed, next year has a place."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from exams.credit.chain import entry_hash
from exams.credit.models import StudyHourEntry
from exams.credit.partitions import ledger_years, open_partitions
from exams.credit.tasks import open_partitions as open_partitions_task
from exams.credit.totals import differences
from lms.members.models import Member
from lms.reports.models import BranchTouch
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import make_branch_tree, make_member

pytestmark = pytest.mark.django_db

COLUMNS = (
    "member_id, branch_id, category, hours, counted_hours, source_title, content_id, programme_id,"
    " rule_version, evidence, created_at, format, previous_hash, hash"
)


@pytest.fixture
def member() -> Member:
    return make_member(make_branch_tree().first)


@pytest.fixture
def run() -> Callable[..., None]:
    """Run a statement of one's own, its constraints checked at once."""

    def run(statement: str, *values: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement, values)

    return run


def parts() -> dict[str, int]:
    """How many entries lie in each partition that has any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM exams_studyhourentry"
                       " GROUP BY 1 ORDER BY 1")  # fmt: skip
        return dict(cursor.fetchall())
