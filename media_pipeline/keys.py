"""The keys of internal lectures: one a take, encrypted at rest, given out after asking each time.

A key is given to a member who came by a link of the member's own and who may see the lecture at
this very moment. Each giving and each refusal is counted, by member and day.
"""

import datetime as dt
import os
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member
from media_pipeline import queries
from media_pipeline.encryption import KEY_BYTES
from media_pipeline.models import Asset, KeyCount, TakeKey
from media_pipeline.rules import can_watch_now

NONCE_BYTES = 12


class KeyUnreadableError(DomainError):
    """The secret the keys are kept under is another one now."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "内部资料的密钥无法读取，可能更换过服务器密钥。请系统管理员恢复原来的设置，或重新转码。"
            )
        )


def _wrapping_keys() -> list[AESGCM]:
    """What keys are kept under: the one for new ones first, then those of secrets before it."""
    secrets = [settings.MEDIA_KEY_SECRET or settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        AESGCM(
            HKDF(algorithm=SHA256(), length=32, salt=None, info=b"media_pipeline.keys").derive(
                force_bytes(secret)
            )
        )
        for secret in secrets
    ]


def _about(asset_id: uuid.UUID, take: str) -> bytes:
    """What a kept key is bound to: copied into another row it is worth nothing."""
    return f"{asset_id}/{take}".encode()


def make_key(*, asset: Asset, take: str) -> bytes:
    """A new key for a take that is being made; the same one if that take has one."""
    key = os.urandom(KEY_BYTES)
    if _keep(key, asset.pk, take):
        return key
    found = key_of(asset.pk, take)
    assert found is not None
    return found


def share_key(*, asset: Asset, take: str, other: Asset) -> None:
    """The key of a take for the same take of another lecture too, if it is encrypted."""
    key = key_of(asset.pk, take)
    if key is not None:
        _keep(key, other.pk, take)


def _keep(key: bytes, asset_id: uuid.UUID, take: str) -> bool:
    nonce = os.urandom(NONCE_BYTES)
    kept = nonce + _wrapping_keys()[0].encrypt(nonce, key, _about(asset_id, take))
    return TakeKey.objects.get_or_create(
        asset_id=asset_id, take=take, defaults={"sealed": kept, "created_at": clock.now()}
    )[1]


def key_of(asset_id: uuid.UUID, take: str) -> bytes | None:
    """A take's key; None if it is not encrypted. Raises KeyUnreadableError."""
    row = queries.take_key(asset_id, take)
    if row is None:
        return None
    sealed = bytes(row.sealed)
    for wrapping in _wrapping_keys():
        try:
            return wrapping.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _about(asset_id, take)
            )
        except InvalidTag:
            continue
    raise KeyUnreadableError


def drop_other_keys(*, asset: Asset, keep: str) -> None:
    """Forget the keys of takes that are no more."""
    TakeKey.objects.filter(asset=asset).exclude(take=keep).delete()


def give_key(*, asset_id: uuid.UUID, take: str, by: Member) -> bytes | None:
    """The key for who may see the lecture now; None for everybody else and for all other takes.

    Counted either way, if there is such a key.
    """
    asset = queries.asset_in_take(asset_id, take)
    key = key_of(asset_id, take) if asset else None
    if asset is None or key is None:
        return None
    is_given = can_watch_now(by, asset)
    _count(asset, by, is_given, clock.now())
    return key if is_given else None


def _count(asset: Asset, by: Member, is_given: bool, now: dt.datetime) -> None:
    field = "given" if is_given else "refused"
    day = clock.local_date(now)
    rows = KeyCount.objects.filter(asset=asset, member=by, day=day)
    for _attempt in range(2):
        if rows.update(**{field: F(field) + 1}, last_at=now):
            return
        try:
            with transaction.atomic():
                KeyCount.objects.create(asset=asset, member=by, day=day, last_at=now, **{field: 1})
            return
        except IntegrityError:
            continue  # another request of the same member was faster
