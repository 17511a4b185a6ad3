"""Tokens of other systems: whose they are, and who administers them."""

from typing import Any

from django.db.models import QuerySet

from lms.members.models import Branch
from lms.members.platforms.models import PlatformToken
from lms.members.platforms.tokens import is_token, prefix_of
from lms.members.queries import administered_branches, branches_under


def administered_tokens(by: Any) -> QuerySet[PlatformToken]:
    """The tokens over branches `by` administers, the newest first."""
    return (
        PlatformToken.objects.filter(branch__in=administered_branches(by).order_by())
        .select_related("branch", "created_by", "revoked_by", "replaces", "replaced_by")
        .order_by("-pk")
    )


def token_shown(shown: str) -> PlatformToken | None:
    """The token that was handed out as `shown`, in force or not; what is no token asks nothing."""
    prefix = prefix_of(shown)
    if prefix is None:
        return None
    token = PlatformToken.objects.select_related("branch").filter(prefix=prefix).first()
    return token if token is not None and is_token(shown, token.digest) else None


def branches_of_token(token: PlatformToken) -> QuerySet[Branch]:
    """The subtree a platform may read."""
    return branches_under([token.branch.path])
