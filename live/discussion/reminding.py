"""Reminding teachers of questions nobody has answered."""

import datetime as dt

from django.db import transaction

from live.discussion import queries, told
from live.discussion.models import Thread
from lms.core import clock

AFTER = dt.timedelta(hours=48)


def remind_unanswered() -> int:
    """Tell the teachers of every question open for 48 hours, once each; how many questions."""
    count = 0
    for thread in queries.unanswered(clock.now() - AFTER):
        with transaction.atomic():
            # Whoever writes the time tells: the task may run twice.
            marked = Thread.objects.filter(pk=thread.pk, reminded_at=None, answers=0).update(
                reminded_at=clock.now()
            )
            if marked:
                told.unanswered(thread)
                count += 1
    return count
