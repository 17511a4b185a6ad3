"""Reaching browsers: the school's switch, who asked where, what is sent and what came of it."""

import datetime as dt
import hashlib
import json
import logging

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from live.push import posting, queries, words
from live.push.endpoints import (
    Endpoint,
    UnusableEndpointError,
    are_keys,
    endpoint_of,
    packed,
    spoken_browser,
)
from live.push.keys import KeyUnreadableError, make_pair, opened
from live.push.models import PushBrowser, PushSending, PushService, PushSetting, SendingState
from live.push.pace import LASTS, MOST_TRIES, wait_after
from lms.core import clock
from lms.core.errors import DomainError
from lms.core.states import advance
from lms.core.tasks import enqueue
from lms.members.models import Member

logger = logging.getLogger(__name__)

# As long as a send may take at the worst, and a worker needs to get to it.
LEASE = dt.timedelta(minutes=2)
A_RUN = 1000
MOST_BROWSERS = 10
_GONE = (404, 410)


class NoPushError(DomainError):
    """This school uses no push, or no push service can be reached."""


class UnusableBrowserError(DomainError):
    """What the browser gave is no address of a push service this school knows."""


# --- The school's switch --------------------------------------------------------------------------


def turn_on(*, by: Member) -> PushSetting:
    """Use push from now on, if some push service takes a line. Raises NoPushError."""
    named = [_probed(service) for service in queries.services() if not service.startswith("*.")]
    if not posting.reached([each for each in named if each is not None]):
        raise NoPushError(
            _(
                "学校的服务器连不上任何一个推送服务，没有开启。"
                "内网没有推送服务时，消息照常在站内提醒。"
            )
        )
    public, sealed = make_pair()
    now = clock.now()
    with transaction.atomic():
        made, _is_new = PushSetting.objects.get_or_create(
            pk=1, defaults={"public_key": public, "sealed": sealed, "made_at": now}
        )
        PushSetting.objects.filter(pk=1).update(is_on=True, turned_at=now, turned_by=by)
        PushService.objects.all().delete()
    made.refresh_from_db()
    return made


def turn_off(*, by: Member) -> None:
    """No more push: the browsers that asked and the key they asked with are forgotten."""
    with transaction.atomic():
        PushBrowser.objects.all().delete()
        PushService.objects.all().delete()
        public, sealed = make_pair()
        now = clock.now()
        PushSetting.objects.filter(pk=1).update(
            is_on=False, public_key=public, sealed=sealed, made_at=now, turned_at=now, turned_by=by
        )


def _probed(service: str) -> Endpoint | None:
    return queries.endpoint_at(service if "://" in service else f"https://{service}/")


# --- Browsers -------------------------------------------------------------------------------------


def remember_browser(
    *, by: Member, session_key: str, endpoint: str, public_key: str, secret: str, agent: str
) -> PushBrowser:
    """Tell `by` in this browser from now on; who was told there before is not any more.

    Raises NoPushError, UnusableBrowserError.
    """
    if not queries.is_on():
        raise NoPushError(words.no_push())
    try:
        endpoint_of(endpoint, queries.services())
    except UnusableEndpointError:
        raise UnusableBrowserError(
            _("这个浏览器用的推送服务不在学校允许的范围内，消息照常在站内提醒。")
        ) from None
    if not are_keys(public_key, secret):
        raise UnusableBrowserError(_("浏览器给的信息不完整，请刷新页面再试一次。"))
    said = {
        "member": by,
        "session_key": session_key,
        "standing": standing_of(by),
        "public_key": public_key,
        "secret": secret,
        "name": spoken_browser(agent)[:60],
        "made_at": clock.now(),
        "told_at": None,
    }
    with transaction.atomic():
        PushBrowser.objects.filter(endpoint=endpoint).exclude(member=by).delete()
        made, _new = PushBrowser.objects.update_or_create(endpoint=endpoint, defaults=said)
        kept = queries.browsers_of(by).values_list("pk", flat=True)[:MOST_BROWSERS]
        PushBrowser.objects.filter(member=by).exclude(pk__in=list(kept)).delete()
    return made


def standing_of(member: Member) -> str:
    """Changes with the password."""
    return hashlib.sha256(member.get_session_auth_hash().encode()).hexdigest()


def forget_browser(*, by: Member, browser_id: int) -> bool:
    """Tell `by` there no longer; whether it was told there."""
    count, _rows = queries.browsers_of(by).filter(pk=browser_id).delete()
    return bool(count)


def signed_out(*, session_key: str, browser_id: int | None) -> None:
    """Whoever has signed out of a browser is not told there any more."""
    PushBrowser.objects.filter(Q(session_key=session_key) | Q(pk=browser_id)).delete()


def signed_in(*, member: Member, session_key: str, browser_id: int) -> None:
    """The browser goes on with its member's new session; of somebody else's it is taken away."""
    own = PushBrowser.objects.filter(pk=browser_id, member=member)
    if not own.update(session_key=session_key):
        PushBrowser.objects.filter(pk=browser_id).delete()


# --- Sending --------------------------------------------------------------------------------------


