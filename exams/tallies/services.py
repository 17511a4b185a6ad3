"""Counting on paper: made ready, opened, counted by scanner or by hand, closed with a protocol."""

from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from exams.sheets import queries as sheets
from exams.sheets.layout import LayoutError
from exams.sheets.models import BatchState, PageState
from exams.sheets.uses import TakenPage, known_use
from exams.tallies import queries, rules
from exams.tallies.counting import count_by_hand
from exams.tallies.errors import (
    CountError,
    NotTheTellerError,
    TallyContentError,
    UnfinishedCountError,
)
from exams.tallies.models import Tally, TallyKind, TallySheet, TallyState
from exams.tallies.paper import protocol_data
from lms.core import clock, jobs
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.core.jobs import LeaseLostError
from lms.core.states import StateMovedError, advance_or_raise
from lms.members.models import Branch, Member

USE = "TALLY"
PROTOCOL_JOB = "exams.print_protocol"
MOST_LINES = 60
LONGEST_OPTION = 8


def create_tally(
    *,
    by: Member,
    branch: Branch,
    kind: str,
    title: str,
    lines: Sequence[str],
    options: Sequence[str],
    eligible: int,
    seats: int | None = None,
) -> Tally:
    """Make one ready; it can be corrected until it is opened."""
    if not rules.can_hold(by, branch):
        raise NotTheTellerError(_("您只能为自己负责的党组织计票。"))
    tally = Tally(branch=branch, kind=TallyKind(kind), by=by, created_at=clock.now())
    _write(tally, title=title, lines=lines, options=options, eligible=eligible, seats=seats)
    tally.save(force_insert=True)
    return tally


def correct_tally(
    *,
    by: Member,
    tally: Tally,
    title: str,
    lines: Sequence[str],
    options: Sequence[str],
    eligible: int,
    seats: int | None = None,
) -> Tally:
    """Write it anew, as long as nothing can have been printed."""
    with transaction.atomic():
        held = _hold(by, tally)
        if held.state != TallyState.DRAFT:
            raise StateMovedError(_("已经开始计票，不能再改。内容有误请作废，另建一个。"))
        _write(held, title=title, lines=lines, options=options, eligible=eligible, seats=seats)
        held.save()
    return held


def open_tally(*, by: Member, tally: Tally) -> None:
    """From now on sheets can be printed and counted, and what stands on them stays."""
    _require(by, tally)
    advance_or_raise(
        tally,
        to=TallyState.OPEN,
        from_=[TallyState.DRAFT],
        message=_("已经开始或作废，请刷新页面。"),
    )


def record_issued(*, by: Member, tally: Tally, issued: int) -> None:
    """How many sheets were given out."""
    with transaction.atomic():
        held = _hold(by, tally)
        _require_open(held)
        if issued > held.eligible:
            raise CountError(
                _("发出 %(issued)s 张，多于应到 %(eligible)s 人。请核对后再填。")
                % {"issued": issued, "eligible": held.eligible}
            )
        Tally.objects.filter(pk=held.pk).update(issued=issued)


def record_hand_count(
    *, by: Member, tally: Tally, valid: int, invalid: int, counts: Sequence[Sequence[int]]
) -> None:
    """Figures counted by people; they go before what was scanned."""
    with transaction.atomic():
        held = _hold(by, tally)
        _require_open(held)
        if [len(row) for row in counts] != [len(held.options)] * len(held.lines):
            raise CountError(_("每一行都要填。"))
        try:
            count = count_by_hand(valid=valid, invalid=invalid, counts=counts)
        except ValueError as too_many:
            raise CountError(
                _("“%(line)s”各项加起来多于有效票 %(valid)s 张。请核对这一行。")
                % {"line": held.lines[too_many.args[0]], "valid": valid}
            ) from too_many
        Tally.objects.filter(pk=held.pk).update(hand_count=count.as_json())


def drop_hand_count(*, by: Member, tally: Tally) -> None:
    """Go by the scanned sheets again."""
    with transaction.atomic():
        held = _hold(by, tally)
        _require_open(held)
        Tally.objects.filter(pk=held.pk).update(hand_count=None)


def close_tally(*, by: Member, tally: Tally) -> None:
    """Freeze the result and write the protocol."""
    with transaction.atomic():
        held = _hold(by, tally)
        _require_open(held)
        if held.issued is None:
            raise UnfinishedCountError(_("请先填发出多少张。"))
        if held.hand_count is None:
            _require_all_read(held)
        count = queries.count_of(held)
        if count.returned == 0:
            raise UnfinishedCountError(_("还没有收回一张。请先扫描，或人工录入。"))
        advance_or_raise(
            held,
            to=TallyState.CLOSED,
            from_=[TallyState.OPEN],
            result=count.as_json(),
            closed_by=by,
            closed_at=clock.now(),
            message=_("已经结束或作废，请刷新页面。"),
        )
        jobs.open_job(kind=PROTOCOL_JOB, subject_id=str(held.pk))


