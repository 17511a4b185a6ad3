"""Catalogue, course and lesson pages, and the files lessons are made of."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from courses.catalogue import files, reading, spoken
from lms.core.access import SIGNED_IN, access
from lms.members.rules import BACK_OFFICE
from media_pipeline.queries import caption_languages

TABS = ("outline", "chapters", "transcript")


@access(SIGNED_IN)
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """All courses this person may study, by words, topic and state."""
    text = request.GET.get("q", "").strip()[:60]
    topic = request.GET.get("topic", "").strip()[:30]
    state = request.GET.get("state", "")
    state = state if state in reading.STATES else ""
    page, cards = reading.catalogue_page(
        by=request.user, text=text, topic=topic, state=state, number=request.GET.get("page", "1")
    )
    context = {
        "page": page,
        "cards": cards,
        "topics": reading.topics(request.user),
        "text": text,
        "topic": topic,
        "state": state,
        "is_filtered": bool(text or topic or state),
        "spoken": spoken.spoken_results(by=request.user, text=text) if text else [],
    }
    return render(request, "catalogue/catalogue.html", context)


@access(SIGNED_IN)
@require_safe
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """One course: what it teaches, its outline, and how far this person is."""
    found = reading.course_named(by=request.user, slug=slug)
    if found is None:
        raise Http404
    context = reading.course_context(found, request.user)
    return render(request, "catalogue/course.html", context)


@access(SIGNED_IN)
@require_safe
def lesson(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """One lesson: the player, or what there is to read; outline and transcript beside it."""
    found = reading.lesson_for(by=request.user, lesson_id=lesson_id)
    if found is None:
        raise Http404
    context = reading.lesson_context(found, request.user)
    tab = request.GET.get("tab", "")
    context["tab"] = tab if tab in TABS else "outline"
    if context["tab"] == "transcript" and "player" in context:
        captions = context["player"]["captions"]
        said = reading.spoken_in(found, captions, request.GET.get("lang", ""))
        context["spoken"] = said
        context["find"] = request.GET.get("find", "").strip()[:60]
        context["lines"] = spoken.transcript_lines(said.cues, context["find"]) if said else []
        context["found"] = sum(line.is_hit for line in context["lines"])
    if getattr(request, "htmx", False):
        return render(request, "catalogue/parts/lesson_tabs.html", context)
    return render(request, "catalogue/lesson.html", context)


@access(SIGNED_IN)
@require_safe
def transcript(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """What is said in a lesson, as plain text to keep or to print."""
    found = reading.lesson_for(by=request.user, lesson_id=lesson_id)
    if found is None:
        raise Http404
    languages = [language.value for language in caption_languages(found.asset_id)]
    said = spoken.transcript_file(
        found, reading.course_above(found), languages, request.GET.get("lang", "")
    )
    if said is None:
        raise Http404
    language, text = said
    name = f"{found.title}.{language}.txt" if len(languages) > 1 else f"{found.title}.txt"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        text,
        headers={
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Disposition": disposition or "attachment",
            "Cache-Control": "private, no-cache",
        },
    )


@access(SIGNED_IN)
@require_safe
@cache_control(private=True, max_age=3600)
def cover(request: HttpRequest, slug: str, image_id: int) -> FileResponse:
    """A course's cover picture, at the size cards and the course page show it."""
    picture = reading.course_cover(by=request.user, slug=slug, image_id=image_id)
    return _picture(picture, files.COVER)


@access(SIGNED_IN)
@require_safe
@cache_control(private=True, max_age=3600)
def image(request: HttpRequest, lesson_id: int, image_id: int) -> FileResponse:
    """A picture of a lesson."""
    picture = reading.lesson_image(by=request.user, lesson_id=lesson_id, image_id=image_id)
    return _picture(picture, files.IN_LESSON)


@access(SIGNED_IN)
@require_safe
@cache_control(private=True, max_age=3600)
def document(request: HttpRequest, lesson_id: int, document_id: int) -> FileResponse:
    """A PDF of a lesson, shown in the browser."""
    found = reading.lesson_document(by=request.user, lesson_id=lesson_id, document_id=document_id)
    handle = files.opened_document(found) if found is not None else None
    if handle is None:
        raise Http404
    return FileResponse(handle, content_type="application/pdf", filename=f"{found.title}.pdf")


@access(BACK_OFFICE)
@require_safe
@cache_control(private=True, max_age=3600)
def back_office_file(request: HttpRequest, name: str) -> FileResponse:
    """A picture the back office lists; nothing else of the stored files has an address."""
    opened = files.opened_listed_picture(by=request.user, name=name)
    if opened is None:
        raise Http404
    return FileResponse(opened.handle, content_type=opened.content_type)


def _picture(picture: Any, size: str) -> FileResponse:
    opened = files.opened_picture(picture, size) if picture is not None else None
    if opened is None:
        raise Http404
    return FileResponse(opened.handle, content_type=opened.content_type)
