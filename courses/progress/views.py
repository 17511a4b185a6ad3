"""The player's side of a sitting: open, settle, fresh link. JSON, by session and CSRF."""

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.catalogue.queries import lesson_terms
from courses.progress.browsers import mark, number_of, remember
from courses.progress.checking import answer_check, asked_question
from courses.progress.models import LessonProgress, WatchSession
from courses.progress.queries import session_with_lesson
from courses.progress.services import settle_session, start_session
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from media_pipeline.playback import LINK_SECONDS, signed_playlist

# A link is renewed well before it runs out, so that a slow phone still gets its segments.
REFRESH_SECONDS = LINK_SECONDS * 2 // 3


@access(SIGNED_IN)
@never_cache
@require_POST
def start(request: HttpRequest) -> JsonResponse:
    lesson_id = _number(request, "lesson")
    terms = lesson_terms(lesson_id, by=request.user) if lesson_id is not None else None
    if terms is None:
        raise Http404
    member: Any = request.user
    try:
        number = number_of(request)
        sitting = start_session(by=member, terms=terms, browser=mark(number, clock.today().year))
    except DomainError as refusal:
        return JsonResponse({"error": refusal.message}, status=409)
    progress = sitting.progress
    answer = JsonResponse(
        {
            "session": str(sitting.session.pk),
            "token": sitting.token,
            "settleUrl": reverse("progress:settle", args=[sitting.session.pk]),
            "playlistUrl": reverse("progress:playlist", args=[sitting.session.pk]),
            **_link(sitting.session, member),
            "resumeMs": sitting.resume_ms,
            "covered": progress.covered if progress else [],
            "completed": bool(progress and progress.is_completed),
            "resumed": sitting.resume_ms > 0,
            "check": sitting.session.is_asked,
            "checkUrl": reverse("progress:check", args=[sitting.session.pk]),
        }
    )
    remember(request, answer, number)
    return answer


@access(SIGNED_IN)
@never_cache
@require_POST
def settle(request: HttpRequest, session_id: UUID) -> JsonResponse:
    session = _own_session(request, session_id)
    progress = settle_session(session=session)
    if progress is None:
        return JsonResponse(
            {"coveredMs": 0, "requiredMs": 0, "completed": False, "message": _("还没有学习记录。")}
        )
    return JsonResponse(
        {
            "coveredMs": progress.covered_ms,
            "requiredMs": progress.required_ms,
            "completed": progress.is_completed,
            "message": _message(progress, session),
        }
    )


@access(SIGNED_IN)
@never_cache
@require_GET
def playlist(request: HttpRequest, session_id: UUID) -> JsonResponse:
    session = _own_session(request, session_id)
    if lesson_terms(session.lesson_id, by=request.user) is None:
        raise Http404  # withdrawn, or no longer for this member
    return JsonResponse(_link(session, request.user))


@access(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, session_id: UUID) -> JsonResponse:
    """GET: what to ask. POST: somebody is there, `choice` being the option taken, if any."""
    session = _own_session(request, session_id)
    if request.method == "GET":
        question = asked_question(session) if session.is_asked else None
        return JsonResponse(
            {
                "asked": session.is_asked,
                "question": question.text if question else "",
                "options": question.options if question else [],
            }
        )
    answer = answer_check(session=session, choice=_number(request, "choice", least=0))
    message = ""
    if answer.is_right:
        message = _("回答正确。")
    elif answer.is_right is not None:
        message = _("正确答案是：%(option)s") % {"option": answer.right_option}
    return JsonResponse({"right": answer.is_right, "message": message})


def _link(session: WatchSession, member: Any) -> dict[str, Any]:
    asset = session.lesson.asset
    if asset is None:
        raise Http404
    return {
        "playlist": signed_playlist(asset=asset, member=member, now=clock.now()),
        "refreshSeconds": REFRESH_SECONDS,
    }


def _own_session(request: HttpRequest, session_id: UUID) -> WatchSession:
    session = session_with_lesson(session_id, request.user)
    if session is None:
        raise Http404
    return session


def _number(request: HttpRequest, name: str, *, least: int = 1) -> int | None:
    """From a form or from JSON; None for anything that is no number."""
    said: Any = request.POST.get(name)
    if said is None and request.content_type == "application/json":
        try:
            said = json.loads(request.body)[name]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
    try:
        number = int(said)
    except (TypeError, ValueError):
        return None
    return number if least <= number < 2**31 else None


def _message(progress: LessonProgress, session: WatchSession) -> str:
    if progress.is_completed:
        hours = session.lesson.study_hours
        if not hours:
            return _("本讲已完成。")
        return _("本讲已完成，计%(hours)s学时") % {"hours": f"{hours.normalize():f}"}
    missing = max(0, progress.required_ms - progress.covered_ms) // 1000
    if missing == 0:
        return _("还有个别片段没有看到，进度条上空白的部分补看后即可完成。")
    return _("还需学习%(minutes)s分%(seconds)02d秒即可完成。") % {
        "minutes": missing // 60,
        "seconds": missing % 60,
    }
