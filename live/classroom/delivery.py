"""Serving the segments of a class: addresses bound to one member and one class, for a while.

The token stands in the path, so the names inside playlists inherit it and none is rewritten:
/live-files/<token>/<expiry>/<member>/<room>/<file>. Who asks has to be signed in as that member.
"""

import datetime as dt
import re
from pathlib import PurePosixPath
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from live.classroom import at_hand, folders, shared
from live.classroom.models import LiveClass
from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.members.models import Member
from media_pipeline import playback
from media_pipeline.delivery import sent
from media_pipeline.segment_lane import Shelf
from media_pipeline.storage import StorageUnavailableError, local_storage, media_storage

# Every name there can be; whatever else is asked for does not exist.
_FILE = re.compile(
    r"(?:live\.m3u8|index\.m3u8|[1-9][0-9]{0,4}/(?:init\.mp4|[0-9]{5,6}\.m4s)"
    r"|slides/[0-9a-f]{32}-[sl]\.webp)",
    re.A,
)
SHELF = Shelf("live-files", _FILE, folders.KEY_PREFIX, is_media=False, reader=at_hand.reader)


def signed_playlist(*, live_class: LiveClass, member: Member, now: dt.datetime, name: str) -> str:
    """The address of a playlist of the class for this member, good for playback.LINK_SECONDS."""
    signed = playback.signed_path(subject=str(live_class.room), member=member, now=now)
    return f"/live-files/{signed}/{name}"


@access(SIGNED_IN)
@require_safe
def class_file(
    request: HttpRequest, token: str, expiry: str, member_id: str, room: str, rest: str
) -> HttpResponseBase:
    """One file of one class, for the member it was signed for."""
    judged = playback.verdict(
        token=token,
        expiry=expiry,
        member_id=member_id,
        asset_id=room,
        by=request.user.pk or 0,
        now=clock.now(),
    )
    if judged is playback.Verdict.FORGED or _FILE.fullmatch(rest) is None:
        raise Http404
    if judged is playback.Verdict.EXPIRED:
        return HttpResponse(
            _("链接已过期，请刷新页面。"), status=410, content_type="text/plain; charset=utf-8"
        )
    suffix = PurePosixPath(rest).suffix
    link = playback.Link(
        key=f"{folders.KEY_PREFIX}{UUID(room)}/{rest}",
        content_type=playback.CONTENT_TYPES[suffix],
        may_change=suffix == ".m3u8",
    )
    if shared.is_shared():
        return _from_anywhere(request, link)
    return sent(request, link, local_storage())


def _from_anywhere(request: HttpRequest, link: playback.Link) -> HttpResponseBase:
    """As this machine makes it, as it is stored, or as a time of one machine has left it here."""
    if link.may_change and (made := at_hand.read(link.key)) is not None:
        headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
        return HttpResponse(made, content_type=link.content_type, headers=headers)
    try:
        is_stored = not media_storage().is_here and media_storage().facts(link.key) is not None
        return sent(request, link, None if is_stored else local_storage())
    except StorageUnavailableError as error:
        return HttpResponse(
            error.message,
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": "5", "Cache-Control": "no-store"},
        )
