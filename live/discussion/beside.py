"""The threads of a course or lesson on its own page."""

from typing import Any

from django.urls import reverse

from live.discussion import queries
from live.discussion.places import COURSES, LESSONS
from lms.members.models import Member


def threads_of(_by: Member, *, course_id: int = 0, lesson_id: int = 0) -> dict[str, Any]:
    """Of a lesson how many there are, and those of a second of its video: one statement.

    Of a course only the way to them: its page is opened most, and costs nothing more.
    """
    kind, pk = (LESSONS, lesson_id) if lesson_id else (COURSES, course_id)
    rows = queries.threads_beside(lesson_id) if lesson_id else []
    return {
        "count": f"{len(rows)}+" if len(rows) == queries.MOST_BESIDE else len(rows),
        "is_lesson": bool(lesson_id),
        "marks": [row for row in rows if row["at_seconds"] is not None],
        "threads_url": reverse(f"discussion:{kind}", args=[pk]),
        "new_url": reverse(f"discussion:new_in_{kind}", args=[pk]),
    }
