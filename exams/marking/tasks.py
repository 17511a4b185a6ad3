"""Marking by the machine, release by the clock, hours; and what a lost message left behind."""

import datetime as dt
from uuid import UUID

from exams.marking import credit_services, services
from lms.core import clock
from lms.core.tasks import task


@task(name="exams.machine_mark_attempt", queue="exam")
def machine_mark_attempt(attempt_id: str) -> None:
    """Mark what needs nobody's judgement of one attempt, and queue the rest for people."""
    services.machine_mark_attempt(attempt_id=UUID(attempt_id))


@task(name="exams.mark_and_release", queue="exam")
def mark_and_release() -> None:
    """Each minute: attempts nobody has marked, and exams that are over and complete."""
    services.send_unmarked()
    services.release_ended()


@task(name="exams.credit_attempt", queue="ledger")
def credit_attempt(attempt_id: str) -> None:
    """Post the hours of one released, passed attempt."""
    credit_services.credit_attempt(attempt_id=UUID(attempt_id))


@task(name="exams.credit_released", queue="ledger")
def credit_released() -> None:
    """Each minute: what was released in the last two days."""
    credit_services.send_uncredited(since=clock.now() - dt.timedelta(days=2))


@task(name="exams.credit_all_released", queue="ledger")
def credit_all_released() -> None:
    """Each night: whatever was ever released."""
    credit_services.send_uncredited(limit=100_000)
