"""Beginning an attempt: one statement, which stamps the deadline with the questions.

It begins nothing if the exam is no longer the one the questions were drawn for, or if the member
has begun or was granted something meanwhile: whoever asked looks again.
"""

import json

from exams.attempts.models import Attempt
from lms.core.statements import preparing_cursor

# What is not given is as for any attempt that is open: no result, no receipt, the first question.
_START = """
INSERT INTO exams_attempt (id, exam_id, member_id, number, state, form, seed, items, started_at,
                           deadline_at, finished_by, receipt, reached, device, out_of)
SELECT %(id)s, e.id, %(member_id)s, %(number)s, 'open', %(form)s, %(seed)s, %(items)s::jsonb,
       %(started_at)s, %(deadline_at)s, '', '', 1, %(device)s, %(out_of)s
FROM exams_exam e
WHERE e.id = %(exam_id)s AND e.state = 'published' AND e.opens_at <= %(started_at)s
  AND e.paper_id = %(paper_id)s
  AND %(had)s = (SELECT count(*) FROM exams_attempt
                 WHERE member_id = %(member_id)s AND exam_id = e.id)
  AND %(granted)s = (SELECT count(*) FROM exams_allowance
                     WHERE member_id = %(member_id)s AND exam_id = e.id)
ON CONFLICT DO NOTHING
"""


def begun(attempt: Attempt, *, granted: int) -> bool:
    """Write the new attempt of who was granted so many allowances; False if nothing was begun."""
    with preparing_cursor() as cursor:
        cursor.execute(
            _START,
            {
                "id": attempt.pk,
                "exam_id": attempt.exam_id,
                "paper_id": attempt.exam.paper_id,
                "member_id": attempt.member_id,
                "number": attempt.number,
                "had": attempt.number - 1,
                "granted": granted,
                "form": attempt.form,
                "seed": attempt.seed,
                "items": json.dumps(attempt.items),
                "started_at": attempt.started_at,
                "deadline_at": attempt.deadline_at,
                "device": attempt.device,
                "out_of": attempt.out_of,
            },
        )
        is_begun = cursor.rowcount == 1
    attempt._state.adding = not is_begun
    return is_begun
