"""The teacher's pages: planning, the studio, and the buttons of a class."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from live.classroom import page, queries, rules, services
from live.classroom.forms import ClassForm, ReasonForm
from live.classroom.models import ClassState, LiveClass
from live.classroom.views import A_PAGE, person, rows_of, seen
from live.classroom.words import TONES
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member
from media_pipeline.rules import LECTURES


@access(LECTURES)
@require_safe
def taught(request: HttpRequest) -> HttpResponse:
    """The classes of the branches one teaches in, the latest first."""
    listed = Paginator(queries.taught_classes(request.user), A_PAGE)
    shown = listed.get_page(request.GET.get("page"))
    return render(request, "live/taught.html", {"page": shown, "rows": rows_of(shown.object_list)})


@access(LECTURES)
def new(request: HttpRequest) -> HttpResponse:
    """Plan one."""
    by = person(request)
    form = ClassForm(request.POST or None, by=by)
    if form.is_valid():
        try:
            made = services.schedule_class(by=by, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已安排，学员在“直播课”里能看到。"))
            return redirect("live:studio", made.pk)
    return _form_page(request, form)


@access(SIGNED_IN)
def edit(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """Correct one nobody has been let in to yet."""
    known = led(request, live_class_id)
    by = person(request)
    form = ClassForm(request.POST or None, by=by, known=known)
    if form.is_valid():
        try:
            services.change_class(by=by, live_class=known, **form.said())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("live:studio", known.pk)
    return _form_page(request, form, known=known)


def _form_page(
    request: HttpRequest, form: ClassForm, known: LiveClass | None = None
) -> HttpResponse:
    return render(
        request,
        "live/form.html",
        {"form": form, "known": known},
        status=422 if form.errors else 200,
    )


@access(SIGNED_IN)
@never_cache
@require_safe
def studio(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """Device check, going on air, and what the teacher sees of it."""
    found = led(request, live_class_id)
    if found.state in (ClassState.CLOSED, ClassState.CANCELLED):
        return redirect("live:room", found.pk)
    context = {
        "live": found,
        "tone": TONES[ClassState(found.state)],
        "can_change": rules.can_be_changed(found),
        "can_cancel": found.state in services.BEFORE_AIR,
        "config": page.studio_config(found, person(request)),
        "cancelling": ReasonForm(auto_id="cancel-%s"),
    }
    return render(request, "live/studio.html", context)


_VERBS: dict[str, Callable[..., None]] = {
    "open": services.open_waiting,
    "pause": services.pause_class,
    "resume": services.resume_class,
    "close": services.close_class,
    "cancel": services.cancel_class,
}


@access(SIGNED_IN)
@require_POST
def do(request: HttpRequest, live_class_id: int, verb: str) -> HttpResponse:
    """One button. A script is answered in JSON, a form by the page as it is then."""
    found = led(request, live_class_id)
    press = _VERBS.get(verb)
    if press is None:
        raise Http404
    more: dict[str, Any] = {}
    if verb == "cancel":
        more["reason"] = request.POST.get("reason", "")[:100]
    refusal = _pressed(press, person(request), found, more)
    if "application/json" in request.headers.get("Accept", ""):
        status = 409 if refusal else 200
        return JsonResponse({"state": found.state, "error": refusal}, status=status)
    if refusal:
        messages.error(request, refusal)
    return redirect("live:studio", found.pk)


def _pressed(press: Callable[..., None], by: Member, found: LiveClass, more: dict[str, Any]) -> str:
    """The refusal in words, or nothing."""
    try:
        press(by=by, live_class=found, **more)
    except DomainError as refused:
        return refused.message
    return ""


@access(SIGNED_IN)
@require_POST
def drop(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """A rehearsal is over: nothing of it is kept."""
    found = led(request, live_class_id)
    try:
        services.drop_rehearsal(by=person(request), live_class=found)
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect("live:room", found.pk)
    messages.success(request, _("试讲已删除。"))
    return redirect("live:taught")


@access(LECTURES)
@require_POST
def uplink(request: HttpRequest) -> HttpResponse:
    """Take some bytes, to see how fast they come; the browser measures."""
    return JsonResponse({"bytes": len(request.body)})


def led(request: HttpRequest, live_class_id: int) -> LiveClass:
    """The class if the person may hold it; whoever may not does not find this page."""
    found = seen(request, live_class_id)
    if not rules.can_lead(request.user, found):
        raise Http404
    return found
