"""Whether this school uses push, whose browsers there are, and what is to be sent to them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet

from live.notices.models import Notice
from live.push.endpoints import Endpoint, UnusableEndpointError, endpoint_of
from live.push.models import PushBrowser, PushSending, PushService, PushSetting, SendingState
from live.push.pace import LASTS
from lms.core import clock

BROWSERS_LAST = dt.timedelta(days=365)
SENDINGS_KEPT = dt.timedelta(days=30)


def setting() -> PushSetting | None:
    return PushSetting.objects.select_related("turned_by").first()


def is_on() -> bool:
    return PushSetting.objects.filter(is_on=True).exists()


def school_key() -> str:
    """The public key browsers ask for; "" while the school uses no push."""
    return PushSetting.objects.filter(is_on=True).values_list("public_key", flat=True).first() or ""


def is_out_of_reach() -> bool:
    """What was last sent reached no push service at all."""
    failing = PushService.objects.exists()
    return (
        failing
        and not PushBrowser.objects.filter(told_at__gt=clock.now() - dt.timedelta(hours=1)).exists()
    )


# --- Browsers -------------------------------------------------------------------------------------


def browsers_of(by: Any) -> QuerySet[PushBrowser]:
    """One's own and nobody else's, the latest first."""
    if not by.is_authenticated or not by.is_active:
        return PushBrowser.objects.none()
    return PushBrowser.objects.filter(member=by.pk).order_by("-made_at", "-pk")


def browser_count() -> int:
    return PushBrowser.objects.count()


def may_be_told(browser: PushBrowser, standing: str) -> bool:
    """Still the member that asked, with the password of that time, within a year."""
    member = browser.member
    is_member = member.is_active and member.has_usable_password()
    return (
        is_member and browser.standing == standing and browser.made_at > clock.now() - BROWSERS_LAST
    )


def services() -> list[str]:
    return list(settings.PUSH_SERVICES)


def endpoint_at(address: str) -> Endpoint | None:
    """The endpoint if the school's list has its service today."""
    try:
        return endpoint_of(address, services())
    except UnusableEndpointError:
        return None


# --- What is to be sent ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """A notice, or a round-up (no notice), for one browser."""

    browser_id: int
    notice_id: int | None
    due_at: dt.datetime


def due(*, most: int) -> list[Due]:
    """What has come due within a day, is unread, and nobody has begun to send; two statements.

    Quiet hours and round-ups are in `due_at` already. What was due before the browser asked to
    be told is not news for it.
    """
    now = clock.now()
    # Both by name first: a filter over the relation itself would join the browsers once more.
    of_browsers = Notice.objects.annotate(
        browser=F("member__push_browsers"), asked_at=F("member__push_browsers__made_at")
    )
    fresh = of_browsers.filter(
        read_at=None, due_at__lte=now, due_at__gt=now - LASTS, asked_at__lte=F("due_at")
    )
    sent = PushSending.objects.filter(browser=OuterRef("browser"))
    singles = fresh.filter(is_rounded_up=False).filter(~Exists(sent.filter(notice=OuterRef("pk"))))
    rounds = fresh.filter(is_rounded_up=True).filter(
        ~Exists(sent.filter(notice=None, due_at=OuterRef("due_at")))
    )
    found = [
        Due(browser_id, notice_id, due_at)
        for notice_id, browser_id, due_at in singles.order_by("pk", "browser").values_list(
            "pk", "browser", "due_at"
        )[:most]
    ]
    grouped = rounds.order_by().values_list("browser", "due_at").distinct()[:most]
    return found + [Due(browser_id, None, due_at) for browser_id, due_at in grouped]


def to_be_sent(*, most: int) -> QuerySet[PushSending]:
    """Those whose time has come."""
    return PushSending.objects.filter(
        state=SendingState.WAITING, next_at__lte=clock.now()
    ).order_by("next_at", "pk")[:most]


def lost(*, most: int) -> QuerySet[PushSending]:
    """Those somebody began to send and never came back from."""
    return PushSending.objects.filter(
        state=SendingState.SENDING, next_at__lte=clock.now()
    ).order_by("pk")[:most]


def sending(sending_id: int) -> PushSending | None:
    found = PushSending.objects.select_related("browser__member", "notice")
    return found.filter(pk=sending_id).first()


def unread_of(each: PushSending) -> int:
    """How much of it has not been read meanwhile."""
    rows = Notice.objects.filter(read_at=None, member=each.browser.member_id)
    if each.notice_id is not None:
        return rows.filter(pk=each.notice_id).count()
    return rows.filter(is_rounded_up=True, due_at=each.due_at).count()


def try_again_at(origin: str) -> dt.datetime | None:
    """Until when a service that did not answer is left alone."""
    found = PushService.objects.filter(origin=origin, try_again_at__gt=clock.now())
    return found.values_list("try_again_at", flat=True).first()
