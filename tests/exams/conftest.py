"""What the tests of the ledger share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection


@pytest.fixture
def behind_our_back(db: None) -> Callable[..., None]:
    """`behind_our_back(table, sql, …)` does what only the database's owner can do."""

    def run(table: str, statement: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    return run
