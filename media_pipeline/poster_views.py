"""Back office: which picture stands for a lecture."""

import uuid
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.core.access import access
from media_pipeline import poster_services
from media_pipeline.rules import LECTURES
from media_pipeline.views import after


@access(LECTURES)
@require_POST
def poster(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Choose one of the candidates, or bring a picture of one's own."""
    file = request.FILES.get("picture")
    verb: partial[Any]
    if "choice" in request.POST:
        chosen = request.POST["choice"]
        number = int(chosen) if chosen.isdecimal() and len(chosen) < 4 else -1
        verb = partial(poster_services.choose_poster, number=number)
    else:
        content = file.read(poster_services.MOST_BYTES + 1) if file else b""
        verb = partial(poster_services.bring_poster, content=content)
    return after(request, asset_id, verb, _("封面已换好，学员打开这一讲就能看到。"))
