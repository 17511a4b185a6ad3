"""Posting statements to a learning record store: in order, again until it takes them."""

import base64
import datetime as dt
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException

from django.conf import settings

from lms.core import clock
from lms.reports.feed.queries import horizon
from lms.reports.feed.services import place_entries
from lms.reports.xapi.models import LrsProgress
from lms.reports.xapi.queries import facts_of, video_places
from lms.reports.xapi.statements import VERSION, Statement, statements_of

ENTRIES_A_BATCH = 50
BATCHES_A_RUN = 20
TIMEOUT_SECONDS = 20
LONGEST_PAUSE = dt.timedelta(hours=1)


class LrsRefusedError(Exception):
    """The store did not take a batch, or could not be reached; says why."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The key goes to the address that was set and to no other."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


# No proxy from the environment either: what is set is where it goes.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def push_statements() -> int:
    """Post what the store has not taken yet; how many statements it took. Without one, nothing.

    The place is kept after each batch. A batch that is posted twice, because we were killed in
    between or two of us were at it, consists of the same statements with the same ids, which a
    store takes without a word. After a refusal the next try waits, longer each time.
    """
    endpoint = settings.LRS_ENDPOINT.rstrip("/")
    if not endpoint:
        return 0
    progress, _made = LrsProgress.objects.get_or_create(endpoint=endpoint)
    if progress.try_again_at is not None and clock.now() < progress.try_again_at:
        return 0
    place_entries()
    until = horizon().position
    sent = 0
    for _batch in range(BATCHES_A_RUN):
        places = video_places(None, after=progress.position, until=until, most=ENTRIES_A_BATCH)
        statements = [
            statement
            for place in places
            for statement in statements_of(facts_of(place), home=settings.PUBLIC_URL.rstrip("/"))
        ]
        try:
            if statements:
                _post(endpoint, statements)
        except LrsRefusedError as refused:
            _note_refusal(progress, str(refused))
            raise
        is_last = len(places) < ENTRIES_A_BATCH
        _note_success(progress, until if is_last else places[-1].position or 0)
        sent += len(statements)
        if is_last:
            break
    return sent


def _note_success(progress: LrsProgress, position: int) -> None:
    # Not backwards, when another run was faster.
    LrsProgress.objects.filter(pk=progress.pk, position__lte=position).update(
        position=position, sent_at=clock.now(), failures=0, try_again_at=None, reason=""
    )
    progress.position, progress.failures = position, 0


def _note_refusal(progress: LrsProgress, reason: str) -> None:
    pause = min(dt.timedelta(minutes=2**progress.failures), LONGEST_PAUSE)
    LrsProgress.objects.filter(pk=progress.pk).update(
        failures=progress.failures + 1, try_again_at=clock.now() + pause, reason=reason[:300]
    )


def _post(endpoint: str, statements: Sequence[Statement]) -> None:
    key = base64.b64encode(f"{settings.LRS_KEY}:{settings.LRS_SECRET}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310  (an operator's setting, checked at the start)
        f"{endpoint}/statements",
        data=json.dumps(statements, ensure_ascii=False).encode(),
        headers={
            "Authorization": f"Basic {key}",
            "Content-Type": "application/json",
            "X-Experience-API-Version": VERSION,
        },
    )
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            said = refusal.read(200).decode(errors="replace")
        raise LrsRefusedError(f"{refusal.code} {said}") from refusal
    except (OSError, HTTPException) as error:
        raise LrsRefusedError(f"{type(error).__name__}: {error}") from error
