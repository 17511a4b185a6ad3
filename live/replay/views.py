"""What the replay of a class plays again beside its picture, and the course it goes into."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live.classroom import page
from live.classroom.models import ClassState
from live.classroom.views import person, seen
from live.classroom.views_of_teacher import led
from live.replay import queries, services
from live.replay.forms import CourseForm
from live.slides import reading
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError


@access(SIGNED_IN)
@never_cache
@require_safe
def told(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """JSON: the picture's address, what happened by its time, and the chapters."""
    found, by = seen(request, live_class_id), person(request)
    if found.state != ClassState.CLOSED:
        raise Http404
    entries, chapters, length = queries.replay_of(found)
    lesson = queries.lesson_for(by, found)
    return JsonResponse(
        {
            "replay": page.replay(found, by),
            "slides": reading.base(found, by),
            "length": length,
            "entries": entries,
            "chapters": [{"start": start, "title": title} for start, title in chapters],
            "lesson": reverse("courses:lesson", args=[lesson]) if lesson else "",
        }
    )


@access(SIGNED_IN)
def course(request: HttpRequest, live_class_id: int) -> HttpResponse:
    """Choose the course the class becomes a lesson of."""
    found, by = led(request, live_class_id), person(request)
    known = queries.place_of(found)
    form = CourseForm(
        request.POST or None, by=by, initial={"course": known.course_id if known else None}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_course(by=by, live_class=found, course=form.cleaned_data["course"])
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("live:replay_course", found.pk)
    context = {"live": found, "form": form, "place": known}
    return render(request, "live/course.html", context, status=422 if form.errors else 200)