def send_due() -> int:
    """Queue what has come due, and what nobody came back from; how many. Off: nothing is asked."""
    if not queries.is_on():
        return 0
    now = clock.now()
    with transaction.atomic():
        PushSending.objects.bulk_create(
            [
                PushSending(
                    browser_id=each.browser_id,
                    notice_id=each.notice_id,
                    due_at=each.due_at,
                    next_at=now,
                )
                for each in queries.due(most=A_RUN)
            ],
            ignore_conflicts=True,
        )
        for each in queries.lost(most=A_RUN):
            advance(
                each,
                to=SendingState.WAITING,
                from_=[SendingState.SENDING],
                where=Q(next_at__lte=now),
                next_at=now,
            )
        ids = list(queries.to_be_sent(most=A_RUN).values_list("pk", flat=True))
        PushSending.objects.filter(pk__in=ids).update(next_at=now + LEASE)
        for sending_id in ids:
            enqueue("live.push_one", sending_id=sending_id)
    return len(ids)


def send_one(*, sending_id: int) -> SendingState | None:
    """Send one message if it still is news; what became of it, None where there is nothing to do.

    Of two that run at once one takes it. Where we are killed after the service took it and before
    that was written, it is sent again: topic and tag are the same, so that the later replaces the
    earlier at the service and on the screen.
    """
    each = queries.sending(sending_id)
    if each is None or not advance(
        each, to=SendingState.SENDING, from_=[SendingState.WAITING], next_at=clock.now() + LEASE
    ):
        return None
    browser, now = each.browser, clock.now()
    school = queries.setting()
    if school is None or not school.is_on:
        return _settled(each, SendingState.DROPPED)
    endpoint = queries.endpoint_at(browser.endpoint)
    if endpoint is None or not queries.may_be_told(browser, standing_of(browser.member)):
        browser.delete()
        return SendingState.DROPPED
    count = queries.unread_of(each)
    if not count or each.due_at < now - LASTS:
        return _settled(each, SendingState.DROPPED)
    pause = queries.try_again_at(endpoint.origin)
    if pause is not None:
        return _later(each, pause)
    try:
        key = opened(school.public_key, bytes(school.sealed))
    except KeyUnreadableError:
        logger.error("the key for push cannot be read: turn push off and on again")
        return _settled(each, SendingState.DROPPED)
    tag = f"n{each.notice_id}" if each.notice_id else f"r{int(each.due_at.timestamp())}"
    body = posting.encrypted(
        json.dumps(_message(each, tag, count), ensure_ascii=False).encode(),
        public_key=browser.public_key,
        secret=browser.secret,
    )
    headers = {
        "Authorization": posting.signature(endpoint, key),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(LASTS.total_seconds())),
        "Topic": packed(tag.encode())[:32],
        "Urgency": "normal",
    }
    try:
        answer = posting.post(endpoint, body, headers)
    except posting.OutOfReachError as error:
        logger.warning("push service %s not reached: %s", endpoint.host, error)
        return _again(each, _out_of_reach(endpoint) - now)
    PushService.objects.filter(origin=endpoint.origin).delete()
    return _answered(each, endpoint, answer)


def _message(each: PushSending, tag: str, count: int) -> dict[str, str]:
    """What a locked screen may show to anybody: that there is something, never what it says."""
    if each.notice is None:
        text, url = words.round_up(count), reverse("notices:list")
    else:
        text = words.sentence(each.notice.kind)
        url = reverse("notices:notice", args=[each.notice.pk])
    return {"title": settings.WAGTAIL_SITE_NAME, "text": text, "url": url, "tag": tag}


def _answered(each: PushSending, endpoint: Endpoint, answer: posting.Answer) -> SendingState | None:
    if 200 <= answer.status < 300:
        PushBrowser.objects.filter(pk=each.browser_id).update(told_at=clock.now())
        return _settled(each, SendingState.SENT)
    if answer.status in _GONE:
        each.browser.delete()
        return SendingState.DROPPED
    if answer.status == 429 or answer.status >= 500:
        return _again(each, wait_after(each.tries + 1, answer.wait_seconds))
    logger.warning("push service %s refused a message: %s", endpoint.host, answer.status)
    return _settled(each, SendingState.DROPPED)


def _settled(each: PushSending, state: SendingState) -> SendingState:
    advance(each, to=state, from_=[SendingState.SENDING], settled_at=clock.now())
    return state


def _later(each: PushSending, moment: dt.datetime, *, tries: int | None = None) -> SendingState:
    advance(
        each,
        to=SendingState.WAITING,
        from_=[SendingState.SENDING],
        next_at=moment,
        tries=each.tries if tries is None else tries,
    )
    return SendingState.WAITING


def _again(each: PushSending, wait: dt.timedelta) -> SendingState:
    tries = each.tries + 1
    if tries >= MOST_TRIES:
        return _settled(each, SendingState.DROPPED)
    return _later(each, clock.now() + max(wait, wait_after(tries)), tries=tries)


def _out_of_reach(endpoint: Endpoint) -> dt.datetime:
    """Nobody asks this service again before the answered moment, longer with each failure."""
    now = clock.now()
    row, is_new = PushService.objects.get_or_create(
        origin=endpoint.origin,
        defaults={"failing_since": now, "try_again_at": now + wait_after(1)},
    )
    if is_new:
        return row.try_again_at
    row.failures = min(row.failures + 1, 1000)
    row.try_again_at = now + wait_after(row.failures)
    row.save(update_fields=["failures", "try_again_at"])
    return row.try_again_at


def forget_old() -> int:
    """Browsers of more than a year ago and what was sent long since; how many rows."""
    now = clock.now()
    old, _rows = PushBrowser.objects.filter(made_at__lt=now - queries.BROWSERS_LAST).delete()
    sent, _rows = PushSending.objects.filter(settled_at__lt=now - queries.SENDINGS_KEPT).delete()
    return old + sent
