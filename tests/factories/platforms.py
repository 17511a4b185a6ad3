"""Other systems for tests: a token, and somebody who asks with it."""

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from django.test import Client

from lms.members.models import Branch, Member
from lms.members.platforms.models import PlatformToken, Scope
from lms.members.platforms.services import issue_token
from lms.reports.xapi.statements import VERSION

_numbers = itertools.count(1)


def make_token(
    branch: Branch,
    *,
    scopes: Iterable[str] = tuple(Scope),
    by: Member | None = None,
    name: str = "省党员教育平台",
    expires_at: dt.datetime | None = None,
) -> tuple[PlatformToken, str]:
    """A token over `branch`, with all scopes unless said otherwise, and how it was shown."""
    return issue_token(
        name=name,
        branch=branch,
        scopes=list(scopes),
        by=by or Member.objects.create_superuser(f"issuer-{next(_numbers)}", name="签发人"),
        expires_at=expires_at,
    )


class Platform:
    """A system that asks with a token; `get` answers as Django's client does."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.client = Client()

    def get(self, address: str, headers: dict[str, str] | None = None, **asked: Any) -> Any:
        said = {"Authorization": f"Bearer {self.shown}", "X-Experience-API-Version": VERSION}
        return self.client.get(f"/api/v1/{address}", asked, headers={**said, **(headers or {})})

    def pull(self, cursor: str = "", **asked: Any) -> tuple[list[dict[str, Any]], str]:
        """All entries behind `cursor`, page by page, and the cursor for the next time."""
        entries: list[dict[str, Any]] = []
        while True:
            page = self.get("study-hours/", cursor=cursor, **asked).json()
            entries += page["results"]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                return entries, cursor


def make_platform(branch: Branch, **fields: Any) -> Platform:
    return Platform(make_token(branch, **fields)[1])
