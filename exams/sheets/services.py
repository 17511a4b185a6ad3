"""What people do with sheets: order, upload, decide about a field, refuse a page, read it again."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from exams.sheets import queries, rules, words
from exams.sheets.errors import (
    AlreadySettledError,
    ClosedForSheetsError,
    NotOnSheetError,
    NotTheHandlerError,
    UnusableFileError,
)
from exams.sheets.file_kinds import UnreadableFileError, kind_of
from exams.sheets.layout import Field
from exams.sheets.models import (
    COUNTING,
    STANDING,
    BatchState,
    PageState,
    SheetBatch,
    SheetPage,
    SheetPrint,
)
from exams.sheets.paper import TEMPLATE, paper_data
from exams.sheets.readings import Refusal
from exams.sheets.taking import drop, take
from exams.sheets.uses import SheetUse, known_use
from lms.core import clock, jobs
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.core.jobs import LeaseLostError
from lms.core.states import advance_or_raise
from lms.members.models import Member

READ_JOB = "exams.read_batch"
READ_AGAIN_JOB = "exams.read_page_again"
PRINT_JOB = "exams.print_sheets"
MOST_COPIES = 500


# --- Printing -------------------------------------------------------------------------------------


def order_print(
    *,
    by: Member,
    use: SheetUse,
    subject_id: int,
    copies: int,
    about: Mapping[str, Any] | None = None,
) -> SheetPrint:
    """Have so many sheets made ready for the printer; `about` if the use has prepared them."""
    _require(by, use, subject_id)
    if not 1 <= copies <= MOST_COPIES:
        raise NotOnSheetError(
            _("每次可以印 1 到 %(most)s 份，不够就再印一次。") % {"most": MOST_COPIES}
        )
    with transaction.atomic():
        order = SheetPrint.objects.create(
            use=use.key,
            subject_id=subject_id,
            copies=copies,
            about=use.prepare(by, subject_id, copies) if about is None else about,
            by=by,
            at=clock.now(),
        )
        jobs.open_job(kind=PRINT_JOB, subject_id=str(order.pk))
    return order


def render_print(*, job_id: int) -> None:
    """Make the PDF of an order."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    order = SheetPrint.objects.get(pk=lease.subject_id)
    use = known_use(order.use)
    try:
        with translation.override(settings.LANGUAGE_CODE):
            made = use.pdf_for(
                order.subject_id, order.about, lambda: jobs.beat(lease=lease)
            ) or _sheets(use, order)
    except LeaseLostError:
        return
    except UnprintableCharacterError as refused:
        with jobs.fenced(lease=lease):
            SheetPrint.objects.filter(pk=order.pk).update(reason=refused.message[:400])
            jobs.fail(lease=lease, reason=refused.message, again=False)
        return
    try:
        with jobs.fenced(lease=lease):
            order.file.save(f"{lease.token.hex}.pdf", ContentFile(made), save=False)
            SheetPrint.objects.filter(pk=order.pk).update(file=order.file.name, reason="")
            jobs.finish(lease=lease)
    except LeaseLostError:
        return


def _sheets(use: SheetUse, order: SheetPrint) -> bytes:
    data = paper_data(
        use.copies_for(order.subject_id, order.copies, order.about),
        layouts=dict(use.layouts_for(order.subject_id)),
        use=use.key,
        subject_id=order.subject_id,
        key=queries.sheet_key(),
        advice="请用黑色或蓝色笔把方框涂满。涂错了请擦净；擦不净，请换一张纸。"
        "纸不要折叠，不要复印：每张编号不同。",
    )
    return render_pdf(TEMPLATE, data)


# --- Uploading ------------------------------------------------------------------------------------