def cancel_tally(*, by: Member, tally: Tally) -> None:
    """Give it up; what was scanned stays as it is and counts for nothing."""
    _require(by, tally)
    advance_or_raise(
        tally,
        to=TallyState.CANCELLED,
        from_=[TallyState.DRAFT, TallyState.OPEN],
        message=_("已经结束或作废，请刷新页面。"),
    )


def render_protocol(*, job_id: int) -> None:
    """The PDF of a closed tally."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    tally = Tally.objects.select_related("branch", "by", "closed_by").get(pk=lease.subject_id)
    count = queries.count_of(tally)
    try:
        made = render_pdf(
            "tally.typ", protocol_data(tally, count, queries.shown_lines(tally, count))
        )
    except UnprintableCharacterError as refused:
        jobs.fail(lease=lease, reason=refused.message, again=False)
        return
    try:
        with jobs.fenced(lease=lease):
            tally.protocol.save(f"{lease.token.hex}.pdf", ContentFile(made), save=False)
            Tally.objects.filter(pk=tally.pk).update(protocol=tally.protocol.name)
            jobs.finish(lease=lease)
    except LeaseLostError:
        return


# --- What the sheets tell -------------------------------------------------------------------------


def take_page(page: TakenPage) -> None:
    """Count a page, or count it otherwise than before."""
    held = Tally.objects.select_for_update().get(pk=page.subject_id)
    _require_open(held)
    TallySheet.objects.update_or_create(
        tally=held,
        serial=page.serial,
        page=page.page,
        defaults={"answers": {key: list(marked) for key, marked in page.answers.items()}},
    )


def drop_page(page: TakenPage) -> None:
    """Count a page no more."""
    held = Tally.objects.select_for_update().get(pk=page.subject_id)
    _require_open(held)
    TallySheet.objects.filter(tally=held, serial=page.serial, page=page.page).delete()


# --- Steps ----------------------------------------------------------------------------------------


def _write(
    tally: Tally,
    *,
    title: str,
    lines: Sequence[str],
    options: Sequence[str],
    eligible: int,
    seats: int | None,
) -> None:
    tally.title = title
    tally.lines = [line.strip() for line in lines if line.strip()]
    tally.options = [option.strip() for option in options if option.strip()]
    tally.eligible = eligible
    tally.seats = seats if tally.is_vote else None
    if not 1 <= len(tally.lines) <= MOST_LINES:
        raise TallyContentError(
            _("请写 1 到 %(most)s 行，每行一位候选人或一条内容。") % {"most": MOST_LINES}
        )
    if len(set(tally.lines)) != len(tally.lines):
        raise TallyContentError(_("有两行完全相同。同名的请加注，例如“张伟（一组）”。"))
    if any(len(option) > LONGEST_OPTION for option in tally.options):
        raise TallyContentError(
            _("选项最多 %(most)s 个字，印在方框旁边才看得清。") % {"most": LONGEST_OPTION}
        )
    if len(set(tally.options)) != len(tally.options):
        raise TallyContentError(_("有两个选项完全相同。"))
    if tally.seats is not None and not 1 <= tally.seats <= len(tally.lines):
        raise TallyContentError(_("应选人数要在 1 到候选人数之间。"))
    try:
        queries.layout_of(tally).pages  # noqa: B018
    except LayoutError as refused:
        raise TallyContentError(
            _("这些内容排不进一张纸：选项要 2 到 8 个，每行内容不要太长。")
        ) from refused


def _require_all_read(tally: Tally) -> None:
    use = known_use(USE)
    if sheets.batches_of(use, tally.pk).filter(state=BatchState.WAITING).exists():
        raise UnfinishedCountError(_("还有文件正在读卡，请等读完。"))
    waiting = sheets.page_counts(use, tally.pk)[PageState.DOUBTFUL]
    if waiting:
        raise UnfinishedCountError(_("还有 %(count)s 页等人工判定。") % {"count": waiting})
    if sheets.incomplete_sheets(use, tally.pk, use.layouts_for(tally.pk)):
        raise UnfinishedCountError(_("有的票缺页。请补扫缺的页，或把不全的页判定为不计。"))


def _require_open(tally: Tally) -> None:
    if tally.state != TallyState.OPEN:
        raise StateMovedError(_("现在不在计票中，请刷新页面。"))


def _require(by: Member, tally: Tally) -> None:
    if not rules.can_hold(by, tally.branch):
        raise NotTheTellerError(_("您只能为自己负责的党组织计票。"))


def _hold(by: Member, tally: Tally) -> Tally:
    held = Tally.objects.select_for_update(of=("self",)).select_related("branch").get(pk=tally.pk)
    _require(by, held)
    return held
