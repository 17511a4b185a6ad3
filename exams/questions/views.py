"""The pictures and recordings of questions, for who was given a link."""

from typing import cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from courses.catalogue.files import IN_LESSON, opened_picture
from exams.questions.media import PICTURE, Named, opened
from exams.questions.media_queries import picture, recording
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.members.models import Member
from media_pipeline.playback import NotPlayableError, signed_progressive

KEPT_SECONDS = 600


@access(SIGNED_IN)
@require_safe
def question_media(request: HttpRequest, token: str) -> HttpResponseBase:
    """The picture itself, or the way to the recording; a link opens for its own member alone."""
    member = cast(Member, request.user)
    named = opened(token, member.pk)
    if named is None:
        raise Http404
    if named.kind == PICTURE:
        return picture_of(named)
    asset = recording(named)
    if asset is None:
        raise Http404
    try:
        return redirect(signed_progressive(asset=asset, member=member, now=clock.now()))
    except NotPlayableError as not_yet:
        raise Http404 from not_yet


def picture_of(named: Named) -> HttpResponseBase:
    """The picture itself, for who may see it; 404 if it is gone."""
    image = picture(named)
    found = opened_picture(image, IN_LESSON) if image else None
    if found is None:
        raise Http404
    response = FileResponse(found.handle, content_type=found.content_type)
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return response
