"""Planning a live class, and moving it through its states."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.training.models import TrainingClass
from exams.credit.models import StudyCategory
from live.classroom import folders, queries, rules, shared, words
from live.classroom.errors import ClassContentError, ClassMovedError, NotTheTeacherError
from live.classroom.models import USUAL_PERCENT, ClassState, LiveClass
from live.classroom.signals import class_closed
from live.classroom.telling import lock, tell
from lms.core import clock
from lms.core.states import advance
from lms.core.tasks import enqueue
from lms.members.models import Branch, Member

# The teacher's line has been gone so long: nobody comes back any more.
ABANDONED = dt.timedelta(minutes=30)
BEFORE_AIR = (ClassState.SCHEDULED, ClassState.WAITING)


def schedule_class(
    *,
    by: Member,
    branch: Branch,
    title: str,
    starts_at: dt.datetime,
    planned_minutes: int = 60,
    teacher: Member | None = None,
    co_hosts: Iterable[Member] = (),
    training_class: TrainingClass | None = None,
    introduction: str = "",
    category: str = "",
    counts_percent: int = USUAL_PERCENT,
    is_rehearsal: bool = False,
) -> LiveClass:
    """Plan a class; it is there for its audience from now on, a rehearsal for who may hold it.

    Without a `category` one for a training class is 集中培训, and any other 网络自学.
    """
    _check_plan(by, branch, starts_at, training_class)
    with transaction.atomic():
        made = LiveClass.objects.create(
            branch=branch,
            training_class=training_class,
            title=title,
            introduction=introduction,
            teacher=teacher or by,
            starts_at=starts_at,
            planned_minutes=planned_minutes,
            category=category or usual_category(training_class),
            counts_percent=counts_percent,
            is_rehearsal=is_rehearsal,
            made_by=by,
            made_at=clock.now(),
        )
        made.co_hosts.set(co_hosts)
    return made


def usual_category(training_class: TrainingClass | None) -> str:
    """What a class is where nobody has said: the careful choice."""
    is_training = training_class is not None
    return StudyCategory.CONCENTRATED.value if is_training else StudyCategory.ONLINE.value


def change_class(*, by: Member, live_class: LiveClass, **said: Any) -> None:
    """Correct the plan until people are let in; `said` as for `schedule_class`, without branch."""
    with transaction.atomic():
        held = _hold(by, live_class)
        if not rules.can_be_changed(held):
            raise ClassMovedError(_("课堂已经开放，不能再修改安排。"))
        _check_plan(by, held.branch, said["starts_at"], said.get("training_class"))
        co_hosts = said.pop("co_hosts", None)
        for name, value in said.items():
            setattr(held, name, value)
        held.save()
        if co_hosts is not None:
            held.co_hosts.set(co_hosts)
    live_class.refresh_from_db()


def _check_plan(
    by: Member, branch: Branch, starts_at: dt.datetime, training_class: TrainingClass | None
) -> None:
    if not rules.can_plan(by, branch):
        raise NotTheTeacherError(_("您不能为这个党组织安排直播课。请联系学校管理员。"))
    if starts_at < clock.now() - dt.timedelta(hours=1):
        raise ClassContentError(_("开始时间已经过去，请改一个时间。"))
    if training_class is not None and not training_class.branch.path.startswith(branch.path):
        raise ClassContentError(_("这个培训班不属于所选的党组织，请重新选择。"))


def _hold(by: Member, live_class: LiveClass) -> LiveClass:
    held = lock(live_class.pk)
    if not rules.can_lead(by, held):
        raise NotTheTeacherError(words.not_the_teacher())
    return held


def _move(
    by: Member | None, live_class: LiveClass, kind: str, *, to: str, from_: Iterable[str],
    body: dict[str, Any] | None = None, **changes: Any,
) -> LiveClass:  # fmt: skip
    """One press of a button: the state, and the event that tells the room."""
    with transaction.atomic():
        held = lock(live_class.pk) if by is None else _hold(by, live_class)
        if not advance(held, to=to, from_=from_, **changes):
            raise ClassMovedError(words.moved())
        tell(held, kind, body, by=by)
    live_class.refresh_from_db()
    return held


def open_waiting(*, by: Member, live_class: LiveClass) -> None:
    """Let people into the room before the class begins."""
    _move(by, live_class, "opened", to=ClassState.WAITING, from_=[ClassState.SCHEDULED])


def go_on_air(*, by: Member, live_class: LiveClass) -> bool:
    """The first picture is on its way; False if the class is on the air already.

    Raises ClassMovedError for a class that is over.
    """
    with transaction.atomic():
        held = _hold(by, live_class)
        if held.state in (ClassState.CLOSED, ClassState.CANCELLED):
            raise ClassMovedError(_("这节课已经结束，不能再开播。"))
        began = held.begun_at or clock.now()
        moved = advance(
            held, to=ClassState.ON_AIR, from_=[*BEFORE_AIR, ClassState.PAUSED], begun_at=began
        )
        if moved:
            tell(held, "on_air", by=by)
    live_class.refresh_from_db()
    return moved


def pause_class(*, by: Member, live_class: LiveClass) -> None:
    _move(by, live_class, "paused", to=ClassState.PAUSED, from_=[ClassState.ON_AIR])


def resume_class(*, by: Member, live_class: LiveClass) -> None:
    _move(by, live_class, "resumed", to=ClassState.ON_AIR, from_=[ClassState.PAUSED])


def cancel_class(*, by: Member, live_class: LiveClass, reason: str) -> None:
    """It will not be held; the reason is shown to its audience."""
    if not reason.strip():
        raise ClassContentError(_("请写明取消原因，学员会看到。"))
    _move(
        by, live_class, "cancelled", to=ClassState.CANCELLED, from_=BEFORE_AIR,
        body={"reason": reason}, reason=reason, ended_at=clock.now(),
    )  # fmt: skip


def close_class(*, by: Member | None, live_class: LiveClass) -> None:
    """The class is over; `by` is None where nobody came back for ABANDONED."""
    with transaction.atomic():
        _move(
            by, live_class, "closed", to=ClassState.CLOSED, from_=queries.RUNNING,
            ended_at=clock.now(), lost_at=None,
        )  # fmt: skip
        enqueue("live.keep_recording", live_class_id=live_class.pk)
        class_closed.send(sender=LiveClass, live_class_id=live_class.pk)


def drop_rehearsal(*, by: Member, live_class: LiveClass) -> None:
    """Delete a rehearsal with all that was said and sent in it, unless it goes on just now."""
    with transaction.atomic():
        held = _hold(by, live_class)
        if not held.is_rehearsal:
            raise ClassMovedError(_("正式的课不能删除。还没有开播的可以取消。"))
        if held.is_running:
            raise ClassMovedError(_("试讲还在进行，请先按“结束这节课”，再删除。"))
        room = held.room
        held.delete()
        transaction.on_commit(lambda: _remove_files(room))


def _remove_files(room: UUID) -> None:
    folders.remove(room)
    if shared.is_shared():
        shared.remove(room)


def close_abandoned() -> int:
    """Close what no teacher has come back to; how many."""
    count = 0
    for live_class in queries.abandoned(clock.now() - ABANDONED):
        try:
            close_class(by=None, live_class=live_class)
        except ClassMovedError:
            continue  # somebody was faster
        count += 1
    return count
