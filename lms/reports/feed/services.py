"""Giving committed entries their places."""

from django.db import connection, transaction

from lms.core import clock
from lms.reports.feed.models import EntryPlace

# One giver at a time, so that places follow each other without a gap.
_PLACING = 0x6C6D74
# The places of one call are a thousandth of a second apart: at most five seconds altogether.
MOST_AT_ONCE = 5000

_PLACE = """
WITH last AS (
    SELECT coalesce(max(position), 0) AS position, max(placed_at) AS placed_at
    FROM reports_entryplace
), waiting AS (
    SELECT entry_id, row_number() OVER (ORDER BY entry_id) AS number
    FROM (
        SELECT entry_id FROM reports_entryplace
        WHERE position IS NULL ORDER BY entry_id LIMIT %(most)s
    ) first
)
UPDATE reports_entryplace AS place
SET position = last.position + waiting.number,
    placed_at = greatest(%(now)s, last.placed_at + interval '1 millisecond')
        + (waiting.number - 1) * interval '1 millisecond'
FROM waiting, last
WHERE place.entry_id = waiting.entry_id
"""


def place_entries() -> int:
    """Give the next places to the entries that have none yet; how many there were.

    What this sees has committed, and places are given by one caller after the other: whatever
    appears later gets a higher place. So who has read up to a place has missed nothing below it.
    """
    if not EntryPlace.objects.filter(position__isnull=True).exists():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PLACING])
        # A statement of its own: it sees what was committed while we waited for the lock.
        cursor.execute(_PLACE, {"now": clock.now(), "most": MOST_AT_ONCE})
        return int(cursor.rowcount)
