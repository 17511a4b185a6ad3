"""The truth about background work: a row with a lease, a heartbeat and a count of attempts.

A worker *claims* a job and gets a lease with a fresh token. Everything it writes for the job
goes through that token, so of two workers that both believe they hold a job one wins and the
other writes nothing. A worker that dies lets its lease run out; `sweep` sends the job again.
"""

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.core.models import OPEN_JOB_STATES, Job, JobState
from lms.core.signals import job_failed
from lms.core.tasks import enqueue

LEASE_SECONDS = 45
HEARTBEAT_SECONDS = 5
# A job whose message was lost with the broker is sent again after this long.
RESEND_SECONDS = 300
LOG_TAIL_CHARACTERS = 8_000


class LeaseLostError(DomainError):
    """The job was cancelled or another worker has it: stop, and write nothing."""

    def __init__(self) -> None:
        super().__init__(_("任务已被取消，或已由另一处接手。"))


@dataclass(frozen=True)
class Lease:
    """One claim on one job; worth nothing once the row carries another token."""

    job_id: int
    token: uuid.UUID
    subject_id: str
    attempt: int
    is_last_attempt: bool


def open_job(*, kind: str, subject_id: str, max_attempts: int = 3) -> Job:
    """The open job of this kind on this subject; made and sent if there is none."""
    now = clock.now()
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                subject_id=subject_id,
                max_attempts=max_attempts,
                created_at=now,
                sent_at=now,
            )
    except IntegrityError:
        return Job.objects.get(kind=kind, subject_id=subject_id, state__in=OPEN_JOB_STATES)
    enqueue(kind, job_id=job.pk)
    return job


def claim(*, job_id: int) -> Lease | None:
    """Take the job if it is free; None if it is held, ended or used up."""
    now = clock.now()
    token = uuid.uuid4()
    free = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=now)
    claimed = Job.objects.filter(free, pk=job_id, attempt__lt=F("max_attempts")).update(
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        lease_token=token,
        lease_until=now + dt.timedelta(seconds=LEASE_SECONDS),
        heartbeat_at=now,
        percent=0,
        log_tail="",
    )
    if not claimed:
        return None
    job = Job.objects.get(pk=job_id)
    return Lease(
        job_id=job_id,
        token=token,
        subject_id=job.subject_id,
        attempt=job.attempt,
        is_last_attempt=job.attempt >= job.max_attempts,
    )


def _held(lease: Lease) -> QuerySet[Job]:
    return Job.objects.filter(pk=lease.job_id, lease_token=lease.token, state=JobState.RUNNING)


def beat(*, lease: Lease, percent: int | None = None, log_tail: str | None = None) -> None:
    """Say "still at it" and prolong the lease; raises LeaseLostError if it is another's now."""
    now = clock.now()
    changes: dict[str, object] = {
        "heartbeat_at": now,
        "lease_until": now + dt.timedelta(seconds=LEASE_SECONDS),
    }
    if percent is not None:
        changes["percent"] = max(0, min(100, percent))
    if log_tail is not None:
        changes["log_tail"] = _printable(log_tail)
    if not _held(lease).update(**changes):
        raise LeaseLostError


class Pulse:
    """A heartbeat that may be asked for as often as one likes: beats when it is time to.

    Raises LeaseLostError like `beat`.
    """

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.beaten_at = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self.beaten_at >= HEARTBEAT_SECONDS / 2:
            beat(lease=self.lease)
            self.beaten_at = time.monotonic()


@contextmanager
def fenced(*, lease: Lease) -> Iterator[Job]:
    """A transaction that holds the job's row: what is written inside is written by the holder.

    Raises LeaseLostError before anything is written if the lease is another's now.
    """
    with transaction.atomic():
        job = _held(lease).select_for_update().first()
        if job is None:
            raise LeaseLostError
        yield job


def finish(*, lease: Lease) -> bool:
    """The work is done; False if the lease was lost meanwhile."""
    return _end(lease, state=JobState.DONE, percent=100, reason="")


def fail(*, lease: Lease, reason: str, log_tail: str = "", again: bool = True) -> bool:
    """This attempt failed. `again`: worth another try while attempts are left.

    True if the job goes on (it was sent again), False if it is over.
    """
    if again and not lease.is_last_attempt:
        with transaction.atomic():
            held = _held(lease).update(
                state=JobState.WAITING,
                lease_token=None,
                lease_until=None,
                sent_at=clock.now(),
                reason=reason[:400],
                log_tail=_printable(log_tail),
            )
            if held:
                enqueue(Job.objects.get(pk=lease.job_id).kind, job_id=lease.job_id)
        return bool(held)
    _end(lease, state=JobState.FAILED, reason=reason[:400], log_tail=_printable(log_tail))
    return False


def _end(lease: Lease, *, state: JobState, **changes: object) -> bool:
    return bool(
        _held(lease).update(
            state=state, lease_token=None, lease_until=None, ended_at=clock.now(), **changes
        )
    )


def cancel(*, kind: str, subject_id: str) -> int:
    """End the open jobs on this subject; a worker at it stops at its next heartbeat."""
    return Job.objects.filter(kind=kind, subject_id=subject_id, state__in=OPEN_JOB_STATES).update(
        state=JobState.CANCELLED, lease_token=None, lease_until=None, ended_at=clock.now()
    )


def jobs_of(*, subject_id: str) -> QuerySet[Job]:
    """All work ever done on a subject, the newest first."""
    return Job.objects.filter(subject_id=subject_id).order_by("-id")


def send_again(*, job_id: int) -> bool:
    """Send a job that waits, whatever became of its message; False if it waits no more."""
    with transaction.atomic():
        job = Job.objects.filter(pk=job_id, state=JobState.WAITING).first()
        if job is None:
            return False
        Job.objects.filter(pk=job_id).update(sent_at=clock.now())
        enqueue(job.kind, job_id=job_id)
    return True


@dataclass(frozen=True)
class Swept:
    """How many jobs a sweep has sent again and how many it has given up."""

    sent: int
    failed: int


def sweep() -> Swept:
    """Send again what lost its worker or its message; give up what has no attempts left."""
    now = clock.now()
    # Not again what this sweep has sent since the lease ran out: it stands in the queue.
    unheard = Q(sent_at__lt=now - dt.timedelta(seconds=RESEND_SECONDS))
    stale = Q(state=JobState.WAITING) & unheard | Q(state=JobState.RUNNING, lease_until__lt=now) & (
        unheard | Q(sent_at__lt=F("lease_until"))
    )
    sent = failed = 0
    for job in Job.objects.filter(stale).order_by("id"):
        if job.attempt < job.max_attempts:
            with transaction.atomic():
                if Job.objects.filter(stale, pk=job.pk).update(sent_at=now):
                    enqueue(job.kind, job_id=job.pk)
                    sent += 1
            continue
        reason = job.reason or _("处理中断了 %(times)d 次，没有再试。") % {"times": job.attempt}
        with transaction.atomic():
            if Job.objects.filter(stale, pk=job.pk).update(
                state=JobState.FAILED,
                lease_token=None,
                lease_until=None,
                ended_at=now,
                reason=reason,
            ):
                failed += 1
                _announce_failed(job)
    return Swept(sent=sent, failed=failed)


def _announce_failed(job: Job) -> None:
    transaction.on_commit(
        lambda: job_failed.send(sender=Job, kind=job.kind, job_id=job.pk), robust=True
    )


def _printable(text: str) -> str:
    return text.replace("\x00", "")[-LOG_TAIL_CHARACTERS:]
