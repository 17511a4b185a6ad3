"""The room of an exam: who sits, how far, and what its people may do about it."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.attempts import queries, reading, room_services
from exams.attempts.forms import RoomForm
from exams.attempts.models import Attempt, Exam
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member

MOST_NUMBERS = 500

EVENTS: dict[str, Callable[[], str]] = {
    "left": lambda: _("离开答题窗口"),
    "returned": lambda: _("回到答题窗口"),
    "tab": lambda: _("换到另一窗口或设备作答"),
    "device": lambda: _("绑定了新的设备"),
    "released": lambda: _("解除设备绑定"),
    "allowed": lambda: _("加时"),
    "reopened": lambda: _("重新打开"),
    "finished_for": lambda: _("代为交卷"),
    "from_paper": lambda: _("由答题卡读入"),
    "sheet_corrected": lambda: _("答题卡改判，重新计分"),
    "sheet_moved": lambda: _("答题卡改分派给本人"),
}


@access(SIGNED_IN)
@never_cache
@require_safe
def room(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Who sits, how many questions they have answered, when the last save was."""
    return _room(request, _watched(request, exam_id), RoomForm())


@access(SIGNED_IN)
@require_POST
def act(request: HttpRequest, exam_id: int) -> HttpResponse:
    """More time or attempts, opening again, letting a device go, handing in for somebody."""
    exam = _watched(request, exam_id)
    form = RoomForm(request.POST)
    if not form.is_valid():
        return _room(request, exam, form, status=422)
    said = form.cleaned_data
    chosen = queries.attempts_among(exam, _ids(request.POST.getlist("attempt")))
    by = cast(Member, request.user)
    try:
        match request.POST.get("do"):
            case "allow":
                told = _allow(exam, chosen, by, said)
            case "reopen":
                seconds = 60 * (said["minutes"] or 0)
                for attempt in _some(chosen):
                    room_services.reopen_attempt(
                        attempt=attempt, by=by, reason=said["reason"], extra_seconds=seconds
                    )
                told = _("已重新打开，本人可以接着作答。")
            case "release":
                for attempt in _some(chosen):
                    room_services.release_device(attempt=attempt, by=by, reason=said["reason"])
                told = _("已解除绑定，下一台打开试卷的设备可以继续。")
            case "finish":
                for attempt in _some(chosen):
                    room_services.finish_for(attempt=attempt, by=by, reason=said["reason"])
                told = _("已代为交卷，已保存的答案都有效。")
            case _other:
                raise Http404
    except DomainError as refused:
        messages.error(request, refused.message)
        return _room(request, exam, form, status=422)
    messages.success(request, told)
    return redirect("exam_room", exam_id)


def _allow(exam: Exam, chosen: list[Attempt], by: Member, said: dict[str, object]) -> str:
    numbers = str(said["numbers"]).replace("，", " ").replace(",", " ").split()[:MOST_NUMBERS]
    named = queries.called_by_number(exam, numbers)
    unknown = set(numbers) - {member.number for member in named}
    if unknown:
        raise DomainError(
            _("没有找到这些编号：%(numbers)s。请核对后再试，还没有改动任何人。")
            % {"numbers": "、".join(sorted(unknown))}
        )
    longer = room_services.allow(
        exam=exam,
        members=[*(attempt.member for attempt in chosen), *named],
        by=by,
        reason=str(said["reason"]),
        extra_seconds=60 * cast(int, said["minutes"] or 0),
        time_percent=cast(int, said["percent"] or 100),
        extra_attempts=cast(int, said["attempts"] or 0),
    )
    return _("已生效，其中 %(count)s 人正在作答，时间已经延长。") % {"count": longer}


def _some(chosen: list[Attempt]) -> list[Attempt]:
    if not chosen:
        raise DomainError(_("请先在名单里选择人员。"))
    return chosen


@access(SIGNED_IN)
@never_cache
@require_safe
def log(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """What happened during one attempt; it is read by people and decides nothing."""
    attempt = queries.watched_attempt(request.user, attempt_id)
    if attempt is None:
        raise Http404
    rows = [
        {"event": event, "words": EVENTS[event.kind]() if event.kind in EVENTS else event.kind}
        for event in queries.events_of(attempt)
    ]
    return render(request, "exams/log.html", {"attempt": attempt, "rows": rows})


def _room(request: HttpRequest, exam: Exam, form: RoomForm, *, status: int = 200) -> HttpResponse:
    seats = reading.seats(exam)
    context = {
        "exam": exam,
        "form": form,
        "seats": seats,
        "sitting": sum(seat.is_open for seat in seats),
        "chosen": request.POST.getlist("attempt"),
        "now": clock.now(),
    }
    return render(request, "exams/room.html", context, status=status)


def _ids(said: list[str]) -> list[UUID]:
    try:
        return [UUID(one) for one in said]
    except ValueError as error:
        raise Http404 from error


def _watched(request: HttpRequest, exam_id: int) -> Exam:
    exam = queries.watched_exam(request.user, exam_id)
    if exam is None:
        raise Http404
    return exam
