"""Holding a gathering: planned, opened, closed, confirmed by a second person, credited once."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses.catalogue.queries import lesson_terms
from exams.credit.models import StudyCategory
from exams.credit.services import post_entry
from exams.gatherings import queries, rules
from exams.gatherings.errors import (
    GatheringTimeError,
    NotTheHostError,
    NotTheSecondPersonError,
    RecordChangedError,
)
from exams.gatherings.evidence import evidence_of
from exams.gatherings.lengths import Length, minutes_on_screen
from exams.gatherings.models import Gathering, GatheringKind, GatheringState
from lms.core import clock
from lms.core.states import StateMovedError, advance, advance_or_raise
from lms.core.tasks import enqueue
from lms.members.models import Branch, Member

# What study written down later can be; in front of a screen it is always 集体学习.
OFFLINE_CATEGORIES = (
    StudyCategory.CONCENTRATED,
    StudyCategory.GROUP,
    StudyCategory.ACTIVITY,
)


def create_gathering(
    *,
    by: Member,
    branch: Branch,
    kind: str,
    title: str,
    place: str,
    starts_at: dt.datetime,
    lesson_id: int | None = None,
    category: str = StudyCategory.GROUP,
    speaker: str = "",
    length: str = Length.MINUTES,
    minutes: int = 0,
    reason: str = "",
) -> Gathering:
    """Plan a gathering of `branch`, or begin to write down one that has been (OFFLINE)."""
    if not rules.can_host(by, branch):
        raise NotTheHostError(_("您只能为自己负责的党组织登记集体学习。"))
    gathering = Gathering(
        kind=GatheringKind(kind),
        branch=branch,
        host=by,
        created_at=clock.now(),
        category=StudyCategory.GROUP,
    )
    _write(
        gathering,
        by=by,
        title=title,
        place=place,
        starts_at=starts_at,
        lesson_id=lesson_id,
        category=category,
        speaker=speaker,
        length=length,
        minutes=minutes,
        reason=reason,
    )
    gathering.save(force_insert=True)
    return gathering


def correct_gathering(*, gathering: Gathering, by: Member, **said: Any) -> Gathering:
    """Write title, place, time and length anew; what the screen has begun keeps its time."""
    with transaction.atomic():
        held = hold(gathering)
        require_host(by, held)
        if not rules.can_be_corrected(held):
            raise StateMovedError(_("这次学习已经确认或取消，不能再修改。"))
        if held.opened_at is not None:
            said |= {"starts_at": held.starts_at, "lesson_id": held.lesson_id}
        _write(held, by=by, **said)
        held.save()
    return held


def open_gathering(*, gathering: Gathering, by: Member) -> None:
    """Begin: from now on the screen shows the code and the clock runs."""
    require_host(by, gathering)
    advance_or_raise(
        gathering,
        to=GatheringState.OPEN,
        from_=[GatheringState.PLANNED],
        where=Q(kind=GatheringKind.SCREEN),
        opened_at=clock.now(),
        message=_("这次学习已经开始、结束或取消，请刷新页面。"),
    )


def close_gathering(*, gathering: Gathering, by: Member) -> None:
    """End: nobody signs in any more, the length is fixed, and a second person is waited for."""
    with transaction.atomic():
        held = hold(gathering)
        require_host(by, held)
        now = clock.now()
        changes: dict[str, Any] = {"closed_at": now, "closed_by_id": by.pk}
        if held.is_on_screen and held.opened_at is not None:
            lesson = queries.shown_lesson(held)
            changes["minutes"] = minutes_on_screen(
                held.opened_at, now, lesson.duration_ms if lesson else None
            )
        elif not queries.presences_of(held).exists():
            raise StateMovedError(_("名单还是空的。请先登记到场人员，再提交确认。"))
        advance_or_raise(
            held,
            to=GatheringState.CLOSED,
            from_=[GatheringState.OPEN if held.is_on_screen else GatheringState.PLANNED],
            message=_("这次学习没有在进行，请刷新页面。"),
            **changes,
        )
    gathering.refresh_from_db()


def cancel_gathering(*, gathering: Gathering, by: Member) -> None:
    """Give it up: nothing is credited, what was written down stays readable."""
    require_host(by, gathering)
    advance_or_raise(
        gathering,
        to=GatheringState.CANCELLED,
        from_=[GatheringState.PLANNED, GatheringState.OPEN, GatheringState.CLOSED],
        message=_("这次学习已经确认或取消。"),
    )


def record_room(
    *,
    gathering: Gathering,
    by: Member,
    middle_count: int | None,
    end_count: int | None,
    witness_id: int | None,
) -> None:
    """What the host saw: heads in the middle and at the end, and who of those present witnesses."""
    with transaction.atomic():
        held = hold(gathering)
        require_host(by, held)
        if not rules.can_be_corrected(held):
            raise StateMovedError(_("这次学习已经确认或取消，不能再修改。"))
        if witness_id is not None:
            possible = queries.possible_witnesses(held).values_list("member_id", flat=True)
            if witness_id not in set(possible):
                raise NotTheSecondPersonError(_("见证人要从本组织到场的人中选，不能是主持人。"))
        now = clock.now()
        for name, number in (("middle", middle_count), ("end", end_count)):
            if number != getattr(held, f"{name}_count"):
                setattr(held, f"{name}_count", number)
                setattr(held, f"{name}_counted_at", now if number is not None else None)
        held.witness_id = witness_id
        held.save()


def confirm_gathering(*, gathering: Gathering, by: Member, digest: str) -> int:
    """The second person's word: everybody on the list is confirmed and will be credited.

    `digest` says which record was read; one that has changed since is refused. Of two who
    confirm at once one finds it done. Returns how many were confirmed by this call.
    """
    with transaction.atomic():
        held = hold(gathering)
        _require_second(by, held)
        presences = list(queries.presences_of(held))
        if digest != queries.digest_of(held, presences, list(queries.scans_of(held))):
            raise RecordChangedError(_("名单或清点人数刚刚有变动，请核对后再确认。"))
        now = clock.now()
        hours = queries.hours_of(held)
        advance(
            held,
            to=GatheringState.CONFIRMED,
            from_=[GatheringState.CLOSED],
            confirmed_at=now,
            confirmed_by_id=by.pk,
            hours=hours,
        )
        waiting = queries.presences_of(held).filter(confirmed_at__isnull=True)
        count = waiting.order_by().update(confirmed_at=now, confirmed_by_id=by.pk)
        enqueue("exams.credit_gathering", gathering_id=held.pk)
    gathering.refresh_from_db()
    return count


def refuse_gathering(*, gathering: Gathering, by: Member, reason: str) -> None:
    """The second person sends the record back to whoever kept it, saying what is wrong."""
    with transaction.atomic():
        held = hold(gathering)
        _require_second(by, held)
        held.refused_at, held.refused_by, held.refusal = clock.now(), by, reason
        held.save()


def hand_in_again(*, gathering: Gathering, by: Member) -> None:
    """Corrected: the second person is waited for again."""
    with transaction.atomic():
        held = hold(gathering)
        require_host(by, held)
        if held.refused_at is None:
            raise StateMovedError(_("这次学习没有被退回，请刷新页面。"))
        held.refused_at = held.refused_by = None
        held.refusal = ""
        held.save()


def credit_gathering(*, gathering_id: int) -> int:
    """Post the hours of everybody confirmed; any number of times, the ledger holds one entry each.

    Returns how many are confirmed. A gathering too short for any hours posts nothing.
    """
    gathering = Gathering.objects.select_related(*queries.WITH_PEOPLE).get(pk=gathering_id)
    if not gathering.hours:
        return 0
    lesson = queries.shown_lesson(gathering)
    confirmed = list(queries.presences_of(gathering).filter(confirmed_at__isnull=False))
    for presence in confirmed:
        presence.gathering = gathering
        post_entry(
            member=presence.member,
            category=gathering.category,
            hours=gathering.hours,
            earned_on=queries.held_on(gathering),
            source_kind=queries.SOURCE_KINDS[gathering.kind],
            source_id=str(gathering.pk),
            source_title=gathering.title,
            evidence=evidence_of(gathering, presence, lesson=lesson, listed=len(confirmed)),
            by=presence.confirmed_by,
            # The recording counts once a year, whether watched alone or together.
            content_id=f"asset:{lesson.asset_id.hex}" if lesson and lesson.asset_id else "",
        )
    return len(confirmed)


def send_uncredited(*, since: dt.datetime | None = None, limit: int = 1000) -> int:
    """Queue what a lost message left behind, one task a gathering; how many there were."""
    waiting = queries.uncredited(since=since).order_by("gathering_id")
    ids = list(waiting.values_list("gathering_id", flat=True).distinct()[:limit])
    for gathering_id in ids:
        enqueue("exams.credit_gathering", gathering_id=gathering_id)
    return len(ids)


# --- Shared with the services of the list ---------------------------------------------------------


def hold(gathering: Gathering) -> Gathering:
    """The row as it is now, locked: list and state change one after the other."""
    return (
        Gathering.objects.select_for_update(of=("self",), no_key=True)
        .select_related("branch")
        .get(pk=gathering.pk)
    )


def require_host(by: Member, gathering: Gathering) -> None:
    if not rules.can_host(by, gathering.branch):
        raise NotTheHostError(_("这次学习由其他党组织主办，您不能修改。"))


def _require_second(by: Member, gathering: Gathering) -> None:
    if not rules.awaits_confirmation(gathering):
        raise StateMovedError(_("这次学习已经有人确认或退回，请刷新页面。"))
    if not rules.can_confirm(by, gathering):
        raise NotTheSecondPersonError(
            _("主持或登记过名单的人不能自己确认，请另一位书记、管理员或见证人确认。")
        )


def _write(
    gathering: Gathering,
    *,
    by: Member,
    title: str,
    place: str,
    starts_at: dt.datetime,
    lesson_id: int | None = None,
    category: str = StudyCategory.GROUP,
    speaker: str = "",
    length: str = Length.MINUTES,
    minutes: int = 0,
    reason: str = "",
) -> None:
    """Put what the form says into the row, each kind only what belongs to it."""
    gathering.title, gathering.place, gathering.starts_at = title, place, starts_at
    if gathering.is_on_screen:
        if lesson_id != gathering.lesson_id:
            shown = lesson_terms(lesson_id, by=by) if lesson_id else None
            if lesson_id and (shown is None or not shown.duration_ms):
                raise StateMovedError(_("这一讲已经下线或没有视频，请另选一讲。"))
            gathering.lesson_id = lesson_id
        return
    if category not in OFFLINE_CATEGORIES:
        raise ValueError(f"{category} is not studied offline together")
    _check_past(starts_at, reason)
    gathering.category, gathering.speaker = category, speaker
    gathering.length = Length(length).value
    gathering.minutes = minutes if length == Length.MINUTES else 0
    gathering.reason = reason


def _check_past(starts_at: dt.datetime, reason: str) -> None:
    now = clock.now()
    if starts_at > now:
        raise GatheringTimeError(_("线下学习在结束以后登记，开始时间不能晚于现在。"))
    window = dt.timedelta(days=settings.GATHERING_LATE_DAYS)
    if starts_at < now - window and not reason:
        raise GatheringTimeError(
            _("已过去超过 %(days)s 天，请填写补登原因。") % {"days": window.days}
        )
