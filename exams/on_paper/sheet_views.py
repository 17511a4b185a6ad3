"""One sheet of an exam: whose it is, what stands on it; and the member's own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.attempts.models import Exam
from exams.marking.queries import place_at_desk
from exams.marking.result_queries import own_attempt
from exams.on_paper import desk_services, queries, rules
from exams.on_paper.forms import AssignForm, WrittenForm
from exams.on_paper.models import PaperSheet, SheetState
from exams.on_paper.views import frame, handled
from exams.sheets.pieces import piece_of
from exams.sheets.views import person
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError

A_PAGE = 50
DONE = {
    "assign": _("已分派，计入本人的答卷。"),
    "dismiss": _("已判定不计。"),
    "take-back": _("已撤回判定，请重新处理。"),
    "points": _("已记下得分。"),
}


@access(SIGNED_IN)
@never_cache
@require_safe
def sheets(request: HttpRequest, exam_id: int) -> HttpResponse:
    """The sheets that have come back."""
    exam = handled(request, exam_id)
    state, words = request.GET.get("state", ""), request.GET.get("words", "").strip()
    state = state if state in SheetState.values else ""
    found = queries.sheets_listed(exam, state=state, words=words)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {**frame(request, exam), "page": page, "state": state, "words": words}
    return render(request, "on_paper/sheets.html", {**context, "states": SheetState.choices[1:]})


@access(SIGNED_IN)
@never_cache
@require_safe
def sheet(request: HttpRequest, exam_id: int, sheet_id: int) -> HttpResponse:
    """One sheet with its pictures, and what can be decided about it."""
    exam, found = _sheet(request, exam_id, sheet_id)
    return _shown(request, exam, found)


@access(SIGNED_IN)
@require_POST
def act(request: HttpRequest, exam_id: int, sheet_id: int, verb: str) -> HttpResponse:
    """Assign it, say that it does not count, take that back, or enter points."""
    exam, found = _sheet(request, exam_id, sheet_id)
    if verb not in DONE:
        raise Http404
    by, reason = person(request), request.POST.get("reason", "")
    assign = AssignForm(request.POST) if verb == "assign" else None
    written = _written(found, request.POST) if verb == "points" else None
    for form in (assign, written):
        if form is not None and not form.is_valid():
            return _shown(request, exam, found, assign=assign, written=written)
    try:
        if assign is not None:
            desk_services.assign(by=by, sheet=found, **assign.cleaned_data)
        elif written is not None:
            desk_services.enter_points(by=by, sheet=found, points=written.given())
        elif verb == "dismiss":
            desk_services.dismiss(by=by, sheet=found, reason=reason)
        else:
            desk_services.take_back(by=by, sheet=found, reason=reason)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, DONE[verb])
    return redirect("on_paper:sheet", exam.pk, found.pk)


@access(SIGNED_IN)
@require_safe
def written(request: HttpRequest, exam_id: int, place_id: int) -> HttpResponse:
    """What a marker has on the desk, cut out of its sheet: nothing else of it is seen."""
    exam = handled(request, exam_id)
    place = place_at_desk(place_id, person(request))
    found = None
    if place is not None and place.exam_id == exam.pk:
        found = queries.written_piece(place.answer)
    if found is None:
        raise Http404
    return _jpeg(piece_of(*found))


@access(SIGNED_IN)
@never_cache
@require_safe
def own(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The member's own sheet after the release, where the exam shows it."""
    pages = queries.shown_pages(request.user, attempt_id)
    attempt = own_attempt(person(request), attempt_id)
    if not pages or attempt is None:
        raise Http404
    return render(request, "on_paper/own.html", {"attempt": attempt, "pages": pages})


@access(SIGNED_IN)
@require_safe
def own_page(request: HttpRequest, attempt_id: UUID, page: int) -> HttpResponse:
    """One page of it as a picture."""
    pages = queries.shown_pages(request.user, attempt_id)
    found = next((one for one in pages if one.page == page), None)
    if found is None:
        raise Http404
    with found.image.open("rb") as file:
        return _jpeg(file.read())


# --- Putting together -----------------------------------------------------------------------------


def _sheet(request: HttpRequest, exam_id: int, sheet_id: int) -> tuple[Exam, PaperSheet]:
    exam = handled(request, exam_id)
    found = queries.sheet_of(exam, sheet_id)
    if found is None:
        raise Http404
    found.exam = exam
    return exam, found


def _jpeg(picture: bytes) -> HttpResponse:
    answer = HttpResponse(picture, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=300"
    return answer


def _written(found: PaperSheet, posted: Any = None) -> WrittenForm:
    return WrittenForm(posted, answers=queries.written_answers(found))


def _shown(
    request: HttpRequest,
    exam: Exam,
    found: PaperSheet,
    *,
    assign: AssignForm | None = None,
    written: WrittenForm | None = None,
) -> HttpResponse:
    written = written or _written(found)
    by = person(request)
    is_own = by.pk in (found.member_id, found.holder_id)
    may_mark = rules.can_enter_points(by, exam) and not is_own
    number = found.holder.number if found.holder and found.state == SheetState.WAITING else ""
    context = {
        **frame(request, exam),
        "sheet": found,
        "pages": queries.pages_read(found),
        "notes": queries.notes_of(found),
        "others": queries.others_of(found),
        "assign": assign or AssignForm(initial={"number": number}),
        "written": written if written.fields and may_mark else None,
        "is_own": is_own,
        "takes_sheets": queries.takes_sheets(exam),
    }
    failed = bool(written.errors or (assign and assign.errors))
    return render(request, "on_paper/sheet.html", context, status=422 if failed else 200)
