"""Keys to send a class from OBS with, and what nginx and the stream itself report of them."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction

from live.classroom.errors import ClassMovedError
from live.classroom.models import ClassState, LiveClass
from live.classroom.rules import can_lead
from live.classroom.telling import lock, whisper
from live.obs import queries, words
from live.obs.errors import NoStreamError, ObsNotSetUpError
from live.obs.models import StreamKey
from live.obs.streams import digest_of, is_key, new_key
from lms.core import clock
from lms.members.models import Member
from lms.members.queries import members_with_roles

OVER = (ClassState.CLOSED, ClassState.CANCELLED)
# nginx says every five seconds that a stream still comes.
PATIENCE = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Let:
    """A stream that was let in: whose it is, and for which class."""

    stream_key_id: int
    digest: str
    live_class_id: int
    room: UUID
    member_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be done with a stream at this moment."""

    published_at: dt.datetime
    gave_way: bool
    is_paused: bool


# --- The key --------------------------------------------------------------------------------------


def make_key(*, by: Member, live_class_id: int) -> str:
    """A new key for the class, told this once; one from before is dead from now on.

    Raises ObsNotSetUpError, ClassMovedError.
    """
    if not settings.LIVE_RTMP_URL:
        raise ObsNotSetUpError(words.not_set_up())
    key = new_key()
    with transaction.atomic():
        held = lock(live_class_id)
        if held.state in OVER:
            raise ClassMovedError(words.over())
        StreamKey.objects.update_or_create(
            live_class=held,
            member=by,
            defaults={
                "digest": digest_of(key),
                "made_at": clock.now(),
                "client": "",
                "published_at": None,
                "seen_at": None,
                "gave_way_at": None,
                "trouble": "",
            },
        )
    return key


def drop_key(*, by: Member, live_class_id: int) -> None:
    """Nothing can be sent by the person's key any more."""
    StreamKey.objects.filter(live_class=live_class_id, member=by).delete()


def take_again(*, by: Member, live_class_id: int) -> None:
    """The picture is to come from OBS again, which still sends. Raises NoStreamError."""
    with transaction.atomic():
        held = lock(live_class_id)
        key = queries.key_of(held, by)
        if key is None or not key.is_sending(clock.now(), PATIENCE):
            raise NoStreamError(words.nothing_comes())
        _change(key, gave_way_at=None, trouble="", published_at=clock.now())


# --- What nginx reports ---------------------------------------------------------------------------


def begin_stream(key: str, client: str) -> Let | None:
    """OBS begins to send by this key; None if it may not. It takes the class from now on."""
    found = _let(key)
    if found is None:
        return None
    stream_key, let = found
    _change(
        stream_key, client=client, published_at=clock.now(), seen_at=clock.now(),
        gave_way_at=None, trouble="",
    )  # fmt: skip
    return let


def keep_stream(key: str, client: str) -> Let | None:
    """OBS still sends by this key; None if it may not any more."""
    found = _let(key)
    if found is None:
        return None
    stream_key, let = found
    StreamKey.objects.filter(pk=stream_key.pk).update(client=client, seen_at=clock.now())
    return let


def end_stream(key: str, client: str) -> None:
    """That connection sends no more."""
    stream_key = queries.key_with(digest_of(key))
    if stream_key is not None and stream_key.client == client:
        _change(stream_key, client="")


def _let(key: str) -> tuple[StreamKey, Let] | None:
    """Deny by default: a key of ours, of a class that is not over, of who may still hold it."""
    if not settings.LIVE_RTMP_URL or not is_key(key):
        return None
    digest = digest_of(key)
    stream_key = queries.key_with(digest)
    if stream_key is None or stream_key.live_class.state in OVER:
        return None
    member = members_with_roles().get(pk=stream_key.member_id)
    live_class = stream_key.live_class
    if not can_lead(member, live_class):
        return None
    if stream_key.published_at is None:
        StreamKey.objects.filter(pk=stream_key.pk).update(published_at=clock.now())
    return stream_key, Let(
        stream_key.pk, digest, live_class.pk, live_class.room, member.pk, member.name
    )


# --- What the stream itself reports ---------------------------------------------------------------


def standing_of(let: Let) -> Standing | None:
    """None where the stream is over: not sent any more, its key dead, its class closed."""
    found = queries.key_now(let.stream_key_id, let.digest)
    if (
        found is None
        or found.live_class.state in OVER
        or found.published_at is None
        or not found.is_sending(clock.now(), PATIENCE)
    ):
        return None
    return Standing(
        published_at=found.published_at,
        gave_way=found.gave_way_at is not None,
        is_paused=found.live_class.state == ClassState.PAUSED,
    )


def give_way(let: Let, trouble: str = "") -> None:
    """Another source has the class, or the stream will not do: it waits until it is asked for."""
    found = queries.key_now(let.stream_key_id, let.digest)
    if found is not None:
        _change(found, gave_way_at=clock.now(), trouble=trouble)


def note_trouble(let: Let, trouble: str) -> None:
    """Say why nothing is seen yet, or "" where all is well again."""
    found = queries.key_now(let.stream_key_id, let.digest)
    if found is not None and found.trouble != trouble:
        _change(found, trouble=trouble)


def _change(stream_key: StreamKey, **changes: object) -> None:
    """Note it, and ring for who leads: their page asks how things stand."""
    with transaction.atomic():
        StreamKey.objects.filter(pk=stream_key.pk).update(**changes)
        live_class: LiveClass = stream_key.live_class
        whisper(live_class, {"obs": True}, to="leads")
