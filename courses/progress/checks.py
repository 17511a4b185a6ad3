"""Presence checks: when a player is asked whether somebody is there, and what an answer does.

The server draws the moment and keeps it; a player learns of a check only with the answer to a
beat. From then on a person has `ANSWER_MS`. What arrives later is held back, neither counted nor
refused, until somebody answers; then the player sends it again. Nothing earned is ever touched.
"""

from dataclasses import replace

from courses.progress.intervals import ANSWER_MS, Watch

# At most one check in this time of the server's clock, and some time drawn up to as much again.
CHECK_EVERY_MS = 15 * 60 * 1000
CHECK_SPREAD_MS = 15 * 60 * 1000


def due_after(at_ms: int, drawn_ms: int) -> int:
    """When the check after `at_ms` is due; `drawn_ms` is random, below CHECK_SPREAD_MS."""
    return at_ms + CHECK_EVERY_MS + drawn_ms


def carried_over(earlier: Watch) -> tuple[int, int | None]:
    """`(check_due_ms, answer_by_ms)` of the sitting that follows `earlier`.

    Opening another sitting neither brings the next check nearer nor puts it off, and a question
    that waits for its answer goes on waiting, with what was left of the time to answer it.
    """
    last_ms = max((end for _, end in earlier.present), default=0)
    due_ms = max(0, (earlier.check_due_ms or 0) - last_ms)
    if earlier.answer_by_ms is None:
        return due_ms, None
    if earlier.held_ms is not None:
        return due_ms, 0
    return due_ms, min(ANSWER_MS, max(0, earlier.answer_by_ms - last_ms))


def answered(watch: Watch, at_ms: int, drawn_ms: int) -> Watch:
    """Somebody answered at `at_ms` of the sitting: what arrives counts again.

    While messages were held back nobody was there, and that time does not count afterwards. A
    player that was silent (paused, or without a network) has its lease as ever.
    """
    if watch.answer_by_ms is None:
        return watch
    return replace(
        watch,
        answer_by_ms=None,
        held_ms=None,
        check_due_ms=due_after(at_ms, drawn_ms),
        counted_from_ms=max(watch.counted_from_ms, watch.held_ms or 0),
    )
