"""Tasks leave after commit, to their own queue, and a lost broker fails nothing that was kept."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from lms.celery import app
from lms.core.jobs import open_job
from lms.core.models import Job
from lms.core.tasks import enqueue, route

SWEEP = "core.sweep_jobs"


@pytest.mark.django_db(transaction=True)
def test_a_task_leaves_with_the_commit_and_not_before(run_queued: Callable[..., list[str]]) -> None:
    with transaction.atomic():
        enqueue(SWEEP)
        assert run_queued() == []
    assert run_queued() == [SWEEP]


@pytest.mark.django_db(transaction=True)
def test_a_task_of_a_rolled_back_transaction_never_leaves(
    run_queued: Callable[..., list[str]],
) -> None:
    with transaction.atomic():
        enqueue(SWEEP)
        transaction.set_rollback(True)
    assert run_queued() == []


@pytest.mark.django_db(transaction=True)
def test_a_lost_broker_fails_nothing_that_was_committed(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CELERY_APPLICATION = "tests.support.queues.unreachable"
    with caplog.at_level(logging.WARNING, logger="lms.core.tasks"):
        open_job(kind="media_pipeline.probe_asset", subject_id="nobody")
    assert Job.objects.filter(subject_id="nobody").count() == 1
    assert [record.levelname for record in caplog.records if record.name == "lms.core.tasks"] == [
        "WARNING"
    ]


def test_each_task_goes_to_the_queue_it_was_declared_for() -> None:
    app.loader.import_default_modules()
    assert route("exams.credit_lesson") == {"queue": "ledger"}
    assert route("nobody.knows_this") == {"queue": "default"}
