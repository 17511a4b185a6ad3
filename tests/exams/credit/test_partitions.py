"""The ledger by years: nothing is there twice, nothing can be changed, next year has a place."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from lms.members.models import Member
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
