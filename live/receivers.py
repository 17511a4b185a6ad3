"""What live classes listen to, and what is listened to of them."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from live.classroom.reminders import Reminder
from live.notices.models import NoticeKind
from live.notices.services import notify
from live.replay.services import lecture_is_ready
from lms.core.tasks import enqueue


def class_comes(reminder: Reminder) -> None:
    """Told once for each time a class is set to; where it is moved, again."""
    live_class = reminder.live_class
    starts = timezone.localtime(live_class.starts_at)
    notify(
        member_ids=reminder.members().values_list("pk", flat=True),
        kind=NoticeKind.CLASS,
        title=_("%(time)s 直播课：%(title)s")
        % {
            "time": f"{starts:%m-%d %H:%M}",
            "title": live_class.title,
        },
        url=reverse("live:room", args=[live_class.pk]),
        once=reminder.key,
    )


def recording_is_ready(*, asset_id: UUID, **_kwargs: Any) -> None:
    lecture_is_ready(asset_id=asset_id)


def class_is_over(*, live_class_id: int, **_kwargs: Any) -> None:
    enqueue("live.place_replay", live_class_id=live_class_id)
