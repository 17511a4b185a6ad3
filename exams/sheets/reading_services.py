"""What the worker does with a file of sheets: read, compare each code, keep, hand over."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from exams.sheets import marks, queries
from exams.sheets.marks import SheetMark
from exams.sheets.models import STANDING, BatchState, PageState, SheetBatch, SheetPage
from exams.sheets.readings import Reading, Refusal
from exams.sheets.running import FileRead, file_read
from exams.sheets.taking import take
from exams.sheets.uses import known_use
from lms.core import clock, jobs
from lms.core.errors import DomainError
from lms.core.jobs import Lease, LeaseLostError
from lms.core.states import advance


def read_batch(*, job_id: int) -> None:
    """Read a file; pages that are there already from an earlier try stay as they are."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    batch = SheetBatch.objects.get(pk=lease.subject_id)
    try:
        with _read(batch, lease) as read, jobs.fenced(lease=lease):
            _one_at_a_time(batch)
            there = set(batch.pages.values_list("position", flat=True))
            for position, reading in sorted(read.pages.items()):
                if position not in there:
                    _keep_page(batch, position, reading, read.picture(position))
            advance(
                batch,
                to=BatchState.REFUSED if read.refusal else BatchState.READ,
                from_=[BatchState.WAITING],
                refusal=read.refusal or "",
            )
            jobs.finish(lease=lease)
    except LeaseLostError:
        return


def read_page_again(*, job_id: int) -> None:
    """Read one refused page anew."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    page = SheetPage.objects.select_related("batch").get(pk=lease.subject_id)
    try:
        with (
            _read(page.batch, lease, positions=[page.position]) as read,
            jobs.fenced(lease=lease),
        ):
            _one_at_a_time(page.batch)
            held = SheetPage.objects.select_for_update(of=("self",)).get(pk=page.pk)
            reading = read.pages.get(page.position)
            if reading is not None and held.state == PageState.REFUSED:
                _write(held, reading, read.picture(page.position))
            jobs.finish(lease=lease)
    except LeaseLostError:
        return


def _read(
    batch: SheetBatch, lease: Lease, positions: list[int] | None = None
) -> AbstractContextManager[FileRead]:
    with batch.file.open("rb") as file:
        content = file.read()
    return file_read(
        content,
        layouts=known_use(batch.use).layouts_for(batch.subject_id),
        positions=positions or (),
        during=lambda: jobs.beat(lease=lease),
    )


def _one_at_a_time(batch: SheetBatch) -> None:
    """Files for the same are written one after the other: two with the same sheets would wait for
    each other.
    """
    there = SheetBatch.objects.filter(use=batch.use, subject_id=batch.subject_id)
    there.select_for_update().order_by("pk").first()


def _keep_page(batch: SheetBatch, position: int, reading: Reading, picture: bytes) -> None:
    page = SheetPage(batch=batch, position=position, use=batch.use, subject_id=batch.subject_id)
    _write(page, reading, picture)


def _write(page: SheetPage, reading: Reading, picture: bytes) -> None:
    """The page as it has just been read: it counts, waits for a person, or says why not."""
    verdict = _verdict(page, reading)
    page.form, page.page, page.serial = (
        (verdict.mark.form, verdict.mark.page, verdict.mark.serial) if verdict.mark else ("", 0, "")
    )
    page.reading = reading.as_json()
    page.settled = {}
    page.refused_by = None
    page.changed_at = clock.now()
    page.image = ContentFile(picture, name=f"{page.batch.sha256[:24]}-{page.position}.jpg")
    if verdict.refusal is not None:
        _refuse(page, verdict.refusal)
        return
    page.state = PageState.DOUBTFUL if reading.doubts else PageState.READ
    page.refusal = page.note = ""
    try:
        with transaction.atomic():
            page.save()
            if page.state == PageState.READ:
                take(page)
    except IntegrityError:  # the same sheet in another file, read at the same moment
        _refuse(page, Refusal.TWICE)
    except DomainError as refused:
        _refuse(page, Refusal.BY_USE, refused.message)


def _refuse(page: SheetPage, refusal: Refusal, note: str = "") -> None:
    page.state = PageState.REFUSED
    page.refusal = refusal
    page.note = note[:200]
    page.save()


@dataclass(frozen=True)
class _Verdict:
    mark: SheetMark | None
    refusal: Refusal | None


def _verdict(page: SheetPage, reading: Reading) -> _Verdict:
    """Whose page it is; what has no readable code is nobody's."""
    found = marks.read(reading.code)
    if found is None:
        return _Verdict(None, reading.refusal or Refusal.NO_CODE)
    mark = found.mark
    if (mark.use, mark.subject_id) != (page.use, page.subject_id):
        return _Verdict(None, Refusal.OTHER_USE)
    layout = known_use(page.use).layouts_for(page.subject_id).get(mark.form)
    if layout is None:
        return _Verdict(None, Refusal.OTHER_FORM)
    if not marks.is_genuine(found, key=queries.sheet_key(), digest=layout.digest):
        return _Verdict(None, Refusal.OTHER_PRINT)
    if reading.refusal is not None:
        return _Verdict(mark, reading.refusal)
    there = SheetPage.objects.filter(
        use=page.use,
        subject_id=page.subject_id,
        serial=mark.serial,
        page=mark.page,
        state__in=STANDING,
    )
    if there.exclude(pk=page.pk).exists():
        return _Verdict(mark, Refusal.TWICE)
    return _Verdict(mark, None)
