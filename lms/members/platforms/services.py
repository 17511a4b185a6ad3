"""Issuing, renewing and revoking the tokens of other systems."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.core import clock
from lms.members.errors import NotAllowedError, TokenError
from lms.members.models import Branch, Member
from lms.members.platforms.models import PlatformToken, Scope
from lms.members.platforms.tokens import new_token
from lms.members.rules import can_administer_branch

LASTS = dt.timedelta(days=365)
LASTS_AT_MOST = dt.timedelta(days=2 * 366)
# How long the old token still opens after a new one was handed out.
OVERLAP = dt.timedelta(days=7)
# `last_used_at` is written once in this time, not with each request.
_NOTED_EACH = dt.timedelta(minutes=1)


def issue_token(
    *,
    name: str,
    branch: Branch,
    scopes: Sequence[str],
    by: Member,
    expires_at: dt.datetime | None = None,
    replaces: PlatformToken | None = None,
) -> tuple[PlatformToken, str]:
    """A new token and how it is shown, this once; valid for a year unless said otherwise."""
    _require(by, branch)
    now = clock.now()
    expires_at = expires_at or now + LASTS
    if not scopes:
        raise TokenError(_("请至少选择一项可读内容。"))
    if not now < expires_at <= now + LASTS_AT_MOST:
        raise TokenError(_("有效期要晚于今天，最长两年；到期前可以换发。"))
    new = new_token()
    token = PlatformToken.objects.create(
        name=name,
        branch=branch,
        scopes=[scope.value for scope in Scope if scope in scopes],
        prefix=new.prefix,
        digest=new.digest,
        created_by=by,
        created_at=now,
        expires_at=expires_at,
        replaces=replaces,
    )
    return token, new.shown


@transaction.atomic
def renew_token(*, token: PlatformToken, by: Member) -> tuple[PlatformToken, str]:
    """A new token for the same platform; the old one opens for seven more days at the most."""
    token = PlatformToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    _require(by, token.branch)
    now = clock.now()
    if not token.is_live(now):
        raise TokenError(_("令牌已失效，不能换发；请重新签发。"))
    if PlatformToken.objects.filter(replaces=token).exists():
        raise TokenError(_("令牌已经换发过；请对新的令牌操作。"))
    renewed = issue_token(
        name=token.name, branch=token.branch, scopes=token.scopes, by=by, replaces=token
    )
    PlatformToken.objects.filter(pk=token.pk).update(
        expires_at=min(token.expires_at, now + OVERLAP)
    )
    return renewed


def revoke_token(*, token: PlatformToken, by: Member) -> bool:
    """Refuse the token from the next request on; True if this call did it."""
    _require(by, token.branch)
    standing = PlatformToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    return bool(standing.update(revoked_at=clock.now(), revoked_by=by))


def note_use(*, token: PlatformToken) -> None:
    """Keep when the token was last used, to the minute."""
    now = clock.now()
    long_ago = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _NOTED_EACH)
    if token.last_used_at is None or token.last_used_at < now - _NOTED_EACH:
        PlatformToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)


def _require(by: Member, branch: Branch) -> None:
    if not can_administer_branch(by, branch):
        raise NotAllowedError(_("这个组织不在您管理的范围内。"))
