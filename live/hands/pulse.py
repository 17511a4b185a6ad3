"""The votes of a class, told at most once a second however many are cast, and surely the last.

Whoever is first after a quiet second lets it pass and tells what has come together by then. The
sign that somebody will is taken away before the votes are counted, so a vote that is too late to be
counted finds none, and is told by the next.
"""

import threading

from django.core.cache import cache
from django.db import close_old_connections, transaction

from live.classroom.models import LiveClass
from live.classroom.telling import whisper
from live.hands import queries

SECONDS = 1.0
# A process that dies between the two leaves the sign behind for so long.
SIGN_SECONDS = 3


def tell_votes_soon(live_class: LiveClass) -> None:
    """After this transaction's commit."""
    transaction.on_commit(lambda: _soon(live_class))


def _soon(live_class: LiveClass) -> None:
    if cache.add(_sign(live_class), 1, SIGN_SECONDS):
        timer = threading.Timer(SECONDS, _tell, [live_class])
        timer.daemon = True
        timer.start()


def _tell(live_class: LiveClass) -> None:
    close_old_connections()
    try:
        tell_votes(live_class)
    finally:
        close_old_connections()


def tell_votes(live_class: LiveClass) -> None:
    """How many want each question, to everybody in the room."""
    cache.delete(_sign(live_class))
    counts = {str(question): votes for question, votes in queries.vote_counts(live_class).items()}
    whisper(live_class, {"ask_votes": counts}, to="all")


def _sign(live_class: LiveClass) -> str:
    return f"live-votes-{live_class.pk}"
