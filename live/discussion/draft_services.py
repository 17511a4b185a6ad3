"""Keeping what somebody is writing, until it is posted."""

import datetime as dt
import re

from django.utils.translation import gettext as _

from live.discussion import queries
from live.discussion.errors import TalkContentError
from live.discussion.models import LONGEST_POST, LONGEST_TITLE, Draft
from live.discussion.writing import tidied
from lms.core import clock
from lms.members.models import Member

_PLACE = re.compile(r"(thread:\d{1,9}|new:(courses|lessons|boards):\d{1,9}|post:\d{1,9})")
KEPT = dt.timedelta(days=60)


def keep_draft(*, by: Member, place: str, title: str, text: str, key: str = "") -> Draft | None:
    """What `by` has written so far at a place; nothing is kept of nothing.

    `key` is the form's: a draft that comes in after its form was posted is kept no more.
    """
    if not _PLACE.fullmatch(place):
        raise TalkContentError(_("页面已经过期，请重新打开。"))
    title, text = title[:LONGEST_TITLE], text[:LONGEST_POST].replace("\x00", "")
    is_posted = bool(key) and queries.post_with_key(by, key) is not None
    if is_posted or (not tidied(title) and not tidied(text)):
        Draft.objects.filter(member=by, place=place).delete()
        return None
    draft, _made = Draft.objects.update_or_create(
        member=by,
        place=place,
        defaults={"title": title, "text": text, "kept_at": clock.now()},
    )
    return draft


def forget_old_drafts() -> int:
    """What nobody has gone on with for long; how many."""
    count, _by_model = Draft.objects.filter(kept_at__lt=clock.now() - KEPT).delete()
    return count
