"""Asking for a file, making it, cancelling, trying again; and taking old ones away."""

import datetime as dt
from contextlib import suppress
from typing import Any

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from lms.core import clock, jobs
from lms.core.errors import DomainError
from lms.core.jobs import Lease, LeaseLostError
from lms.core.models import OPEN_JOB_STATES
from lms.core.states import StateMovedError, advance, advance_or_raise
from lms.members.models import Branch, Member
from lms.members.rules import can_see_board
from lms.reports.exports import queries
from lms.reports.exports.making import FOLDER, BranchNotVisibleError, Making
from lms.reports.exports.models import OPEN_EXPORT_STATES, Export, ExportState

JOB = "reports.make_export"
KEPT_DAYS = 7
# Asked for and not yet made, of one person: enough for a morning's work, not for a flood.
MOST_OPEN = 5


class TooManyExportsError(DomainError):
    """The person waits for enough files already."""

    def __init__(self) -> None:
        super().__init__(
            _("您已有 %(most)d 个导出在生成，请等它们完成后再来。") % {"most": MOST_OPEN}
        )


def request_export(
    *, by: Member, branch: Branch, year: int, form: str, show: str = "", named: str = ""
) -> Export:
    """Have the members of a board written to a file; the same question twice is asked once."""
    if not can_see_board(by, branch):
        raise BranchNotVisibleError
    asked = {
        "by": by, "branch": branch, "year": year, "form": form, "show": show, "named": named,
    }  # fmt: skip
    if (waiting := queries.open_exports().filter(**asked).first()) is not None:
        return waiting
    if queries.open_exports().filter(by=by).count() >= MOST_OPEN:
        raise TooManyExportsError
    now = clock.now()
    try:
        with transaction.atomic():
            made = Export.objects.create(
                **asked,
                language=translation.get_language(),
                requested_at=now,
                expires_at=now + dt.timedelta(days=KEPT_DAYS),
            )
            jobs.open_job(kind=JOB, subject_id=str(made.pk))
    except IntegrityError:  # pressed twice
        return queries.open_exports().get(**asked)
    return made


# --- The work ---------------------------------------------------------------------------------


def make_export(*, job_id: int) -> None:
    """Write the file, outside any transaction, and say where it lies."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    export = Export.objects.select_related("by", "branch").filter(pk=lease.subject_id).first()
    if export is None or not advance(
        export, to=ExportState.RUNNING, from_=OPEN_EXPORT_STATES, percent=0
    ):
        jobs.finish(lease=lease)
        return
    making = Making(export=export, lease=lease)
    try:
        rows, size = making.make()
        _show(export, lease, file=making.name, row_count=rows, size_bytes=size)
    except LeaseLostError:
        making.drop()
    except DomainError as refused:
        _give_up(export, lease, refused.message)


def _show(export: Export, lease: Lease, **made: Any) -> None:
    now = clock.now()
    with jobs.fenced(lease=lease):
        moved = advance(
            export,
            to=ExportState.READY,
            from_=[ExportState.RUNNING],
            percent=100,
            reason="",
            ready_at=now,
            expires_at=now + dt.timedelta(days=KEPT_DAYS),
            **made,
        )
        if not moved:
            raise LeaseLostError
        jobs.finish(lease=lease)


def _give_up(export: Export, lease: Lease, reason: str) -> None:
    with suppress(LeaseLostError), jobs.fenced(lease=lease):
        jobs.fail(lease=lease, reason=reason, again=False)
        _fail(export, reason)


def _fail(export: Export, reason: str) -> bool:
    return advance(
        export, to=ExportState.FAILED, from_=OPEN_EXPORT_STATES, percent=0, reason=reason[:400]
    )


# --- What people may do -----------------------------------------------------------------------


@transaction.atomic
def cancel_export(*, export: Export) -> None:
    """Stop it; the worker at it ends at its next heartbeat."""
    jobs.cancel(kind=JOB, subject_id=str(export.pk))
    advance_or_raise(
        export,
        to=ExportState.CANCELLED,
        from_=OPEN_EXPORT_STATES,
        percent=0,
        message=_("这个导出已经结束，无法取消。请刷新页面。"),
    )


def retry_export(*, export: Export) -> None:
    """Begin again with one that failed or was cancelled."""
    try:
        with transaction.atomic():
            advance_or_raise(
                export,
                to=ExportState.WAITING,
                from_=[ExportState.FAILED, ExportState.CANCELLED],
                percent=0,
                reason="",
                expires_at=clock.now() + dt.timedelta(days=KEPT_DAYS),
                message=_("这个导出无需重试。请刷新页面查看最新进度。"),
            )
            jobs.open_job(kind=JOB, subject_id=str(export.pk))
    except IntegrityError as same:
        raise StateMovedError(_("同样的导出已经在生成，请等它完成。")) from same


def note_fetched(*, export: Export) -> None:
    """It was noticed: the mark goes."""
    Export.objects.filter(pk=export.pk, fetched_at=None).update(fetched_at=clock.now())


# --- Nothing stays behind ---------------------------------------------------------------------


def settle_exports() -> int:
    """Fail those that wait for work nobody does any more, for somebody to try again; how many."""
    settled = 0
    for export in queries.open_exports():
        last = jobs.jobs_of(subject_id=str(export.pk)).filter(kind=JOB).first()
        if last is None or last.state not in OPEN_JOB_STATES:
            reason = (last.reason if last else "") or _("生成中断，请重试。")
            settled += _fail(export, reason)
    return settled


def sweep_exports() -> int:
    """Take away what is over, the file before the row, and files no row names; how many rows."""
    now = clock.now()
    settle_exports()
    swept = 0
    for export in queries.expired_exports(now):
        if export.file:
            default_storage.delete(export.file)
        swept += export.delete()[0]
    yesterday = now - dt.timedelta(days=1)  # nobody writes at a file for that long
    for name in _kept_files():
        path = f"{FOLDER}/{name}"
        if not queries.is_named(path) and default_storage.get_modified_time(path) < yesterday:
            default_storage.delete(path)
    return swept


def _kept_files() -> list[str]:
    try:
        return list(default_storage.listdir(FOLDER)[1])
    except FileNotFoundError:  # no export was ever made
        return []