def keep_batch(
    *, by: Member, use: SheetUse, subject_id: int, content: bytes, name: str
) -> SheetBatch:
    """Keep one file and have it read; the same file a second time is the one already kept."""
    _require(by, use, subject_id)
    if len(content) > settings.SHEET_FILE_BYTES:
        raise UnusableFileError(
            _("文件超过 %(most)s MB。请分成几个文件上传，或把扫描分辨率调到 200。")
            % {"most": settings.SHEET_FILE_BYTES // 1024**2}
        )
    try:
        suffix = "pdf" if kind_of(content[:16]) == "pdf" else "image"
    except UnreadableFileError as refused:
        raise UnusableFileError(words.file_sentence(refused.reason)) from refused
    digest = hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            batch = SheetBatch.objects.create(
                use=use.key,
                subject_id=subject_id,
                file=ContentFile(content, name=f"{digest[:32]}.{suffix}"),
                name=name[-120:],
                sha256=digest,
                size_bytes=len(content),
                by=by,
                at=clock.now(),
            )
            jobs.open_job(kind=READ_JOB, subject_id=str(batch.pk))
    except IntegrityError:
        return SheetBatch.objects.get(use=use.key, subject_id=subject_id, sha256=digest)
    return batch


def read_batch_again(*, by: Member, batch: SheetBatch) -> None:
    """Go on with a file that was not read to its end; pages that were read stay."""
    _require(by, known_use(batch.use), batch.subject_id)
    with transaction.atomic():
        advance_or_raise(
            batch,
            to=BatchState.WAITING,
            from_=[BatchState.REFUSED, BatchState.WAITING],
            refusal="",
            message=_("这个文件已经读完。"),
        )
        jobs.open_job(kind=READ_JOB, subject_id=str(batch.pk))


# --- Deciding -------------------------------------------------------------------------------------


def settle_field(*, by: Member, page: SheetPage, key: str, marked: Iterable[int]) -> SheetPage:
    """Decide about one doubtful field. Of two people who press at once the first decides."""
    with transaction.atomic():
        held = _hold(by, page)
        if held.state != PageState.DOUBTFUL or key not in held.open_keys:
            raise AlreadySettledError(_already(held, key))
        return _settle(held, by, {key: tuple(marked)})


def settle_page(
    *, by: Member, page: SheetPage, marked: Mapping[str, tuple[int, ...]], as_of: str
) -> SheetPage:
    """Decide about a whole page as somebody has it before them; `as_of` is its state then."""
    with transaction.atomic():
        held = _hold(by, page)
        if held.state not in STANDING or as_of != version_of(held):
            raise AlreadySettledError(_("这一页刚刚被别人改过。请看看现在的结果，再决定要不要改。"))
        now = held.marked
        changed = {
            key: options
            for key, options in marked.items()
            if key in held.open_keys or now.get(key) != tuple(options)
        }
        return _settle(held, by, changed)


def refuse_page(*, by: Member, page: SheetPage, reason: str) -> SheetPage:
    """Say that a page does not count, and why."""
    if not reason.strip():
        raise NotOnSheetError(_("请写明这一页为什么不计。"))
    with transaction.atomic():
        held = _hold(by, page)
        counted = held.state in COUNTING
        advance_or_raise(
            held,
            to=PageState.REFUSED,
            from_=STANDING,
            refusal=Refusal.BY_HAND,
            note=reason.strip()[:200],
            refused_by=by,
            changed_at=clock.now(),
            message=_("这一页已经是不计的了。"),
        )
        if counted:
            drop(held)
    return held


def ask_to_read_again(*, by: Member, page: SheetPage) -> None:
    """Have one refused page read anew, as if it came now."""
    with transaction.atomic():
        held = _hold(by, page)
        if held.state != PageState.REFUSED:
            raise AlreadySettledError(_("这一页已经在计数里。要重读，请先判定它不计。"))
        jobs.open_job(kind=READ_AGAIN_JOB, subject_id=str(held.pk))


def version_of(page: SheetPage) -> str:
    """Changes whenever anybody decides anything about the page."""
    return f"{page.state}-{page.changed_at.timestamp():.6f}"


# --- Steps ----------------------------------------------------------------------------------------


def _settle(held: SheetPage, by: Member, marked: Mapping[str, tuple[int, ...]]) -> SheetPage:
    layout = queries.layout_of(held)
    now = clock.now()
    for key, options in marked.items():
        field = layout.field(key) if layout else None
        if field is None or not _is_possible(field, options) or held.read.answer(key) is None:
            raise NotOnSheetError(_("这一页上没有这一项，请刷新页面。"))
        held.settled[key] = {
            "marked": sorted(set(options)),
            "by": by.name,
            "at": now.isoformat(timespec="seconds"),
        }
    was = held.state
    if held.open_keys:
        to = PageState.DOUBTFUL
    else:
        to = PageState.SETTLED if held.settled else PageState.READ
    advance_or_raise(
        held,
        to=to,
        from_=[was],
        settled=held.settled,
        changed_at=now,
        message=_("这一页刚刚被别人改过，请刷新页面。"),
    )
    if to in COUNTING:
        take(held)
    return held


def _is_possible(field: Field, options: Iterable[int]) -> bool:
    return all(0 <= option < len(field.options) for option in options)


def _already(page: SheetPage, key: str) -> str:
    said = page.settled.get(key)
    if said:
        return _("这一处%(who)s刚刚判定过了，请看下一处。") % {"who": said["by"]}
    return _("这一处不用再判定了，请看下一处。")


def _hold(by: Member, page: SheetPage) -> SheetPage:
    """The page's row, held to the end of the transaction; its batch row is not."""
    use = known_use(page.use)
    _require(by, use, page.subject_id)
    if page.serial and use.is_own(by, page.subject_id, page.serial):
        raise NotTheHandlerError(_("这是您自己的卡，请由别人判定。"))
    return SheetPage.objects.select_for_update(of=("self",)).get(pk=page.pk)


def _require(by: Member, use: SheetUse, subject_id: int) -> None:
    if not rules.can_handle(by, use.key, subject_id):
        raise NotTheHandlerError(_("您没有处理这些答题卡的权限。"))
    if not use.takes_sheets(subject_id):
        raise ClosedForSheetsError(_("已经结束，不能再改动答题卡。"))
