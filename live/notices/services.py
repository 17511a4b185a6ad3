"""Telling members something, and keeping how they want to be told."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from live.notices import queries
from live.notices.models import Notice, NoticeChoice, NoticeKind, QuietHours, Way
from live.notices.quiet import USUAL, due_at
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member

# What somebody has to know whatever they have chosen.
NEVER_OFF = (NoticeKind.MODERATION, NoticeKind.WRITING)
KEPT = dt.timedelta(days=400)
_TITLE, _ONCE = 200, 60


class QuietHoursError(DomainError):
    """Hours that would silence a whole day."""


def notify(*, member_ids: Iterable[int], kind: NoticeKind, title: str, url: str, once: str) -> None:
    """Tell each of these members once; of what they have turned off they are told nothing."""
    asked = sorted(set(member_ids))
    if not asked:
        return
    ways, quiet = queries.ways_of(asked, kind), queries.quiet_of(asked)
    now = timezone.localtime(clock.now())
    rows = []
    for member_id in asked:
        way = ways.get(member_id, Way.NOW)
        if way == Way.OFF and kind not in NEVER_OFF:
            continue
        is_daily, is_weekly = way == Way.DAILY, way == Way.WEEKLY
        due = due_at(now, quiet.get(member_id, USUAL), is_daily=is_daily, is_weekly=is_weekly)
        rows.append(
            Notice(
                member_id=member_id,
                kind=kind,
                once=once[:_ONCE],
                title=title[:_TITLE],
                url=url,
                at=now,
                due_at=due,
                is_rounded_up=is_daily or is_weekly,
            )
        )
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def read_notice(*, by: Member, notice: Notice) -> None:
    """Seen; the first time counts."""
    Notice.objects.filter(pk=notice.pk, member=by, read_at=None).update(read_at=clock.now())


def read_all(*, by: Member) -> int:
    """Everything that can be read now has been seen; how many were new."""
    return queries.notices_of(by).filter(read_at=None).update(read_at=clock.now())


def choose(
    *, by: Member, ways: Mapping[str, str], quiet_from: dt.time, quiet_until: dt.time
) -> None:
    """How `by` wants to be told from now on. The same hour twice: no quiet hours."""
    first, last = (each.hour * 60 + each.minute for each in (quiet_from, quiet_until))
    if (last - first) % 1440 > 20 * 60:
        raise QuietHoursError(_("免打扰时段最长 20 小时，请留出能收到消息的时间。"))
    with transaction.atomic():
        for kind in NoticeKind.values:
            way = Way(ways.get(kind, Way.NOW))
            if kind in NEVER_OFF and way == Way.OFF:
                way = Way.NOW
            NoticeChoice.objects.update_or_create(member=by, kind=kind, defaults={"way": way})
        QuietHours.objects.update_or_create(
            member=by, defaults={"from_minute": first, "until_minute": last}
        )


def forget_old_notices() -> int:
    """What was told more than a year ago; how many."""
    count, _by_model = Notice.objects.filter(at__lt=clock.now() - KEPT).delete()
    return count
