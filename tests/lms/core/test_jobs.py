"""Jobs: one holder at a time, three attempts, and nothing forgotten."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection

from lms.core import jobs
from lms.core.jobs import LEASE_SECONDS, RESEND_SECONDS, LeaseLostError, Swept
from lms.core.models import Job, JobState
from lms.core.signals import job_failed

pytestmark = pytest.mark.django_db(transaction=True)

KIND = "media_pipeline.probe_asset"
START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def a_moment_after_the_lease() -> dt.timedelta:
    return dt.timedelta(seconds=LEASE_SECONDS + 1)


def test_one_open_job_a_subject_however_often_asked() -> None:
    first = jobs.open_job(kind=KIND, subject_id="a")
    assert jobs.open_job(kind=KIND, subject_id="a") == first
    lease = jobs.claim(job_id=first.pk)
    assert lease is not None
    assert jobs.open_job(kind=KIND, subject_id="a") == first
    assert jobs.finish(lease=lease)
    assert jobs.open_job(kind=KIND, subject_id="a") != first


def test_of_many_claims_at_once_one_wins() -> None:
    job = jobs.open_job(kind=KIND, subject_id="a")
    gate = threading.Barrier(8)
    leases: list[jobs.Lease | None] = []

    def claim() -> None:
        gate.wait()
        leases.append(jobs.claim(job_id=job.pk))
        connection.close()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(lease is not None for lease in leases) == 1
    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.RUNNING, 1)


def test_heartbeats_keep_a_job_and_its_percent() -> None:
    with time_machine.travel(START, tick=False) as clock:
        job = jobs.open_job(kind=KIND, subject_id="a")
        lease = jobs.claim(job_id=job.pk)
        assert lease is not None
        for percent in (10, 20, 300):
            clock.shift(LEASE_SECONDS - 1)
            jobs.beat(lease=lease, percent=percent, log_tail="half\x00way")
            assert jobs.claim(job_id=job.pk) is None
        job.refresh_from_db()
        assert (job.percent, job.log_tail) == (100, "halfway")
        assert jobs.sweep() == Swept(sent=0, failed=0)


def test_the_overtaken_worker_writes_nothing() -> None:
    with time_machine.travel(START, tick=False) as clock:
        job = jobs.open_job(kind=KIND, subject_id="a")
        slow = jobs.claim(job_id=job.pk)
        clock.shift(a_moment_after_the_lease())
        fresh = jobs.claim(job_id=job.pk)
        assert slow is not None
        assert fresh is not None
        with pytest.raises(LeaseLostError):
            jobs.beat(lease=slow, percent=99)
        with pytest.raises(LeaseLostError), jobs.fenced(lease=slow):
            Job.objects.all().delete()
        assert not jobs.finish(lease=slow)
        assert not jobs.fail(lease=slow, reason="late")
        job.refresh_from_db()
        assert (job.state, job.attempt, job.percent) == (JobState.RUNNING, 2, 0)
        assert jobs.finish(lease=fresh)


def test_a_dead_workers_job_is_sent_again_and_given_up_after_three() -> None:
    heard: list[tuple[str, int]] = []

    def hear(kind: str, job_id: int, **_: object) -> None:
        heard.append((kind, job_id))

    job_failed.connect(hear)
    try:
        with time_machine.travel(START, tick=False) as clock:
            job = jobs.open_job(kind=KIND, subject_id="a")
            for attempt in (1, 2, 3):
                assert jobs.claim(job_id=job.pk) is not None, attempt
                clock.shift(a_moment_after_the_lease())
                swept = jobs.sweep()
                assert swept == (Swept(sent=1, failed=0) if attempt < 3 else Swept(0, 1))
                assert jobs.sweep() == Swept(0, 0)
    finally:
        job_failed.disconnect(hear)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.reason) == (
        JobState.FAILED,
        3,
        "处理中断了 3 次，没有再试。",
    )
    assert heard == [(KIND, job.pk)]
    assert jobs.claim(job_id=job.pk) is None


def test_a_lost_message_is_sent_again() -> None:
    with time_machine.travel(START, tick=False) as clock:
        jobs.open_job(kind=KIND, subject_id="a")
        assert jobs.sweep() == Swept(0, 0)
        clock.shift(RESEND_SECONDS + 1)
        assert jobs.sweep() == Swept(sent=1, failed=0)
        assert jobs.sweep() == Swept(0, 0)


def test_a_failed_attempt_goes_on_until_the_last() -> None:
    job = jobs.open_job(kind=KIND, subject_id="a", max_attempts=2)
    first = jobs.claim(job_id=job.pk)
    assert first is not None
    assert jobs.fail(lease=first, reason="磁盘忙")
    job.refresh_from_db()
    assert (job.state, job.reason) == (JobState.WAITING, "磁盘忙")
    last = jobs.claim(job_id=job.pk)
    assert last is not None
    assert last.is_last_attempt
    assert not jobs.fail(lease=last, reason="磁盘坏")
    job.refresh_from_db()
    assert (job.state, job.reason) == (JobState.FAILED, "磁盘坏")


def test_cancelling_ends_the_open_job_and_its_lease() -> None:
    job = jobs.open_job(kind=KIND, subject_id="a")
    lease = jobs.claim(job_id=job.pk)
    assert lease is not None
    assert jobs.cancel(kind=KIND, subject_id="a") == 1
    with pytest.raises(LeaseLostError):
        jobs.beat(lease=lease)
    assert jobs.cancel(kind=KIND, subject_id="a") == 0
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
